"""`given_to`: what each call of a task gets: one call, or one for each member of a list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..graph.call import Material
from ..graph.errors import ExpertError
from ..graph.member import Member, Place, key_of
from ..graph.task import Task
from ..graph.vocabulary import VOCABULARY
from .inputs import Entries, Entry

Inputs = dict[str, tuple[Material, ...]]
"""By input name of the task type."""


class Given(NamedTuple):
    """What one call gets."""

    inputs: Inputs | None
    """None where the call can't be made, because of `missing`."""
    name: str = ""
    """What the user calls the one thing that it is made from."""
    missing: tuple[Member, ...] = ()
    """What the call is made without."""


def given_to(task: Task, entries: Entries) -> Given | dict[str, Given]:
    """What one call gets; or what each member gets, by its key, where a list was given to an input that takes one thing.

    Several lists are paired and must be equally long; single inputs go to every member. Raises `ExpertError`.
    """
    row = VOCABULARY[task.type]
    lists = {
        name: found
        for name, found in entries.items()
        if any(entry.place for entry in found) and not ((port := row.input(name)) and port.many)
    }
    shared = _whole(task, {name: found for name, found in entries.items() if name not in lists})
    if not lists or shared.inputs is None:
        return shared
    return {key_of(task.key, place): _member(found, shared) for place, found in _paired(task, lists).items()}


def _whole(task: Task, entries: Entries) -> Given:
    row = VOCABULARY[task.type]
    missing = _causes(entry for found in entries.values() for entry in found)
    inputs: Inputs = {}
    for name, found in entries.items():
        there = [entry for entry in found if entry.material]
        complete = len(there) == len(found) or not ((port := row.input(name)) and port.complete)
        if not there or not complete:
            return Given(None, missing=missing)
        inputs[name] = tuple(_named(entry, len(there) < len(found)) for entry in there if entry.material)
    names = {entry.name for found in entries.values() for entry in found if entry.name}
    return Given(inputs, names.pop() if len(names) == 1 else "", missing)


def _named(entry: Entry, gaps: bool) -> Material:
    """The material of an entry under the name of what it was made from; its number would be wrong in a list with gaps."""
    assert entry.material
    resource = entry.material.resource
    number = f"no. {'.'.join(str(number + 1) for number in entry.place)}" if gaps else ""
    if resource.name or not (name := entry.name or number):
        return entry.material
    return entry.material.model_copy(update={"resource": resource.model_copy(update={"name": name})})


def _member(entries: Mapping[str, Entry], shared: Given) -> Given:
    name = next((entry.name for entry in entries.values() if entry.name), "")
    if gone := _causes(entry for entry in entries.values() if entry.material is None):
        return Given(None, name, gone)
    own = {input_name: (entry.material,) for input_name, entry in entries.items() if entry.material}
    missing = tuple(dict.fromkeys((*_causes(entries.values()), *shared.missing)))
    return Given({**(shared.inputs or {}), **own}, name, missing)


def _paired(task: Task, lists: Entries) -> dict[Place, dict[str, Entry]]:
    """The entries of the lists by place: lists of one origin by their places there, others in their order."""
    places = [[entry.place for entry in found] for found in lists.values()]
    same = all(each == places[0] for each in places)
    if not same and (unknown := next((name for name, found in lists.items() if _has_open_gap(found)), None)):
        raise ExpertError(
            f"task {task.label} is given several lists, and it is not known how many members {unknown} lacks",
            input_fault=True,
        )
    if len({len(each) for each in places}) > 1:
        named = ", ".join(f"{name}: {len(found)}" for name, found in lists.items())
        raise ExpertError(f"task {task.label} is given lists of different lengths ({named})", input_fault=True)
    return {place: {name: found[number] for name, found in lists.items()} for number, place in enumerate(places[0])}


def _has_open_gap(entries: Sequence[Entry]) -> bool:
    """Whether it is not known how many are missing: the pages of a document that failed, for instance."""
    deepest = max(len(entry.place) for entry in entries)
    return any(entry.material is None and len(entry.place) < deepest for entry in entries)


def _causes(entries: Iterable[Entry]) -> tuple[Member, ...]:
    return tuple(dict.fromkeys(cause for entry in entries for cause in entry.missing))
