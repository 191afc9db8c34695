"""`Task`: one step of a plan; `Ref`: the output of an earlier task; `Template`: a sentence with refs in it."""

from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from os import PathLike, fsdecode
from typing import Self

from pydantic import Field, field_validator

from .media_types import types_by_suffix
from .resource import Frozen, Resource


class Ref(Frozen):
    """`output` of task `task_id`; written `<resource>-2` in the paper's JSON. `output=""`: the one that fits the input."""

    task_id: int
    output: str = ""


class Template(Frozen):
    """Text with references inside, e.g. `("The picture shows ", Ref(0))`; filled when those tasks are done."""

    parts: tuple[str | Ref, ...]


Single = str | Resource | Ref | Template
Value = Single | tuple[Single, ...]
"""The value of an input. An input that takes many gets a tuple whole; over any other input the task is mapped."""

Scalar = bool | int | float | str


class Task(Frozen):
    """One call to one expert (paper: `task, id, dep, args`)."""

    id: int = Field(ge=0, lt=2**31)
    type: str
    """Name of a task type in `graph/vocabulary.py`: the Hub's pipeline tag where one exists."""
    inputs: dict[str, Value] = {}
    """By input name of the task type. A `Path` is read as a file of that name."""
    parameters: dict[str, Scalar | tuple[Scalar, ...]] = {}
    """By parameter name of the task type, e.g. `target_language`."""
    goal: str = ""
    """The words of the request that this task serves."""
    after: tuple[int, ...] = ()
    """Tasks to wait for without taking data from them."""

    @field_validator("inputs", mode="before")
    @classmethod
    def _as_values(cls, inputs: object) -> object:
        """Lists as tuples, and paths as files that are named and not read yet."""
        if not isinstance(inputs, dict):
            return inputs
        return {
            name: tuple(map(_named_file, value)) if isinstance(value, list | tuple) else _named_file(value)
            for name, value in inputs.items()
        }

    def with_inputs(self, change: Callable[[str, Single], Single]) -> Self:
        """The task with `change(name, value)` for each input value or member of a list; itself where nothing changes."""
        inputs = {
            name: tuple(change(name, v) for v in value) if isinstance(value, tuple) else change(name, value)
            for name, value in self.inputs.items()
        }
        return self if inputs == self.inputs else self.model_copy(update={"inputs": inputs})

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Every reference in the inputs, in order."""
        return tuple(ref for value in self.inputs.values() for ref in refs_in(value))

    @property
    def depends_on(self) -> tuple[int, ...]:
        """Ids of the tasks that must be done first, ascending."""
        return tuple(sorted({ref.task_id for ref in self.refs} | set(self.after)))

    @property
    def key(self) -> str:
        """The task's name in the ledger; the children of a mapped task add `[0]`, `[1]`, ..."""
        return str(self.id)

    @property
    def label(self) -> str:
        """`2 (summarization)`, as messages name it."""
        return f"{self.id} ({self.type})"


def _named_file(value: object) -> object:
    if not isinstance(value, PathLike):
        return value
    name = fsdecode(value)
    kind, media_type = types_by_suffix().get(name.rpartition(".")[2].lower(), ("document", "application/octet-stream"))
    return Resource(kind=kind, media_type=media_type, name=name)


def in_order(tasks: list[Task]) -> list[Task]:
    """Topological order; unchanged where the tasks are in one already. Raises `CycleError`."""
    place = {task.id: number for number, task in enumerate(tasks)}
    if all(place.get(source, -1) < place[task.id] for task in tasks for source in task.depends_on):
        return tasks
    sorter = TopologicalSorter({task.id: place.keys() & task.depends_on for task in tasks})
    sorter.prepare()
    ordered: list[Task] = []
    while sorter.is_active():
        for task_id in sorted(sorter.get_ready(), key=place.__getitem__):
            ordered.append(tasks[place[task_id]])
            sorter.done(task_id)
    return ordered


def refs_in(value: Value) -> Iterator[Ref]:
    """The references inside one input value."""
    for single in singles_in(value):
        yield from (
            part for part in (single.parts if isinstance(single, Template) else (single,)) if isinstance(part, Ref)
        )


def resources_in(value: Value) -> Iterator[Resource]:
    """The resources inside one input value."""
    yield from (single for single in singles_in(value) if isinstance(single, Resource))


def singles_in(value: Value) -> tuple[Single, ...]:
    """The members of a list, or the one value."""
    return value if isinstance(value, tuple) else (value,)
