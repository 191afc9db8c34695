"""`ExpertChoices`: the expert of each task; the choices of a run that are open are asked of its controller together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from ..graph.choice import Choice
from ..graph.expert import Assignment, Expert
from ..graph.ports import Catalog, Controller, ControllerOf, Ledger
from ..graph.result import Run
from ..graph.state import TaskRun
from ..graph.task import Task
from .feasibility import able_experts
from .llm_budget import LlmBudget
from .read_once import ReadOnce


class _RunChoices:
    """What the tasks of one run share while they choose."""

    def __init__(self) -> None:
        self.reading, self.asking = asyncio.Lock(), asyncio.Lock()
        self.run: Run | None = None
        self.by_rank = ReadOnce[Assignment]()


@dataclass(frozen=True, kw_only=True)
class ExpertChoices:
    """Chooses experts. Equal choices of a run are made once; a task whose choice rank decides waits for no other."""

    controllers: ControllerOf
    catalog: Catalog
    ledger: Ledger
    shared: WeakValueDictionary[tuple[int, str], _RunChoices] = field(default_factory=WeakValueDictionary)
    """By event loop and epoch."""

    async def of(self, task: Task, run: TaskRun) -> Assignment | None:
        """The assignment, or None when no expert can do the task here."""
        found = await self._found(task, run)
        if not isinstance(found, Choice):
            return found
        controller = await self.controllers(run.get("llm", ""))
        shared = self.shared.setdefault((id(asyncio.get_running_loop()), run["epoch"]), _RunChoices())
        recorded = await self._recorded(run, shared)
        choice = _compared(found, controller, recorded)
        if choice.differences:
            made = await self.ledger.assignment(run["run_id"], choice.key)
        else:
            made = await shared.by_rank.of(choice.key, lambda: self._recorded_or_by_rank(choice, run))
        if made is None:
            async with shared.asking:
                made = await self.ledger.assignment(run["run_id"], choice.key)
                made = made or await self._asked(choice, run, recorded, controller)
        return choice.of(made.expert, made.reason)

    async def _found(self, task: Task, run: TaskRun) -> Assignment | Choice | None:
        """The choice that a task poses; its assignment where there is nothing to choose."""
        required = run["models"].get(task.key) or run["models"].get(task.type)
        where = run.get("where", [])
        able = able_experts(await self.catalog.candidates(task, required), required, where)
        if not able:
            return None
        choice = Choice(task=task, candidates=tuple(able))
        if required:
            return choice.of(able[0], "chosen by the user")
        if len(able) == 1:
            return choice.of(able[0], "the only expert that can do it here")
        first, others = by_place(able, where)
        if run.get("inherits") and (as_before := await self._inherited(choice, first, run)):
            return as_before
        if run.get("select") == "rank":
            return choice.of(able[0], "first by rank")
        if len(first) == 1:
            return choice.of(first[0], f"the only expert at {first[0].backend}, the first of the places that can")
        return Choice(task=task, candidates=first, others=others)

    async def _inherited(self, choice: Choice, first: Sequence[Expert], run: TaskRun) -> Assignment | None:
        """As the fork's parent chose, where that expert can do it still: a choice made anew could repeat a known call."""
        before = await self.ledger.chosen(run["run_id"], choice.task.key)
        if before is None or before.fallback:
            return None

        def name(expert: Expert) -> tuple[str, ...]:
            return expert.task_type, expert.backend, expert.provider, expert.model_id, expert.revision

        found = next((expert for expert in first if name(expert) == name(before.expert)), None)
        return choice.of(found, before.reason) if found else None

    async def _recorded_or_by_rank(self, choice: Choice, run: TaskRun) -> Assignment:
        made = await self.ledger.assignment(run["run_id"], choice.key)
        return made or await self.ledger.assign(run["run_id"], choice.key, choice.by_rank())

    async def _recorded(self, run: TaskRun, shared: _RunChoices) -> Run | None:
        """The request and the plan; read once."""
        async with shared.reading:
            shared.run = shared.run or await self.ledger.runs.recorded(run["run_id"])
            return shared.run

    async def _asked(self, choice: Choice, run: TaskRun, recorded: Run | None, controller: Controller) -> Assignment:
        """Ask for all choices of the run that are open, and record them; returns that of `choice`."""
        open_choices = {choice.key: choice}
        for task in recorded.plan.tasks if recorded else ():
            if isinstance(found := await self._found(task, run), Choice):
                other = _compared(found, controller, recorded)
                if other.differences and await self.ledger.assignment(run["run_id"], other.key) is None:
                    open_choices.setdefault(other.key, other)
        made = await controller.choose(list(open_choices.values()), LlmBudget(self.ledger, run["run_id"]))
        kept = [
            await self.ledger.assign(run["run_id"], key, each) for key, each in zip(open_choices, made, strict=True)
        ]
        return kept[0]


def _compared(choice: Choice, controller: Controller, recorded: Run | None) -> Choice:
    """With the request, and with what the controller finds in which the candidates differ for it."""
    asked = choice.model_copy(update={"request": recorded.request.text if recorded else ""})
    return asked.model_copy(update={"differences": tuple(controller.differences(asked))})


def by_place(able: Sequence[Expert], where: Sequence[str]) -> tuple[tuple[Expert, ...], tuple[Expert, ...]]:
    """Experts of the first place that has any, and the others. The user's order of places comes before any choice."""
    if not where:
        return tuple(able), ()
    place = able[0].backend
    return tuple(e for e in able if e.backend == place), tuple(e for e in able if e.backend != place)
