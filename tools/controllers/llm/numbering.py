"""`number_references`: references that count tasks from one, a task that refers to itself, a value that was left empty.

Links and dependencies decide: what they do not spell is left as it is, and the plan is sent back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ....graph.references import format_parts, format_reference, parse_references
from ....graph.task import Ref
from .entry import Entries, Entry, Repaired, Step
from .links import sources_by_task
from .references import map_texts, references_in
from .unwrap import Link

_Sources = Mapping[int, tuple[int, ...]]


def number_references(links: Sequence[Link], *, positional: bool) -> Step:
    """The step. `positional`: the tasks had no ids of their own, so that a model may have counted them from one."""

    def step(entries: Entries) -> Repaired:
        ids = [entry.id for entry in entries]
        if not all(type(each) is int for each in ids) or len(set(ids)) < len(ids):
            return Repaired(entries)
        sources = sources_by_task(entries, links)
        shifted = _one_lower(entries) if positional else None
        may_be_shifted = shifted is not None and _can_be_followed(shifted)
        repaired = Repaired(entries)
        if shifted and may_be_shifted and _counts_from_one(entries, shifted, sources):
            repaired = Repaired(shifted, ["the references counted the tasks from one"])
        elif not may_be_shifted or _count_others(entries) > 1:
            repaired = _self_references(entries, sources)
        filled = [_filled(entry, sources[entry.id]) for entry in repaired.entries]
        repairs = [*repaired.repairs, *(repair for _, made in filled for repair in made)]
        return Repaired(tuple(entry for entry, _ in filled), repairs)

    return step


def _one_lower(entries: Entries) -> Entries | None:
    """The entries with every reference one lower; None where one is to the first task as it is."""
    if any(0 in _ids(entry) for entry in entries) or not any(map(_ids, entries)):
        return None
    return tuple(replace(entry, args=_changed(entry.args, {n: n - 1 for n in _ids(entry)})) for entry in entries)


def _counts_from_one(entries: Entries, shifted: Entries, sources: _Sources) -> bool:
    """Whether only the lower references can be followed, or only they are what the links say; never against the links."""
    if not any(sources.values()):
        return not _can_be_followed(entries)
    return _as_linked(shifted, sources) and not (_can_be_followed(entries) and _as_linked(entries, sources))


def _self_references(entries: Entries, sources: _Sources) -> Repaired:
    """A task that refers to itself takes the one task before it by a link; only where all other references are links."""
    own = [entry for entry in entries if entry.id in _ids(entry)]
    changes: dict[int, int] = {}
    for entry in own:
        free = _unused(entry, sources[entry.id])
        if len(free) == 1:
            changes[entry.id] = free[0]
    changed = tuple(
        replace(entry, args=_changed(entry.args, {entry.id: changes[entry.id]})) if entry.id in changes else entry
        for entry in entries
    )
    if len(changes) < len(own) or not _can_be_followed(changed) or not _as_linked(changed, sources):
        return Repaired(entries)
    repairs = [
        f"task {number} referred to itself; it takes {format_reference(source)}, which a link puts before it"
        for number, source in changes.items()
    ]
    return Repaired(changed, repairs)


def _count_others(entries: Entries) -> int:
    """References to other tasks; one alone does not show how a model counts."""
    return sum(len(_ids(entry) - {entry.id}) for entry in entries)


def _filled(entry: Entry, sources: Sequence[int]) -> tuple[Entry, list[str]]:
    """The one argument that was left empty or out is what the one task before it by a link makes."""
    row = entry.task_type
    required = [each.name for each in row.inputs if each.required] if row else []
    if not entry.args and len(required) == 1:
        entry = replace(entry, args={required[0]: ""})
    empty = [
        key
        for key, value in entry.named_args.items()
        if isinstance(value, str) and not value.strip() and not (row and row.parameter(key))
    ]
    free = _unused(entry, sources)
    if len(empty) != 1 or len(free) != 1:
        return entry, []
    reference = format_reference(free[0])
    repair = f"task {entry.id}: {empty[0]!r} was empty; it is {reference}, which a link puts before it"
    return replace(entry, args={**entry.args, empty[0]: reference}), [repair]


def _unused(entry: Entry, sources: Sequence[int]) -> list[int]:
    return [source for source in sources if source not in _ids(entry)]


def _ids(entry: Entry) -> set[int]:
    return set(references_in(entry.args))


def _changed(args: Any, ids: Mapping[int, int]) -> Any:
    """The arguments with the ids in their references changed."""

    def change(text: str) -> str:
        parts = parse_references(text)
        return format_parts(
            Ref(task_id=ids.get(part.task_id, part.task_id)) if isinstance(part, Ref) else part for part in parts
        )

    return map_texts(args, change)


def _as_linked(entries: Entries, sources: _Sources) -> bool:
    return all(_ids(entry) <= set(sources[entry.id]) for entry in entries)


def _can_be_followed(entries: Entries) -> bool:
    """Whether every reference is to another task of the plan, without a circle."""
    graph = {entry.id: _ids(entry) for entry in entries}
    if any(needed - graph.keys() or number in needed for number, needed in graph.items()):
        return False
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return True
