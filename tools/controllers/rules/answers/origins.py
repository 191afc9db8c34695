"""`Origins`: what a result was made from, as a heading names it: `notes.txt`, `scan.pdf, page 2`, `“Guten Abend”`."""

from collections.abc import Iterator

from .....graph.resource import Resource
from .....graph.result import Result, Run
from .....graph.task import Ref, Single, Task, resources_in, singles_in
from .....graph.vocabulary import VOCABULARY
from ....wording.phrases import Phrases, shortened

MAX_QUOTED = 40
"""Characters shown of a quotation."""
_PARTS = {"document-to-images": "page", "document-to-text": "page", "video-to-images": "frame"}


class Origins:
    """The sources of tasks, traced back to what was given. A name is shown only where the plan works on several."""

    def __init__(self, run: Run, phrases: Phrases) -> None:
        self._run = run
        self._phrases = phrases
        self._results = {result.task_id: result for result in run.results}
        self._files = {
            r.label for task in run.plan.tasks for value in task.inputs.values() for r in resources_in(value)
        }
        given = {name for task in run.plan.tasks for name in self.names(task)}
        self._several = len(given) > 1

    def names(self, task: Task, member: int | None = None) -> list[str]:
        """The names of what was given to a task, or to the tasks before it; of a list the one of that member."""
        return list(dict.fromkeys(name for value in self._values(task, member) for name in self._named(value, member)))

    def files(self, task: Task) -> list[str]:
        """The names of the files that a task goes back to."""
        return [name for name in self.names(task) if name in self._files]

    def of(self, task: Task, member: int | None = None) -> str:
        """What stands in the heading of a result; empty where there is nothing to tell apart. `member`: of a list."""
        found = self.names(task, member) if self._several and task.type != "pick-best" else []  # it names its items
        part = "" if member is None else self._part(task, member)
        if member is not None and not part and len(found) != 1:
            part = self._phrases.say("member", n=member + 1)
        return self._phrases.say("comma").join(filter(None, (*(found if len(found) < 4 else ()), part)))

    def _values(self, task: Task, member: int | None) -> Iterator[Single]:
        for name, value in task.inputs.items():
            port = VOCABULARY[task.type].input(name) if task.type in VOCABULARY else None
            singles = singles_in(value)
            mapped = isinstance(value, tuple) and port is not None and not port.many
            if name not in ("question", "prompt", "query"):
                yield from singles[member : member + 1] if mapped and member is not None else singles

    def _named(self, value: Single, member: int | None) -> Iterator[str]:
        match value:
            case Resource(name=str()):
                yield value.label
            case str() if value.strip():
                yield self._phrases.say("quoted", words=shortened(value, MAX_QUOTED))
            case Ref() if value.task_id in self._run.plan.by_id:
                yield from self.names(self._run.plan.by_id[value.task_id], self._member_of(value, member))

    def _member_of(self, ref: Ref, member: int | None) -> int | None:
        """The member of the list that a ref leads to, where the list is as long as the one that it became."""
        result: Result | None = self._results.get(ref.task_id)
        long = result is not None and any(len(made) > 1 for made in result.outputs.values())
        return member if long else None

    def _part(self, task: Task, member: int) -> str:
        """`page 2`, where a task or one before it makes pages or frames."""
        if kind := _PARTS.get(task.type):
            first = task.parameters.get("first_page", 1)
            return self._phrases.say(kind, n=member + (first if isinstance(first, int) else 1))
        refs = [v for v in self._values(task, member) if isinstance(v, Ref) and self._member_of(v, member) is not None]
        found = (self._part(self._run.plan.by_id[ref.task_id], member) for ref in refs)
        return next(filter(None, found), "")
