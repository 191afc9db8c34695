"""`Outcomes`: the results of a run by task, and which of them the request asks for."""

from collections.abc import Iterable, Iterator, Sequence

from .....graph.converters import STEPS_BETWEEN
from .....graph.result import Result, Run
from .....graph.task import Task
from ....wording.phrases import Phrases, shortened
from .printable import clean


class Outcomes:
    """Tasks with their results, in the order of the request."""

    def __init__(self, run: Run, phrases: Phrases) -> None:
        self.run = run
        self.phrases = phrases
        by_key = {result.key: result for result in run.results}
        ordered = sorted(run.plan.tasks, key=lambda task: task.id)
        self.results = [(task, by_key[task.key]) for task in ordered if task.key in by_key]
        self.missing = [task for task in ordered if task.key not in by_key]
        self._done = {task.id for task, result in self.results if result.ok}

    def requested(self) -> Iterator[tuple[Task, Result]]:
        """Those to show: a step on the way only where the request names it, or where what needs it was not done."""
        for task, result in self.results:
            consumers = self.consumers(task)
            if result.resources and (not consumers or self._is_requested(task, consumers)):
                yield task, result

    def consumers(self, task: Task) -> Sequence[Task]:
        """The tasks that take its output."""
        return [other for other in self.run.plan.tasks if task.id in other.depends_on]

    def heading(self, task: Task) -> str:
        """What a task makes, in the words of the answer."""
        return self.phrases.named("headings", task.type) or task.type

    def named(self, task: Task) -> str:
        """The words of the request that a task serves; its heading where it has none."""
        goal = " ".join(clean(task.goal).split())
        first, _, rest = goal.partition(" ")
        goal = rest if rest and first.lower() in self.phrases.strings["joins"].split() else goal
        return self.phrases.say("quoted", words=shortened(goal)) if goal else self.heading(task)

    def not_done(self, what: Iterable[str], reason: str) -> str:
        """The sentence for what was not done, and why."""
        return self.phrases.say("not_done", what=self.phrases.say("comma").join(what), why=reason)

    def _is_requested(self, task: Task, consumers: Sequence[Task]) -> bool:
        """An implied step has the goal of the task that needs it."""
        if not any(other.id in self._done for other in consumers):
            return True
        if task.type in STEPS_BETWEEN and any(task.goal == other.goal for other in consumers):
            return False
        if any(other.type == "pick-best" for other in consumers):
            return False
        named = all(task.goal != other.goal for other in consumers) or self.phrases.has_word("reads", task.goal)
        return bool(task.goal) and named
