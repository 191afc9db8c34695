"""`take_up`: what comes before the first stage when an execution continues a run: version, and a ledger that lacks it.

The checkpoint has all that the ledger needs to go on elsewhere, except files. So where two hosts share checkpoints, or a
ledger was lost, the rows are written again from it; a result whose file is not in this home is reported, and made again.
"""

from collections.abc import Mapping
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Overwrite

from ..graph.advice import fork
from ..graph.errors import InvalidInput, InvalidPlan
from ..graph.plan import Plan
from ..graph.ports import Ledger, Store
from ..graph.result import Proposal, Result, Run
from ..graph.state import Json, State, epoch_in, with_repairs
from ..graph.version import check_version
from .edited_fields import EDITED, EditedFields, edited_fields
from .edits import read_edits
from .execution import Execution
from .files_here import not_here
from .forks_by_clients import fork_from
from .next_stages import next_stages, stages_left
from .respond import complete

BEFORE_PLAN = {"__start__", "plan"}
"""Stages before which the state is still that of the run before."""


async def take_up(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    saved: CheckpointTuple,
    before: CheckpointTuple | None,
    config: RunnableConfig,
    execution: Execution,
    ledger: Ledger,
    store: Store,
    *,
    is_newest: bool = True,
) -> str | None:
    """Prepare the run in a checkpoint, which `config` names, to be continued. Raises `RunChanged`, `RunBusy`.

    `before`: the checkpoint before the edits of a client. `is_newest`: of its conversation. Returns the id of a new
    checkpoint to continue from, where that one is not enough.
    """
    state, by_hand = saved.checkpoint["channel_values"], saved.metadata.get("source") in EDITED
    coming = next_stages(saved)
    if not (coming or by_hand) or coming & BEFORE_PLAN or "run" not in state:
        return None
    before = None if await _begins_fork(state, before, ledger) else before
    run_id, changed = _run_id(state, before), dict[str, Any]()
    if (by_hand or not is_newest) and (ended := await ledger.runs.recorded(run_id)) and _has_ended(ended):
        if before and state["run"].get("version", "") != ended.version:
            raise InvalidInput("the state's run.version was edited", hint="go on from the checkpoint before the edit")
        return await fork_from(graph, saved, before, config, execution, ended, ledger, store)
    check_version(run_id, state["run"].get("version", ""))
    if by_hand and (recorded := await ledger.runs.recorded(run_id)):
        execution.edited_fields = edited_fields(state, before, recorded)
        edited = "review" not in coming and await _edited(state, ledger, store, execution.edited_fields)
        if not edited and not _cut_off(saved):
            return None
        await execution.own(run_id)
    else:
        lost = await _restore(state, _results_within(saved), execution, ledger, store)
        if not lost and not _cut_off(saved):
            return None
        changed["run"] = with_repairs(state["run"], added=lost.values())
        changed["results"] = Overwrite({key: row for key, row in state["results"].items() if key not in lost})
    # `review` comes next, and all tasks are sent again; what is recorded returns at once
    new = await graph.aupdate_state(config, changed, as_node="plan")
    return str(new["configurable"]["checkpoint_id"])


def _cut_off(saved: CheckpointTuple) -> bool:
    """Whether a stage was cancelled between its return and the edge after it, which decides what comes next.

    LangGraph keeps what it had written as if it were all, and would end the run there without a word.
    """
    written = dict[str, set[str]]()
    for task, channel, _ in saved.pending_writes or ():
        written.setdefault(task, set()).add(channel)
    return any(
        "__error__" in channels
        and channels - {"__error__"}
        and not any(name == "__pregel_tasks" or name.startswith("branch:to:") for name in channels)
        for channels in written.values()
    )


def _has_ended(run: Run) -> bool:
    return not run.resumable and run.status != "damaged"


async def _begins_fork(state: Json, before: CheckpointTuple | None, ledger: Ledger) -> bool:
    """Whether a fork begins here, in the conversation of another run, which is not its state before edits."""
    run, earlier = state["run"], before.checkpoint["channel_values"].get("run") if before else None
    if before is None or not isinstance(run, Mapping):
        return False
    if isinstance(earlier, Mapping) and earlier.get("run_id") == run.get("run_id"):
        return False
    recorded = await ledger.runs.recorded(str(run.get("run_id")))
    return bool(
        recorded
        and recorded.parent
        and recorded.parent == run.get("parent")
        and recorded.thread_id == run.get("thread_id")
    )


