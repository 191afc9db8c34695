"""`with_converters` inserts tasks where kinds of data differ: PDF to pages or text, video to frames or sound.

A plan may give a PDF to an input that takes images or text, and a video to one that takes images or audio. The conversion
is inserted as a task of its own, so that it is recorded, shown and done once like any other.
"""

import re
from collections.abc import Iterable
from functools import partial
from graphlib import CycleError
from typing import NamedTuple

from .references import free_ids
from .resource import Kind, Resource
from .task import Ref, Single, Task, in_order
from .task_type import Input
from .vocabulary import VOCABULARY


class Converter(NamedTuple):
    """A task type that converts one kind of data into another."""

    task_type: str
    input: str
    output: str


CONVERTERS: dict[tuple[Kind, Kind], Converter] = {
    ("document", "image"): Converter("document-to-images", "document", "images"),
    ("document", "text"): Converter("document-to-text", "document", "text"),
    ("video", "image"): Converter("video-to-images", "video", "images"),
    ("video", "audio"): Converter("video-to-audio", "video", "audio"),
}
"""By the kind that is given and the kind that the input takes."""

JOIN = "join-text"
STEPS_BETWEEN = frozenset({JOIN, "text-part", *(converter.task_type for converter in CONVERTERS.values())})
"""Task types that are inserted by rule; a plan may name them as well."""
_MAKES_LISTS = {converter.task_type for converter in CONVERTERS.values() if converter.output == "images"}


_EACH = re.compile(
    r"\b(?:each|every|per|by) (?:page|frame|slide|picture|scene)s?\b|\bjede[rsnm]? (?:Seite|Folie|Bild|Szene)"
    r"|\bchaque (?:page|image|diapo\w*|scène)|\bcada (?:página|imagen|imagem|diapositiva|escena|cena)"
    r"|(?:每一?|各)(?:页|ページ)|ページごと",
    re.IGNORECASE,
)
"""A goal that asks for one result a page, and not for one result of all pages."""


def with_converters(tasks: Iterable[Task]) -> list[Task]:
    """The tasks with every converter that they need: one for each resource, before the first task that needs it.

    Texts made of the pages or frames of one file are joined before a task that takes a single text, unless its goal names
    each page: a PDF that was read page by page gets one summary. A list that the user gave stays a list. Tasks that are no
    valid plan (unknown types, duplicate ids, cycles) are returned unchanged, for the plan to refuse.
    """
    given = list(tasks)
    if any(task.type not in VOCABULARY for task in given) or len({task.id for task in given}) < len(given):
        return given
    try:
        ordered = in_order(given)
    except CycleError:
        return given
    return _Insertion(ordered).tasks()


class _Insertion:
    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks
        self._by_id = {task.id: task for task in tasks}
        self._free_ids = free_ids(self._by_id)
        self._made: dict[tuple[str, object], int] = {}
        self._lists: set[int] = set()
        """Tasks that make one result for each page or frame of one file."""
        self._done: list[Task] = []

    def tasks(self) -> list[Task]:
        """The tasks with the inserted ones."""
        for task in self._tasks:
            self._append(task.with_inputs(partial(self._single, task)))
        return self._done

    def _append(self, task: Task) -> None:
        self._by_id[task.id] = task
        self._done.append(task)
        many = {port.name for port in VOCABULARY[task.type].inputs if port.many}
        sources = {value.task_id for name, value in task.inputs.items() if name not in many and isinstance(value, Ref)}
        if task.type in _MAKES_LISTS or sources & self._lists:
            self._lists.add(task.id)

    def _single(self, task: Task, name: str, value: Single) -> Single:
        port = next((port for port in VOCABULARY[task.type].inputs if port.name == name), None)
        if port is None:
            return value
        kinds = self._kinds(value)
        as_text = kinds == ("document",) and port.takes("text") and task.parameters.get("look_for") != "pages"
        if kinds and (as_text or not any(port.takes(kind) for kind in kinds)):
            value = self._converted(value, kinds, port, task)
        if isinstance(value, Ref) and port.kinds == ("text",) and not port.many and self._needs_joining(value, task):
            return Ref(task_id=self._inserted(JOIN, "texts", value, task), output="text")
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
        found = (CONVERTERS.get((kind, required)) for required in port.kinds for kind in kinds)
        converter = next((each for each in found if each), None)
        if converter is None or converter.task_type == task.type:
            return value
        return Ref(task_id=self._inserted(converter.task_type, converter.input, value, task), output=converter.output)

    def _needs_joining(self, ref: Ref, task: Task) -> bool:
        source = self._by_id.get(ref.task_id)
        texts = source is not None and any(output.kind == "text" for output in VOCABULARY[source.type].outputs)
        return texts and ref.task_id in self._lists and not _EACH.search(task.goal)

    def _inserted(self, task_type: str, name: str, value: Single, task: Task) -> int:
        """The id of the converting task, a new one or the one inserted before for the same value."""
        key = (task_type, value)
        if key not in self._made:
            self._made[key] = next(self._free_ids)
            self._append(Task(id=self._made[key], type=task_type, inputs={name: value}, goal=task.goal))
        return self._made[key]
