"""Select: choose the expert of a task while its inputs are still being made, then wait for them."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from ..graph.events import ExpertChosen, emit
from ..graph.expert import Assignment, Expert, allowed
from ..graph.ports import Catalog, Controller, Ledger
from ..graph.state import TaskRun, TaskState
from ..graph.task import Task
from .llm_budget import Spending


class Selection:
    """The node. It remembers which decisions are being made, so that equal ones are made once a run."""

    def __init__(self, *, controller: Controller, catalog: Catalog, ledger: Ledger, where: Sequence[str] = ()) -> None:
        """`where`: places for runs whose options name none."""
        self._controller = controller
        self._catalog = catalog
        self._ledger = ledger
        self._where = where
        self._deciding: WeakValueDictionary[tuple[int, str, str], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, state: TaskState) -> dict[str, Any]:
        """Choose, announce, wait. A task that is recorded already needs neither."""
        task, run = Task.model_validate(state["task"]), state["run"]
        if task.key in await self._ledger.results(run["epoch"], [task.key]):
            return {"assignment": None}
        assignment = await self._choose(task, run)
        if assignment:
            emit(ExpertChosen(run_id=run["run_id"], assignment=assignment))
        await self._wait(task, run["epoch"])
        return {"assignment": assignment.model_dump(mode="json") if assignment else None}

    async def _choose(self, task: Task, run: TaskRun) -> Assignment | None:
        """The assignment, or None when no expert can do it here."""
        wanted = run["models"].get(task.key) or run["models"].get(task.type)
        where = run.get("where") or self._where
        candidates = allowed(await self._catalog.candidates(task, wanted), where)
        able = [candidate.expert for candidate in candidates if candidate.obstacle is None]
        if wanted:
            able = [expert for expert in able if expert.model_id == wanted]
            return _only(task, able, "chosen by the user") if able else None
        if len(able) < 2:
            return _only(task, able, "the only expert that can do it here") if able else None
        if run.get("select") == "rank":
            return _only(task, able, "first by rank")
        first, rest = _preferred(able, where)
        if len(first) == 1:
            return _only(task, able, f"the only expert at {first[0].backend}, the first of the places that can")
        decision = _decision(task, first)
        lock = self._deciding.setdefault((id(asyncio.get_running_loop()), run["run_id"], decision), asyncio.Lock())
        async with lock:
            made = await self._ledger.assignment(run["run_id"], decision)
            if made is None:
                made = await self._controller.choose(task, first, Spending(self._ledger, run["run_id"]))
                made = await self._ledger.assign(run["run_id"], decision, made)
        return made.model_copy(update={"task_id": task.id, "fallbacks": (*made.fallbacks, *rest)})

    async def _wait(self, task: Task, epoch: str) -> None:
        """Until all inputs are recorded, or one of them never will be good."""
        keys = [str(task_id) for task_id in task.depends_on]

        async def recorded() -> Iterable[str]:
            rows = await self._ledger.results(epoch, keys)
            return rows if all(row.ok for row in rows.values()) else keys

        if keys:
            await self._ledger.board.wait(epoch, keys, recorded)


def _only(task: Task, able: Sequence[Expert], reason: str) -> Assignment:
    return Assignment(
        task_id=task.id,
        expert=able[0],
        reason=reason,
        candidates=tuple(expert.model_id for expert in able),
        fallbacks=tuple(able[1:]),
    )


def _preferred(able: list[Expert], where: Sequence[str]) -> tuple[list[Expert], list[Expert]]:
    """Those of the first place that can, and the others: an order of places is the user's wish, not a hint."""
    if not where:
        return able, []
    first = [expert for expert in able if expert.backend == able[0].backend]
    return first, [expert for expert in able if expert.backend != able[0].backend]


def _place(expert: Expert) -> list[str]:
    """An expert is a model at a place: the same model elsewhere is another."""
    return [expert.backend, expert.provider, expert.model_id, expert.revision]


def _decision(task: Task, able: Sequence[Expert]) -> str:
    """Equal for tasks that pose the same question: type, parameters, candidates."""
    question = [task.type, task.model_dump(mode="json")["parameters"], [_place(expert) for expert in able]]
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]
