"""Converters: the steps between kinds of media that nobody says: a PDF as pages, a video as frames, its sound track.

A plan may give a PDF where a picture or a text is wanted, and a video where a picture or sound is. The step that makes one
of the other is put in between as a task of its own, so that it is recorded, shown and done once like any other.
"""

import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from .resource import Kind, Resource
from .task import Ref, Single, Task, Value
from .task_type import Input
from .vocabulary import VOCABULARY


class Converter(NamedTuple):
    """A task type that makes one kind of another."""

    task_type: str
    input: str
    output: str


CONVERTERS: dict[tuple[Kind, Kind], Converter] = {
    ("document", "image"): Converter("document-to-images", "document", "images"),
    ("document", "text"): Converter("document-to-text", "document", "text"),
    ("video", "image"): Converter("video-to-images", "video", "images"),
    ("video", "audio"): Converter("video-to-audio", "video", "audio"),
}
"""By what there is and what is wanted."""

JOIN = "join-text"
STEPS_BETWEEN = frozenset({JOIN, *(converter.task_type for converter in CONVERTERS.values())})
"""Task types that are put in by rule; a plan may name them as well."""
_LISTING = {converter.task_type for converter in CONVERTERS.values() if converter.output == "images"}


_EACH = re.compile(r"\b(?:each|every|per|by) (?:page|frame|slide|picture|scene)s?\b", re.IGNORECASE)
"""A goal that wants something for every page, and not one thing for all of them."""


def with_converters(tasks: Iterable[Task]) -> list[Task]:
    """The tasks with every converter that they need, each once for what it converts, before the first that needs it.

    What is made of every page or frame of one file is joined before a task that takes a single text, unless its goal is of
    each page: the summary of a PDF that was read page by page is one. A list that the user gave stays a list. What is no
    plan (unknown types, circles) is given back as it is, for the plan to refuse.
    """
    given = list(tasks)
    if any(task.type not in VOCABULARY for task in given):
        return given
    try:
        ordered = _in_order(given)
    except CycleError:
        return given
    return _Weaver(ordered).woven()


def _in_order(tasks: list[Task]) -> list[Task]:
    """Each after those that it depends on; as written where that is so already."""
    by_id = {task.id: task for task in tasks}
    place = {task.id: number for number, task in enumerate(tasks)}
    if all(place.get(d, -1) < place[task.id] for task in tasks for d in task.depends_on):
        return tasks
    order = TopologicalSorter({task.id: [d for d in task.depends_on if d in by_id] for task in tasks}).static_order()
    return [by_id[task_id] for task_id in order]


class _Weaver:
    """One pass over tasks in order."""

    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks
        self._by_id = {task.id: task for task in tasks}
        self._next_id = max(self._by_id, default=-1) + 1
        self._made: dict[tuple[str, object], int] = {}
        self._lists: set[int] = set()
        """Tasks that give one thing for each page or frame of one file."""
        self._woven: list[Task] = []

    def woven(self) -> list[Task]:
        """The tasks, and the steps put in."""
        for task in self._tasks:
            ports = {port.name: port for port in VOCABULARY[task.type].inputs}
            inputs = {
                name: self._value(value, ports[name], task) if name in ports else value
                for name, value in task.inputs.items()
            }
            self._take(task if inputs == task.inputs else task.model_copy(update={"inputs": inputs}))
        return self._woven

    def _take(self, task: Task) -> None:
        """The next task or step, all that it depends on being known."""
        self._by_id[task.id] = task
        self._woven.append(task)
        many = {port.name for port in VOCABULARY[task.type].inputs if port.many}
        sources = {value.task_id for name, value in task.inputs.items() if name not in many and isinstance(value, Ref)}
        if task.type in _LISTING or sources & self._lists:
            self._lists.add(task.id)

    def _value(self, value: Value, port: Input, task: Task) -> Value:
        if isinstance(value, tuple):
            return tuple(self._single(member, port, task) for member in value)
        return self._single(value, port, task)

    def _single(self, value: Single, port: Input, task: Task) -> Single:
        kinds = self._kinds(value)
        if kinds and not any(port.takes(kind) for kind in kinds):
            value = self._converted(value, kinds, port, task)
        if isinstance(value, Ref) and port.kinds == ("text",) and not port.many and self._wants_joining(value, task):
            return Ref(task_id=self._step(JOIN, "texts", value, task), output="text")
        return value

    def _kinds(self, value: Single) -> tuple[Kind, ...]:
        match value:
            case Resource():
                return (value.kind,)
            case Ref() if value.task_id in self._by_id:
                outputs = VOCABULARY[self._by_id[value.task_id].type].outputs
                return tuple(output.kind for output in outputs if value.output in ("", output.name))
        return ()

    def _converted(self, value: Single, kinds: Iterable[Kind], port: Input, task: Task) -> Single:
        found = (CONVERTERS.get((kind, wanted)) for wanted in port.kinds for kind in kinds)
        converter = next((each for each in found if each), None)
        if converter is None or converter.task_type == task.type:
            return value
        return Ref(task_id=self._step(converter.task_type, converter.input, value, task), output=converter.output)

    def _wants_joining(self, ref: Ref, task: Task) -> bool:
        source = self._by_id.get(ref.task_id)
        texts = source is not None and any(output.kind == "text" for output in VOCABULARY[source.type].outputs)
        return texts and ref.task_id in self._lists and not _EACH.search(task.goal)

    def _step(self, task_type: str, name: str, value: Single, task: Task) -> int:
        """The id of the task that does it, new or made before."""
        key = (task_type, value)
        if key not in self._made:
            self._made[key] = self._next_id
            self._next_id += 1
            self._take(Task(id=self._made[key], type=task_type, inputs={name: value}, goal=task.goal))
        return self._made[key]
