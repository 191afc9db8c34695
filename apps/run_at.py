"""`run_at`: a run as one of its checkpoints has it; `checkpoints_with_plan`: those checkpoints, as the saver has them."""

from collections.abc import AsyncIterator, Mapping
from typing import cast

from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from ..graph.advice import command
from ..graph.errors import UnknownRun
from ..graph.result import Run
from ..graph.state import State
from ..graph.world import World
from ..nodes.respond import complete


async def run_at(world: World, run: Run, name: str) -> Run:
    """With plan, options and results of then; `name`: a checkpoint id, or its beginning. Raises `UnknownRun`."""
    found = [saved async for saved in checkpoints_with_plan(world, run) if saved.checkpoint["id"].startswith(name)]
    if not found:
        raise await _no_checkpoint(world, run, name)
    if len(found) > 1:
        ids = ", ".join(saved.checkpoint["id"] for saved in found[:5])
        raise UnknownRun(f"{name} may be any of {ids}", hint="write more of it")
    then = complete(cast(State, found[0].checkpoint["channel_values"]))
    unfinished = len(then.results) < len(then.plan.tasks)
    return then.model_copy(update={"status": "running" if unfinished else then.status, "duration": 0.0})


async def checkpoints_with_plan(world: World, run: Run) -> AsyncIterator[CheckpointTuple]:
    """Newest first."""
    async for saved in _saver(world).alist({"configurable": {"thread_id": run.thread_id, "checkpoint_ns": ""}}):
        state = saved.checkpoint["channel_values"]
        if run_id_of(saved) == run.run_id and state.get("plan") and not {"__start__", "branch:to:plan"} & state.keys():
            yield saved


async def _no_checkpoint(world: World, run: Run, name: str) -> UnknownRun:
    hint = f"{command(f'history {run.run_id}')} lists those after its plan"
    async for saved in _saver(world).alist(None):
        if saved.checkpoint["id"].startswith(name) and (other := run_id_of(saved)) != run.run_id:
            whose = f"it is of run {other}" if other else "nothing was planned there yet"
            return UnknownRun(f"run {run.run_id} has no checkpoint {name} with a plan; {whose}", hint=hint)
    return UnknownRun(f"run {run.run_id} has no checkpoint {name} with a plan", hint=hint)


def run_id_of(saved: CheckpointTuple) -> str:
    """Of the run that a checkpoint holds; empty for one without."""
    run = saved.checkpoint["channel_values"].get("run")
    return str(run.get("run_id")) if isinstance(run, Mapping) else ""


def _saver(world: World) -> "BaseCheckpointSaver[str]":
    return cast("BaseCheckpointSaver[str]", world.graph.checkpointer)
