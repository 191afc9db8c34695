"""The stage `select`: chooses the expert of a task while its inputs are still being made, then waits for them."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from ..graph.events import ExpertChosen, emit
from ..graph.expert import Assignment, Expert, allowed
from ..graph.ports import Catalog, ControllerOf, Ledger
from ..graph.state import Json, Node, TaskRun, TaskState
from ..graph.task import Task
from .inputs import required_by
from .llm_budget import LlmBudget


def select_node(*, controllers: ControllerOf, catalog: Catalog, ledger: Ledger) -> Node[TaskState]:
    """The first stage of a task. It leads to `execute` once all inputs are recorded, or one of them failed."""
    choice = ExpertChoice(controllers=controllers, catalog=catalog, ledger=ledger)

    async def select(state: TaskState) -> Json:
        task, run = Task.model_validate(state["task"]), state["run"]
        if task.key in await ledger.results(run["epoch"], [task.key]):
            return {"assignment": None}  # recorded already: neither choice nor wait is needed
        assignment = await choice.of(task, run)
        if assignment:
            emit(ExpertChosen(run_id=run["run_id"], assignment=assignment))
        await _wait_for_inputs(task, run["epoch"], ledger)
        return {"assignment": assignment.model_dump(mode="json") if assignment else None}

    return select


@dataclass(frozen=True, kw_only=True)
class ExpertChoice:
    """Chooses experts. Equal decisions of a run (same type, parameters and candidates) are made once."""

    controllers: ControllerOf
    catalog: Catalog
    ledger: Ledger
    deciding: WeakValueDictionary[tuple[int, str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """A lock for each decision that is being made, by event loop, run and decision."""

    async def of(self, task: Task, run: TaskRun) -> Assignment | None:
        """The assignment, or None when no expert can do the task here."""
        required = run["models"].get(task.key) or run["models"].get(task.type)
        where = run.get("where", [])
        candidates = allowed(await self.catalog.candidates(task, required), where)
        able = [candidate.expert for candidate in candidates if candidate.obstacle is None]
        if required:
            able = [expert for expert in able if expert.model_id == required]
            return _first(task, able, "chosen by the user") if able else None
        if len(able) < 2:
            return _first(task, able, "the only expert that can do it here") if able else None
        first, rest = _by_place(able, where)
        if run.get("inherits") and (as_before := await self._inherited(task, first, rest, run)):
            return as_before
        if run.get("select") == "rank":
            return _first(task, able, "first by rank")
        if len(first) == 1:
            return _first(task, able, f"the only expert at {first[0].backend}, the first of the places that can")
        assignment = await self._decided(task, first, run)
        return assignment.model_copy(update={"task_id": task.id, "fallbacks": (*assignment.fallbacks, *rest)})

    async def _inherited(
        self, task: Task, first: Sequence[Expert], rest: Sequence[Expert], run: TaskRun
    ) -> Assignment | None:
        """As the fork's parent chose, where that expert can do it still: a choice made anew could repeat a known call."""
        before = await self.ledger.chosen(run["run_id"], task.key)
        if before is None or before.fallback:
            return None

        def name(expert: Expert) -> tuple[str, ...]:
            return expert.task_type, expert.backend, expert.provider, expert.model_id, expert.revision

        found = next((expert for expert in first if name(expert) == name(before.expert)), None)
        others = tuple(expert for expert in (*first, *rest) if expert != found)
        changes = {"task_id": task.id, "expert": found, "fallbacks": others}
        return before.model_copy(update=changes) if found else None

    async def _decided(self, task: Task, able: Sequence[Expert], run: TaskRun) -> Assignment:
        run_id = run["run_id"]
        decision = _decision(task, able)
        lock = self.deciding.setdefault((id(asyncio.get_running_loop()), run_id, decision), asyncio.Lock())
        async with lock:
            if (made := await self.ledger.assignment(run_id, decision)) is not None:
                return made
            made = await (await self.controllers(run.get("llm", ""))).choose(task, able, LlmBudget(self.ledger, run_id))
            return await self.ledger.assign(run_id, decision, made)


async def _wait_for_inputs(task: Task, epoch: str, ledger: Ledger) -> None:
    """Until all are recorded, or one that is required has failed."""
    keys = [str(task_id) for task_id in task.depends_on]
    required = {str(task_id) for task_id in required_by(task)}

    async def recorded() -> Iterable[str]:
        rows = await ledger.results(epoch, keys)
        return rows if all(row.ok for key, row in rows.items() if key in required) else keys

    if keys:
        await ledger.board.wait(epoch, keys, recorded)


def _first(task: Task, able: Sequence[Expert], reason: str) -> Assignment:
    return Assignment(
        task_id=task.id,
        expert=able[0],
        reason=reason,
        candidates=tuple(expert.model_id for expert in able),
        fallbacks=tuple(able[1:]),
    )


def _by_place(able: list[Expert], where: Sequence[str]) -> tuple[list[Expert], list[Expert]]:
    """Experts of the first place that has any, and the others. The user's order of places comes before any choice."""
    if not where:
        return able, []
    first = [expert for expert in able if expert.backend == able[0].backend]
    return first, [expert for expert in able if expert.backend != able[0].backend]


def _decision(task: Task, able: Sequence[Expert]) -> str:
    """Equal for tasks that pose the same question: type, parameters, candidates (models at places)."""
    candidates = [[expert.backend, expert.provider, expert.model_id, expert.revision] for expert in able]
    question = [task.type, task.model_dump(mode="json")["parameters"], candidates]
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]
