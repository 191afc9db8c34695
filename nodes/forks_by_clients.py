"""`fork_from`: a client goes on from a checkpoint of a run that has ended ("re-run from here"), edited or not: a fork of it.

The run that has ended stays as it is recorded. An edit that can't be run is refused in the fork's answer.
"""

from typing import Any

from langchain_core.messages import RemoveMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.graph.state import CompiledStateGraph

from ..graph.errors import InvalidPlan
from ..graph.ports import Ledger, Store
from ..graph.result import Run
from ..graph.state import run_id_of
from .edited_fields import edited_fields
from .edits import Edits, read_edits
from .execution import Execution
from .forks import begin_fork, fork_of
from .long_texts import long_texts_stored


async def fork_from(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    saved: CheckpointTuple,
    before: CheckpointTuple | None,
    config: RunnableConfig,
    execution: Execution,
    parent: Run,
    ledger: Ledger,
    store: Store,
) -> str:
    """Record the fork of `parent` that begins in the checkpoint; returns the id of its own first checkpoint."""
    state, problems = saved.checkpoint["channel_values"], tuple[str, ...]()
    try:
        edits = await read_edits(state, ledger, store, edited_fields(state, before, parent))  # type: ignore[arg-type]
    except InvalidPlan as error:
        problems = error.problems
        edits = Edits(parent, parent.plan, tuple(row for row in parent.results if row.edited))
    kept = await ledger.runs.kept_limits(parent.thread_id)
    options = edits.run.options
    kept = {name: limit for name, limit in kept.items() if getattr(options, name) == getattr(parent.options, name)}
    base = parent if edits.run.epoch == parent.epoch else parent.model_copy(update={"results": ()})
    fork = fork_of(
        base,
        run_id=await _new_id(parent.thread_id, saved.checkpoint["id"], ledger),
        thread_id=parent.thread_id,
        plan=await long_texts_stored(edits.plan, store),
        options=options.model_copy(update=kept),
        edited=edits.results,
        changes=edits.what,
    )
    values = await begin_fork(base, fork, ledger, store)
    await execution.own(fork.run_id)
    answer = f"answer-{parent.run_id}"
    if any(message.id == answer for message in state.get("messages") or []):
        values["messages"] = [RemoveMessage(answer)]  # the fork's stands in its place
    if problems:
        values["problems"] = list(problems)
    new = await graph.aupdate_state(config, values, as_node="review" if problems else "plan")
    return str(new["configurable"]["checkpoint_id"])


async def _new_id(thread_id: str, checkpoint_id: str, ledger: Ledger) -> str:
    """That of a fork which was begun there and is not finished; else a new one."""
    number = 0
    while True:
        run_id = run_id_of(thread_id, f"fork {number}", checkpoint_id)
        known = await ledger.runs.recorded(run_id)
        if known is None or known.resumable:
            return run_id
        number += 1
