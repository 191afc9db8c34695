"""The stage `task`: runs one task's sub-graph (select, execute) and enters it on the board.

It calls the sub-graph instead of being it: the raw sub-graph as a node deadlocks on an interrupt inside a task, and leaves
siblings running after a failure (LangGraph 1.2).
"""

from typing import Any

from langgraph.errors import GraphBubbleUp
from langgraph.graph.state import CompiledStateGraph

from ..graph.board import Outcome
from ..graph.ports import Ledger, Store
from ..graph.result import Result
from ..graph.state import Json, Node, TaskState
from ..graph.task import Task
from .execution import current
from .files_here import not_here


def task_node(subgraph: CompiledStateGraph[Any, Any, Any, Any], ledger: Ledger, store: Store) -> Node[TaskState]:
    """The stage over `subgraph`. It must be a closure: LangGraph finds nested graphs among a node's free variables."""

    async def task(state: TaskState) -> Json:
        """One task as a graph of its own, so that each can be seen, resumed and stepped."""
        run, key = state["run"], str(state["task"]["id"])
        token = ledger.board.enter(run["epoch"], key)  # before any await: a dependant may look for it at once
        outcome: Outcome = "done"
        execution = current()
        try:
            await execution.own(run["run_id"])
            if ledger.board.runs(run["epoch"], map(str, Task.model_validate(state["task"]).depends_on)):
                await execution.precedence.let_pass()
            else:
                execution.precedence.begin(key)
            done = await subgraph.ainvoke(state, **execution.inside)
            if (
                await execution.rows.own(run["epoch"], key, ledger) is None
            ):  # it has ended on a host with another ledger
                result = Result.model_validate(done["results"][key])
                if why := await not_here(result, store):
                    anew: Any = {"task": state["task"], "run": {**run, "again": why}}
                    done = await subgraph.ainvoke(anew, **execution.inside)  # LangGraph's second sub-graph of the task
                else:
                    await ledger.put(run["run_id"], run["thread_id"], run["epoch"], result)
            return {"results": done["results"]}
        except GraphBubbleUp:  # an interrupt or breakpoint inside: no failure, and dependants must not wait for it
            outcome = "suspended"
            raise
        finally:
            execution.precedence.end(key)
            ledger.board.leave(run["epoch"], key, token, outcome)

    return task
