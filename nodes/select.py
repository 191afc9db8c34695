"""The stage `select`: chooses the expert of a task while its inputs are still being made, then waits for them."""

import asyncio
from typing import Final

from ..graph.at_work import AtWork
from ..graph.clock import now
from ..graph.events import ExpertChosen, emit
from ..graph.ports import Catalog, ControllerOf, Ledger
from ..graph.state import Json, Node, TaskState
from ..graph.task import Task
from .choices import ExpertChoices
from .recorded_inputs import wait_for_inputs

HEAD_START: Final = 0.02
"""Seconds that a task leaves to those it needs, and to others that can begin: to prepare 20 tasks takes as long."""


def select_node(*, controllers: ControllerOf, catalog: Catalog, ledger: Ledger) -> Node[TaskState]:
    """The first stage of a task. It leads to `execute` once all inputs are recorded, or one of them failed."""
    choices = ExpertChoices(controllers=controllers, catalog=catalog, ledger=ledger)

    async def select(state: TaskState) -> Json:
        task, run = Task.model_validate(state["task"]), state["run"]
        if ledger.board.runs(run["epoch"], map(str, task.depends_on)):
            await asyncio.sleep(HEAD_START)
        if task.key in await ledger.results(run["epoch"], [task.key]):
            return {"assignment": None}  # recorded already: neither choice nor wait is needed
        ledger.runs.at_work(run["run_id"], AtWork(key=task.key, phase="choosing", since=now()))
        try:
            assignment = await choices.of(task, run)
        finally:
            ledger.runs.left(run["run_id"], task.key)
        if assignment:
            emit(ExpertChosen(run_id=run["run_id"], assignment=assignment))
        await wait_for_inputs(task, run["epoch"], ledger)
        return {"assignment": assignment.model_dump(mode="json") if assignment else None}

    return select
