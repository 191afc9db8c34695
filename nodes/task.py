"""The stage `task`: runs one task's sub-graph (select, execute) and enters it on the board.

It calls the sub-graph instead of being it: the raw sub-graph as a node deadlocks on an interrupt inside a task, and leaves
siblings running after a failure (LangGraph 1.2).
"""

from typing import Any

from langgraph.errors import GraphBubbleUp
from langgraph.graph.state import CompiledStateGraph

from ..graph.board import Outcome
from ..graph.ports import Ledger
from ..graph.state import Json, Node, TaskState
from .execution import current


def task_node(subgraph: CompiledStateGraph[Any, Any, Any, Any], ledger: Ledger) -> Node[TaskState]:
    """The stage over `subgraph`. It must be a closure: LangGraph finds nested graphs among a node's free variables."""

    async def task(state: TaskState) -> Json:
        """One task as a graph of its own, so that each can be seen, resumed and stepped."""
        run, key = state["run"], str(state["task"]["id"])
        token = ledger.board.enter(run["epoch"], key)  # before any await: a dependant may look for it at once
        outcome: Outcome = "done"
        try:
            execution = current()
            await execution.own(run["run_id"])
            done = await subgraph.ainvoke(state, **execution.steps)
            return {"results": done["results"]}
        except GraphBubbleUp:  # an interrupt or breakpoint inside: no failure, and dependants must not wait for it
            outcome = "suspended"
            raise
        finally:
            ledger.board.leave(run["epoch"], key, token, outcome)

    return task
