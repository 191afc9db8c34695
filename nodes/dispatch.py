"""`dispatch`: the edge after review; sends every task of the plan at once, each to its own instance of `task`."""

from langgraph.types import Send
from pydantic import ValidationError

from ..graph.errors import InvalidPlan
from ..graph.plan import Plan
from ..graph.result import OPTIONS_EDITED, Run
from ..graph.state import State, TaskRun, TaskState, epoch_in


def dispatch(state: State) -> list[Send] | str:
    """One Send a task, in topological order (with `max_concurrency`, waiting tasks occupy places).

    Recorded tasks are sent too and return at once, but for those that a fork has taken over. Each Send carries its own task
    only. Edits that can't be run go back to review, or to the answer where no approval is asked for. Raises nothing:
    `update_state` calls it too.
    """
    try:
        run, plan = Run.model_validate(state["run"]), Plan.model_validate(state["plan"])
    except (InvalidPlan, ValidationError):
        return "review"  # a client has edited the state; it reports the problems
    if state.get("problems"):
        return "respond" if run.options.approve == "never" else "review"
    # `cancelled`: refused, in the checkpoint of an earlier version
    if run.status in {"refused", "cancelled"} or not plan.tasks:
        return "respond"
    task_run = TaskRun(
        run_id=run.run_id,
        thread_id=run.thread_id,
        epoch=epoch_in(state["run"], plan),
        models=run.options.models,
        select=run.options.select,
        where=list(run.options.where),
        llm=run.options.llm,
        redo=list(run.options.redo),
        inherits=run.parent is not None and OPTIONS_EDITED not in run.repairs,
    )
    done = {key for key, row in (state.get("results") or {}).items() if run.parent and row.get("status") == "succeeded"}
    sent = [task for task in plan.tasks if task.key not in done]
    return [Send("task", TaskState(task=task.model_dump(mode="json"), run=task_run)) for task in sent] or "respond"
