"""`dispatch`: the edge after review; sends every task of the plan at once, each to its own instance of `task`."""

from langgraph.types import Send

from ..graph.plan import Plan
from ..graph.state import State, TaskRun, TaskState, epoch_of


def dispatch(state: State) -> list[Send] | str:
    """One Send a task, in topological order (with `max_concurrency`, waiting tasks occupy places).

    Recorded tasks are sent too and return at once. Each Send carries its own task only. An edited plan that can't be run
    goes back to review.
    """
    run, plan = state["run"], Plan.model_validate(state["plan"])
    if state.get("problems"):
        return "review"
    if run["status"] == "cancelled" or not plan.tasks:
        return "respond"
    task_run = TaskRun(
        run_id=run["run_id"],
        thread_id=run["thread_id"],
        epoch=epoch_of(run["run_id"], plan.digest),
        models=run["options"]["models"],
        select=run["options"].get("select", "controller"),
        where=run["options"].get("where", []),
    )
    return [Send("task", TaskState(task=task.model_dump(mode="json"), run=task_run)) for task in plan.tasks]
