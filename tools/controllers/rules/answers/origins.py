"""`Origins`: what a result was made from, as a heading names it: `notes.txt`, `scan.pdf, page 2`, `“Guten Abend”`."""

from collections import Counter
from collections.abc import Iterable, Iterator

from .....graph.member import Place
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
        given = [r for task in run.plan.tasks for value in task.inputs.values() for r in resources_in(value)]
        self._labels = _distinct([resource.name for resource in given if resource.name])
        self._files = {self._label(resource) for resource in given}
        self._several = len({name for task in run.plan.tasks for name in self.names(task)}) > 1

    def names(self, task: Task, place: Place = ()) -> list[str]:
        """The names of what was given to a task, or to the tasks before it; of a list the one of that member."""
        return list(dict.fromkeys(name for value, at in self._values(task, place) for name in self._named(value, at)))

    def files(self, task: Task) -> list[str]:
        """The names of the files that a task goes back to."""
        return [name for name in self.names(task) if name in self._files]

    def of(self, task: Task, place: Place = ()) -> str:
        """What stands in the heading of a result; empty where there is nothing to tell apart. `place`: in a list."""
        found = self.names(task, place) if self._several and task.type != "pick-best" else []  # it names its items
        if not place and (result := self._results.get(task.id)) and result.ok:
            lost = {member.name for member in result.missing}
            found = [name for name in found if name not in lost]
        part = self._part(task, place) if place else ""
        if place and not part and len(found) != 1:
            part = self._phrases.say("member", n=".".join(str(number + 1) for number in place))
        return self._phrases.say("comma").join(filter(None, (*(found if len(found) < 4 else ()), part)))

    def _values(self, task: Task, place: Place) -> Iterator[tuple[Single, Place]]:
        """The values of a task's inputs, each with the place that is meant in it."""
        for name, value in task.inputs.items():
            port = VOCABULARY[task.type].input(name) if task.type in VOCABULARY else None
            singles = singles_in(value)
            if name in ("question", "prompt", "query"):
                continue
            if place and len(singles) > 1 and port is not None and not port.many:
                yield from ((single, place[1:]) for single in singles[place[0] : place[0] + 1])
            else:
                yield from ((single, place) for single in singles)

    def _named(self, value: Single, place: Place) -> Iterator[str]:
        match value:
            case Resource(name=str()):
                yield self._label(value)
            case str() if value.strip():
                yield self._phrases.say("quoted", words=shortened(value, MAX_QUOTED))
            case Ref() if value.task_id in self._run.plan.by_id:
                yield from self.names(self._run.plan.by_id[value.task_id], self._place_in(value, place))

    def _label(self, resource: Resource) -> str:
        return self._labels.get(resource.name or "", resource.label)

    def _place_in(self, ref: Ref, place: Place) -> Place:
        """The place in the list that a ref leads to; empty where it leads to a single thing."""
        result: Result | None = self._results.get(ref.task_id)
        long = result is not None and (result.mapped or any(len(made) > 1 for made in result.outputs.values()))
        return place if long else ()

    def _part(self, task: Task, place: Place) -> str:
        """`page 2`, where a task or one before it makes pages or frames."""
        if kind := _PARTS.get(task.type):
            first, last = (task.parameters.get(name, usual) for name, usual in (("first_page", 1), ("last_page", 0)))
            begin, end = (number if isinstance(number, int) else 1 for number in (first, last))
            skipped = end if place[-1] + 1 >= begin else 0
            many = skipped - begin + 1 if skipped and task.parameters.get("except") else 0
            return self._phrases.say(kind, n=place[-1] + (1 + many if task.parameters.get("except") else begin))
        refs = [(value, self._place_in(value, at)) for value, at in self._values(task, place) if isinstance(value, Ref)]
        found = (self._part(self._run.plan.by_id[ref.task_id], at) for ref, at in refs if at)
        return next(filter(None, found), "")


def _distinct(paths: Iterable[str]) -> dict[str, str]:
    """For each path its name, with as many folders before it as tell it from the others: `a/notes.txt`, `b/notes.txt`."""
    parts = {path: path.rstrip("/").split("/") for path in paths}
    labels = {path: split[-1] for path, split in parts.items()}
    for length in range(2, 2 + max(map(len, parts.values()), default=0)):
        often = Counter(labels.values())
        labels = {path: name if often[name] == 1 else "/".join(parts[path][-length:]) for path, name in labels.items()}
    return labels
