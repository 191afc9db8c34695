"""Repair steps for references and dependencies between tasks. Only what has one meaning is repaired."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from ....graph.references import format_parts, format_reference, free_ids, parse_references
from ....graph.task import Ref
from .entry import Entries, Entry, Repaired

MAX_TASKS_FROM_LISTS = 200
"""In a plan of more tasks, comma lists stay lists, which are mapped over all the same."""

_NUMBER = re.compile(r"\s*(?:(?:task|node|id)[\s_#-]*|#)?(-?\d{1,9})\s*", re.IGNORECASE)


def as_number(value: Any) -> int | None:
    """The id that `3`, `"3"`, `"task-3"` or `"#3"` means; None for anything else."""
    match = _NUMBER.fullmatch(str(value)) if value is not None and not isinstance(value, bool) else None
    return int(match[1]) if match else None


def references_in(value: Any) -> Iterator[int]:
    """The ids of the tasks that an argument refers to."""
    for text in texts_in(value):
        yield from (part.task_id for part in parse_references(text, lenient=True) if isinstance(part, Ref))


def texts_in(value: Any) -> Iterator[str]:
    """Every text in an argument, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from texts_in(member)


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_texts(member, change) for member in value]
    if isinstance(value, dict):
        return {key: map_texts(member, change) for key, member in value.items()}
    return value


def spell_references(entry: Entry) -> tuple[Entry, Sequence[str]]:
    """References in the standard spelling."""
    args = map_texts(entry.args, lambda text: format_parts(parse_references(text, lenient=True)))
    if args == entry.args:
        return entry, ()
    references = ", ".join(map(format_reference, dict.fromkeys(references_in(args))))
    return replace(entry, args=args), [f"task {entry.id}: other spellings were read as {references}"]


def expand_comma_lists(entries: Entries) -> Repaired:
    """A comma list of references where one is expected becomes one task for each, under new ids (as JARVIS meant it).

    References to such a task become references to all of them, and may be expanded in turn. So each continues by
    itself, while a list that is mapped over waits for all its members.
    """
    expanded: set[int] = set()
    repairs: list[str] = []
    while len(entries) < MAX_TASKS_FROM_LISTS and all(isinstance(entry.id, int) for entry in entries):
        entry = next((entry for entry in entries if entry.id not in expanded and _comma_lists(entry)), None)
        if entry is None:
            break
        copies = _one_for_each_member(entry, free_ids(each.id for each in entries))
        ids = [copy.id for copy in copies]
        position = entries.index(entry)
        entries = _refer_to_all(ids, (*entries[:position], *copies, *entries[position + 1 :]))
        expanded.update(ids)
        repairs.append(f"task {ids[0]} was given a list; it is now one task for each: {', '.join(map(str, ids))}")
    return Repaired(entries, repairs)


def _comma_lists(entry: Entry) -> dict[str, list[str]]:
    """The comma lists of references in inputs that take one value, by name; none where their lengths differ."""
    row = entry.task_type
    if row is None:
        return {}
    single = {key: value for key, value in entry.named_args.items() if (port := row.input(key)) and not port.many}
    members = {key: value.split(",") for key, value in single.items() if isinstance(value, str) and "," in value}
    lists = {key: [each.strip() for each in parts] for key, parts in members.items() if all(map(_is_reference, parts))}
    return lists if len({len(each) for each in lists.values()}) == 1 else {}


def _is_reference(text: str) -> bool:
    parts = parse_references(text.strip())
    return len(parts) == 1 and isinstance(parts[0], Ref)


def _one_for_each_member(entry: Entry, new_ids: Iterator[int]) -> list[Entry]:
    """The first keeps the id of the entry; the others get new ones."""
    lists = _comma_lists(entry)
    length = len(next(iter(lists.values())))
    referred = list(references_in(entry.args))  # no set: a dependency may still be of any type
    order = [dep for dep in entry.dep_list if dep not in referred]
    copies = []
    for place, number in enumerate([entry.id, *islice(new_ids, length - 1)]):
        args = {**entry.args, **{key: members[place] for key, members in lists.items()}}
        copies.append(replace(entry, id=number, args=args, dep=[*order, *references_in(args)]))
    return copies


def _refer_to_all(ids: list[int], entries: Entries) -> Entries:
    every = ", ".join(map(format_reference, ids))

    def change(text: str) -> str:
        parts = parse_references(text)
        return format_parts(every if part == Ref(task_id=ids[0]) else part for part in parts)

    changed = []
    for entry in entries:
        waits = ids[0] in entry.dep_list and entry.id not in ids
        dep = [*entry.dep, *(number for number in ids if number not in entry.dep)] if waits else entry.dep
        changed.append(replace(entry, args=map_texts(entry.args, change), dep=dep))
    return tuple(changed)


def clean_dependencies(entries: Entries) -> Repaired:
    """`dep` as a list of other tasks of the plan, `[-1]` for none; no task depends on one that takes data from it."""
    sources = {entry.id: set(references_in(entry.args)) for entry in entries if isinstance(entry.id, int)}
    cleaned, repairs = list[Entry](), list[str]()
    for entry in entries:
        given = entry.dep if isinstance(entry.dep, list) else [] if entry.dep is None else [entry.dep]
        if entry.dep is not None and not (given is entry.dep and all(type(dep) is int for dep in given)):
            repairs.append(f"task {entry.id}: its dependencies were not a list of numbers ({entry.dep!r})")
        kept: list[int] = []
        for dep in given:
            number = as_number(dep)
            if number is None or number in (-1, entry.id) or number not in sources:
                if number != -1:
                    repairs.append(f"task {entry.id}: the dependency {dep!r} was ignored")
            elif isinstance(entry.id, int) and entry.id in upstream(number, sources):
                repairs.append(f"task {entry.id}: the dependency {dep!r} was ignored, as task {number} needs this one")
            else:
                kept.append(number)
        cleaned.append(replace(entry, dep=kept or [-1]))
    return Repaired(tuple(cleaned), repairs)


def upstream(task_id: int, sources: Mapping[int, set[int]]) -> set[int]:
    """All tasks that a task takes data from, directly or not."""
    found: set[int] = set()
    unvisited = [task_id]
    while unvisited:
        for source in sources.get(unvisited.pop(), ()):
            if source not in found:
                found.add(source)
                unvisited.append(source)
    return found
