"""Task: the wrapper around one task's sub-graph; tells the board who is at work.

It calls the sub-graph instead of being it: the raw sub-graph as a node deadlocks on an interrupt inside a task, and leaves
siblings running after a failure (LangGraph 1.2).
"""

from collections.abc import Awaitable
from typing import Any, Protocol

from langgraph.errors import GraphBubbleUp
from langgraph.graph.state import CompiledStateGraph

from ..graph.board import Outcome
from ..graph.ports import Ledger
from ..graph.state import TaskState


class TaskNode(Protocol):
    """What LangGraph calls: its first parameter must be named so."""

    def __call__(self, state: TaskState) -> Awaitable[dict[str, Any]]: ...


def task_node(subgraph: CompiledStateGraph[Any, Any, Any, Any], ledger: Ledger) -> TaskNode:
    """The node over `subgraph`. A closure: LangGraph looks for nested graphs among a node's free variables."""

    async def task(state: TaskState) -> dict[str, Any]:
        """Do one task: select and execute, as a graph of its own, so that each can be seen, resumed and stepped."""
        run, key = state["run"], str(state["task"]["id"])
        token = ledger.board.enter(run["epoch"], key)  # before any await: a dependant may look for us at once
        outcome: Outcome = "done"
        try:
            await ledger.own(run["run_id"])
            done = await subgraph.ainvoke(state)
            return {"results": done["results"]}
        except GraphBubbleUp:  # an interrupt or breakpoint inside: not a failure, but nothing to wait for either
            outcome = "suspended"
            raise
        finally:
            ledger.board.leave(run["epoch"], key, token, outcome)

    return task
