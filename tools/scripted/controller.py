"""`ScriptedController`, for tests: returns a given plan and answer, without a model."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...graph.expert import Assignment, Expert
from ...graph.plan import Plan
from ...graph.ports import Callbacks
from ...graph.result import Proposal, Request, Run
from ...graph.task import Task

HuggingGptPlan = Sequence[Mapping[str, Any]]


class ScriptedController:
    """Returns a given plan: the paper's JSON, or a function from the request to it."""

    name = "scripted"

    def __init__(
        self,
        plan: HuggingGptPlan | Callable[[Request], HuggingGptPlan],
        *,
        answer: str | Callable[[Run], str] | None = None,
        refusals: Iterable[str] = (),
    ) -> None:
        self._plan = plan
        self._answer = answer
        self._refusals = tuple(refusals)
        self.choices: list[int] = []
        """Ids of the tasks for which it chose an expert."""

    async def plan(self, request: Request, callbacks: Callbacks | None = None) -> Proposal:
        """The plan of the script; file names in it become the request's files."""
        tasks = self._plan(request) if callable(self._plan) else self._plan
        return Proposal(plan=Plan.from_hugginggpt(tasks, request.files), refusals=self._refusals)

    async def choose(self, task: Task, candidates: Sequence[Expert], callbacks: Callbacks | None = None) -> Assignment:
        """The first candidate; the others are its fallbacks."""
        self.choices.append(task.id)
        first, *others = candidates
        ids = tuple(expert.model_id for expert in candidates)
        return Assignment(
            task_id=task.id, expert=first, reason="first in the script", candidates=ids, fallbacks=tuple(others)
        )

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks | None = None
    ) -> AsyncIterator[str]:
        """The answer of the script, or a line for each task."""
        if self._answer is None:
            for result in run.results:
                yield f"{result.key} ({result.task_type}): {result.status}\n"
        else:
            yield self._answer(run) if callable(self._answer) else self._answer