def _run_id(state: Json, before: CheckpointTuple | None) -> str:
    run, earlier = state["run"], before.checkpoint["channel_values"].get("run") if before else None
    if isinstance(run, Mapping) and isinstance(earlier, Mapping) and run.get("run_id") != earlier.get("run_id"):
        raise InvalidInput("the state's run.run_id was edited", hint="go on from the checkpoint before the edit")
    if not isinstance(run, Mapping) or not isinstance(run.get("run_id"), str):
        raise InvalidInput("the state's `run` was edited and is none", hint="go on from the checkpoint before the edit")
    return str(run["run_id"])


async def restore(saved: CheckpointTuple, execution: Execution, ledger: Ledger, store: Store) -> None:
    """Record what a checkpoint has of its run and the ledger lacks; a run that has ended is recorded as ended."""
    state = saved.checkpoint["channel_values"]
    if "run" not in state:
        return
    await _restore(state, _results_within(saved), execution, ledger, store)
    if not stages_left(saved):
        await ledger.runs.finish(complete(cast(State, state)))


async def edits_left_by(
    saved: CheckpointTuple, before: CheckpointTuple | None, ledger: Ledger, store: Store
) -> tuple[str, ...]:
    """What was edited in a run after it ended, a sentence each, where a new request comes before it was run."""
    edits = await edits_in(saved, before, ledger, store)
    return tuple(f"Not used: {what}, and the run did not go on from there." for what in edits)


async def question_left_by(saved: CheckpointTuple, ledger: Ledger) -> tuple[str, ...]:
    """That the run of the checkpoint waits for approval, where a new request comes before the reply."""
    state = saved.checkpoint["channel_values"].get("run")
    run = await ledger.runs.recorded(str(state.get("run_id"))) if isinstance(state, Mapping) else None
    if run is None or run.status != "waiting":
        return ()
    return (f"Not done: run {run.run_id} of this conversation still waits for approval; {fork(run.run_id)} asks anew.",)


async def edits_in(
    saved: CheckpointTuple, before: CheckpointTuple | None, ledger: Ledger, store: Store
) -> tuple[str, ...]:
    """What a client has edited in a run, a sentence each, or why it can't be run."""
    state = saved.checkpoint["channel_values"]
    if saved.metadata.get("source") not in EDITED or "run" not in state:
        return ()
    run_id = state["run"].get("run_id") if isinstance(state["run"], Mapping) else None
    fields = edited_fields(state, before, await ledger.runs.recorded(str(run_id)))
    return await _edited(state, ledger, store, fields)


async def _edited(state: Any, ledger: Ledger, store: Store, fields: EditedFields) -> tuple[str, ...]:
    try:
        return (await read_edits(state, ledger, store, fields)).what
    except InvalidPlan as error:
        return error.problems


def _results_within(saved: CheckpointTuple) -> dict[str, Json]:
    """The results of tasks that are done in a super-step which is not: LangGraph does not run them again."""
    found: dict[str, Json] = {}
    for _, channel, value in saved.pending_writes or ():
        if channel == "results" and isinstance(value, Mapping):
            found |= value
    return found


async def _restore(
    state: Json, within: Mapping[str, Json], execution: Execution, ledger: Ledger, store: Store
) -> dict[str, str]:
    """Record what the checkpoint has and the ledger lacks. Returns by key, in words, the results that lack a file."""
    run_id, rows = state["run"]["run_id"], {**state.get("results", {}), **within}
    epoch = state["run"].get("epoch") or epoch_in(state["run"], Plan.model_validate(state["plan"]))
    absent = rows.keys() - await ledger.recorded(epoch)
    if rows and not absent:
        return {}
    known = await ledger.runs.recorded(run_id)
    if known and not absent:
        return {}
    run, plan, lost = Run.model_validate(state["run"]), Plan.model_validate(state["plan"]), dict[str, str]()
    if known:
        await execution.own(run_id)
    else:
        await execution.start(run)
        await ledger.given(run_id, run.thread_id, run.request.files)
    for key in sorted(absent):
        result = Result.model_validate(rows[key])
        if known and result.status != "succeeded" and key not in within:
            continue  # a retry has deleted it
        if why := await not_here(result, store):
            lost[key] = why
        else:
            await ledger.put(run_id, run.thread_id, epoch, result)
    proposal = Proposal(plan=plan, refusals=run.refusals, repairs=(*run.repairs, *lost.values()))
    await ledger.runs.planned(run_id, epoch, proposal, run.controller)
    return lost
