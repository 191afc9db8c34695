"""What comes next in a checkpoint as the saver has it: LangGraph's `aget_state` prepares every task to say so."""

from langgraph.checkpoint.base import WRITES_IDX_MAP, CheckpointTuple

_NO_TASK = "00000000-0000-0000-0000-000000000000"
"""What a command has written, before any stage."""
ONCE = frozenset({"branch:to:respond"})
"""Channels to which all tasks write the same: one of them leads to the last stage as well as a thousand do."""
_BRANCH, _SENT, _INPUT = "branch:to:", "__pregel_tasks", "__start__"
"""Channels that lead to a stage; the last two may be kept when they are empty."""


def next_stages(saved: CheckpointTuple) -> frozenset[str]:
    """Names of the stages to which the checkpoint leads, also of those that ended since; `__start__` for an input."""
    state = saved.checkpoint["channel_values"]
    branches = {name.removeprefix(_BRANCH) for name in state if name.startswith(_BRANCH)}
    others = {stage for name, stage in ((_SENT, "task"), (_INPUT, _INPUT)) if state.get(name)}
    return frozenset(branches | others)


def stages_left(saved: CheckpointTuple) -> frozenset[str]:
    """Those that LangGraph runs when it continues, which is none after a single stage that has ended."""
    stages, special = next_stages(saved), WRITES_IDX_MAP.keys()
    ended = any(task != _NO_TASK and channel not in special for task, channel, _ in saved.pending_writes or ())
    return frozenset() if ended and "task" not in stages else stages


def plans(saved: CheckpointTuple, run_id: str) -> bool:
    """Whether the run was planned after the checkpoint: its stage has ended, and the next checkpoint was not saved."""
    written = [value for _, channel, value in saved.pending_writes or () if channel == "run"]
    return any(isinstance(run, dict) and run.get("run_id") == run_id for run in written)


def asks(saved: CheckpointTuple) -> bool:
    """Whether a stage, or one of the tasks, asks a question."""
    return any(channel == "__interrupt__" for _, channel, _ in saved.pending_writes or ())
