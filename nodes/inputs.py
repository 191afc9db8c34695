"""`gather_inputs`: a task's inputs as local files: references resolved, templates filled, each entry with its place."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..graph.advice import attach
from ..graph.call import Material
from ..graph.errors import ExpertError
from ..graph.member import Member, Place, key_of, place_of
from ..graph.ports import Store
from ..graph.resource import Resource
from ..graph.result import Result
from ..graph.task import Ref, Single, Task, Template, Value, refs_in, resources_in
from ..graph.vocabulary import VOCABULARY


class Entry(NamedTuple):
    """One entry of an input."""

    place: Place
    """Where it stands in the list that was given; empty for a single thing."""
    name: str
    material: Material | None
    """None where it is missing."""
    missing: tuple[Member, ...] = ()
    """Why it is missing; of one that is there, what it was made without."""


Entries = dict[str, tuple[Entry, ...]]
"""By input name of the task type."""


def required_by(task: Task) -> frozenset[int]:
    """Ids of the tasks without which it can't be done: all that it depends on, except those that make a member of a list."""
    row = VOCABULARY[task.type]
    whole = [
        value
        for name, value in task.inputs.items()
        if not isinstance(value, tuple) or len(value) == 1 or ((port := row.input(name)) and port.complete)
    ]
    return frozenset({ref.task_id for value in whole for ref in refs_in(value)} | set(task.after))


def causes_of(row: Result) -> tuple[Member, ...]:
    """The failures because of which a result, or a part of it, is missing, as those that need it record them."""
    causes = (Member(key=member.root, name=member.name, error=member.error) for member in row.missing)
    own = Member(key=row.key, name=row.name, error=row.error or "the reason is not recorded")
    return tuple(dict.fromkeys(causes)) or (() if row.ok else (own,))


async def gather_inputs(task: Task, rows: Mapping[str, Result], store: Store) -> Entries:
    """Every input of the task. `rows`: the results it depends on; those that it requires succeeded. Raises `ExpertError`."""
    found = {name: await _entries(task, value, rows, store) for name, value in task.inputs.items()}
    return {name: entries for name, entries in found.items() if entries}


async def _entries(task: Task, value: Value, rows: Mapping[str, Result], store: Store) -> tuple[Entry, ...]:
    if not isinstance(value, tuple):
        return await _single(value, rows, store)
    if len(value) == 1:
        return await _single(value[0], rows, store)
    found = [await _member(key_of(task.key, (n,)), single, rows, store) for n, single in enumerate(value)]
    return tuple(entry._replace(place=(n, *entry.place)) for n, entries in enumerate(found) for entry in entries)


async def _member(key: str, single: Single, rows: Mapping[str, Result], store: Store) -> tuple[Entry, ...]:
    """What can't be had is a missing entry of the list."""
    broken = [row for ref in refs_in(single) if not (row := rows[str(ref.task_id)]).ok]
    if broken:
        causes = tuple(dict.fromkeys(cause for row in broken for cause in causes_of(row)))
        return (Entry((), _only(row.name for row in broken), None, causes),)
    try:
        return await _single(single, rows, store)
    except ExpertError as error:
        name = single.label if isinstance(single, Resource) else ""
        return (Entry((), name, None, (Member(key=key, name=name, error=error.line),)),)


async def _single(value: Single, rows: Mapping[str, Result], store: Store) -> tuple[Entry, ...]:
    match value:
        case str():
            return (_entry(await store.put_text(value), store),)
        case Template():
            parts = [part if isinstance(part, str) else _text(_made(part, rows, store)) for part in value.parts]
            used = [rows[str(ref.task_id)] for ref in refs_in(value)]
            missing = tuple(dict.fromkeys(cause for row in used for cause in causes_of(row)))
            filled = _entry(await store.put_text("".join(parts)), store)
            return (filled._replace(name=_only(row.name for row in used), missing=missing),)
        case Ref():
            return _made(value, rows, store)
        case Resource() if fault := _fault(value):
            raise fault
    return (_entry(value, store),)


def missing_files(task: Task) -> str:
    """The given files of a task that are not there, or can't be read, and why; empty where there are none."""
    faults = (_fault(resource) for value in task.inputs.values() for resource in resources_in(value))
    return "; ".join(dict.fromkeys(fault.line for fault in faults if fault))


def _fault(given: Resource) -> ExpertError | None:
    if given.problem:
        return ExpertError(given.problem, input_fault=True)
    if given.missing:
        hint = f"attach it ({attach()}), or check its name"
        return ExpertError(_not_there(given.name or ""), hint=hint, input_fault=True)
    return None


def _made(ref: Ref, rows: Mapping[str, Result], store: Store) -> tuple[Entry, ...]:
    """What a task made, and in their places the members that are missing."""
    row = rows[str(ref.task_id)]
    made = row.outputs.get(ref.output)
    if made is None:
        raise ExpertError(f"task {ref.task_id} made no {ref.output}", input_fault=True)
    names = {member.key: member.name for member in row.members}
    without = tuple(Member(key=m.root, name=m.name, error=m.error) for m in row.missing if not row.owns(m))
    there = [
        Entry(place, resource.label if resource.name else names.get(resource.producer or "", row.name),
              Material(resource=resource, path=store.path(resource)), without)
        for place, resource in zip(row.places(ref.output), made, strict=True)
    ]  # fmt: skip
    gone = [
        Entry(place_of(m.key), m.name, None, (Member(key=m.root, name=m.name, error=m.error),))
        for m in row.missing
        if row.owns(m)
    ]
    return tuple(sorted((*there, *gone), key=lambda entry: entry.place))


def _entry(resource: Resource, store: Store) -> Entry:
    material = Material(resource=resource, path=store.path(resource))
    return Entry((), resource.label if resource.name else "", material)


def _text(entries: Iterable[Entry]) -> str:
    return ", ".join(entry.material.text() for entry in entries if entry.material)


def _only(names: Iterable[str]) -> str:
    """The one name among them; empty where there are several."""
    found = {name for name in names if name}
    return found.pop() if len(found) == 1 else ""


def _not_there(name: str) -> str:
    """Whether a path outside the folders that may be read exists is not looked up."""
    may_be_outside = name.startswith(("/", "~", "..")) or name[1:2] == ":"
    return f"{name} is not there" + (", or not in a folder that may be read" if may_be_outside else "")
