"""`ScriptedController`, for tests: returns a given plan and answer, without a model."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...graph.choice import Choice
from ...graph.expert import Assignment
from ...graph.plan import Plan
from ...graph.ports import Callbacks
from ...graph.result import Proposal, Request, Run

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

    def differences(self, choice: Choice) -> Sequence[str]:
        """The type of the task, so that it is asked for each choice."""
        return (choice.task.type,)

    async def choose(self, choices: Sequence[Choice], callbacks: Callbacks | None = None) -> Sequence[Assignment]:
        """The first candidate of each; the others are its fallbacks."""
        self.choices += [choice.task.id for choice in choices]
        return [choice.of(choice.candidates[0], "first in the script") for choice in choices]

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks | None = None
    ) -> AsyncIterator[str]:
        """The answer of the script, or a line for each task."""
        if self._answer is None:
            for result in run.results:
                yield f"{result.key} ({result.task_type}): {result.status}\n"
        else:
            yield self._answer(run) if callable(self._answer) else self._answer
