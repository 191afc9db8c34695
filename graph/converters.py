"""Converters: the steps between kinds of media that nobody says: a PDF as pages, a video as frames, its sound track.

A plan may give a PDF where a picture or a text is wanted, and a video where a picture or sound is. The step that makes one
of the other is put in between as a task of its own, so that it is recorded, shown and done once like any other.
"""

from collections.abc import Iterable
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


def with_converters(tasks: Iterable[Task]) -> list[Task]:
    """The tasks with every converter that they need, each once for what it converts, before the first that needs it.

    What is made of every page or frame of one file is joined before a task that takes a single text: the summary of a PDF
    that was read page by page is one. A list that the user gave stays a list.
    """
    given = list(tasks)
    return _Weaver(given).woven() if all(task.type in VOCABULARY for task in given) else given


class _Weaver:
    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks
        self._by_id = {task.id: task for task in tasks}
        self._next_id = max(self._by_id, default=-1) + 1
        self._made: dict[tuple[str, object], int] = {}
        self._new: list[Task] = []
        """Put in before the task that is being looked at."""

    def woven(self) -> list[Task]:
        result: list[Task] = []
        for task in self._tasks:
            self._new = []
            ports = {port.name: port for port in VOCABULARY[task.type].inputs}
            inputs = {
                name: self._value(value, ports[name], task) if name in ports else value
                for name, value in task.inputs.items()
            }
            changed = task if inputs == task.inputs else task.model_copy(update={"inputs": inputs})
            self._by_id[task.id] = changed
            result += [*self._new, changed]
        return result

    def _value(self, value: Value, port: Input, task: Task) -> Value:
        if isinstance(value, tuple):
            return tuple(self._single(member, port, task) for member in value)
        return self._single(value, port, task)

    def _single(self, value: Single, port: Input, task: Task) -> Single:
        kinds = self._kinds(value)
        if kinds and not any(port.takes(kind) for kind in kinds):
            value = self._converted(value, kinds, port, task)
        if isinstance(value, Ref) and port.kinds == ("text",) and not port.many and self._is_pages(value.task_id):
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

    def _step(self, task_type: str, name: str, value: Single, task: Task) -> int:
        """The id of the task that does it, new or made before."""
        key = (task_type, value)
        if key not in self._made:
            step = Task(id=self._next_id, type=task_type, inputs={name: value}, goal=task.goal)
            self._made[key] = self._next_id
            self._by_id[step.id] = step
            self._new.append(step)
            self._next_id += 1
        return self._made[key]

    def _is_pages(self, task_id: int) -> bool:
        """Whether a task gives one thing for each page or frame of one file, and these are texts."""
        task = self._by_id.get(task_id)
        texts = task is not None and any(output.kind == "text" for output in VOCABULARY[task.type].outputs)
        return texts and self._is_list(task_id, frozenset())

    def _is_list(self, task_id: int, seen: frozenset[int]) -> bool:
        task = self._by_id.get(task_id)
        if task is None or task_id in seen:  # a circle is the plan's to refuse
            return False
        if task.type in _LISTING:
            return True
        many = {port.name for port in VOCABULARY[task.type].inputs if port.many}
        sources = [value for name, value in task.inputs.items() if name not in many and isinstance(value, Ref)]
        return any(self._is_list(ref.task_id, seen | {task_id}) for ref in sources)
