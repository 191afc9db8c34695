"""The stage `select`: chooses the expert of a task while its inputs are still being made, then waits for them."""

from ..graph.at_work import AtWork
from ..graph.clock import now
from ..graph.events import ExpertChosen, emit
from ..graph.ports import Catalog, ControllerOf, Ledger
from ..graph.state import Json, Node, TaskState
from ..graph.task import Task
from .choices import ExpertChoices
from .execution import current
from .recorded_inputs import wait_for_inputs


def select_node(*, controllers: ControllerOf, catalog: Catalog, ledger: Ledger) -> Node[TaskState]:
    """The first stage of a task. It leads to `execute` once all inputs are recorded, or one of them failed."""
    choices = ExpertChoices(controllers=controllers, catalog=catalog, ledger=ledger)

    async def select(state: TaskState) -> Json:
        task, run = Task.model_validate(state["task"]), state["run"]
        rows = current().rows
        if await rows.own(run["epoch"], task.key, ledger):
            return {"assignment": None}  # recorded already: neither choice nor wait is needed
        await rows.may_be_known(run["run_id"], run["epoch"], ledger)  # read before the wait, at whose end all is ready
        ledger.runs.at_work(run["run_id"], AtWork(key=task.key, phase="choosing", since=now()))
        try:
            assignment = await choices.of(task, run)
        finally:
            ledger.runs.left(run["run_id"], task.key)
        if assignment:
            emit(ExpertChosen(run_id=run["run_id"], assignment=assignment))
        await wait_for_inputs(task, run["epoch"], ledger, rows)
        return {"assignment": assignment.model_dump(mode="json") if assignment else None}

    return select
