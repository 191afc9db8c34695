"""Repair steps for single entries of a plan: keys, ids, task types, arguments. Only what has one meaning is repaired."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ....graph.references import free_ids
from ....graph.untrusted_json import InvalidJson, read_untrusted_json
from ....graph.vocabulary import VOCABULARY
from .entry import Entries, Entry, Repaired
from .implied import reading_text
from .references import as_number, map_texts, references_in
from .type_names import find_type_name
from .unwrap import TYPE_KEYS, is_task

_ALIASES = {
    "task": TYPE_KEYS[1:],
    "id": ("task_id", "index"),
    "dep": ("deps", "dependencies", "depends_on", "depends"),
    "args": ("arguments", "inputs", "input", "parameters_and_inputs"),
}
"""Other names of the paper's four keys; the first that is present is used."""
_KEYS = (*_ALIASES, "goal", "parameters")
_QUOTED = re.compile(r"""\s*(['"])([^'"]+)\1\s*""")


def read_entries(tasks: Iterable[dict[str, Any]]) -> Repaired:
    """The entries that the model's objects are, under the paper's keys."""
    read = [_read_entry(task, position) for position, task in enumerate(tasks)]
    return Repaired(tuple(entry for entry, _ in read), [repair for _, repairs in read for repair in repairs])


def _read_entry(raw: dict[str, Any], position: int) -> tuple[Entry, list[str]]:
    repairs: list[str] = []
    if len(raw) == 1 and isinstance(inner := next(iter(raw.values())), dict) and is_task(inner):
        repairs.append(f"entry {position} was wrapped in an object")
        raw = inner
    source = {key: key for key in _KEYS if key in raw}
    for key, aliases in _ALIASES.items():
        alias = next((alias for alias in aliases if raw.get(alias) is not None), None)
        if raw.get(key) is None and alias:
            source[key] = alias
            repairs.append(f"entry {position}: {alias!r} was read as {key!r}")
    named = {key: raw[found] for key, found in source.items()}
    if isinstance(named.get("args"), list):
        named["args"], repair = _args_from_list(named["args"])
        repairs += repair
    if unknown := [key for key in raw if key not in {*_KEYS, *source.values()}]:
        repairs.append(f"entry {position}: the unknown keys {', '.join(map(repr, unknown))} were ignored")
    nulls = [key for key in ("goal", "parameters") if key in named and named[key] is None]
    if isinstance(args := named.get("args"), dict):
        nulls += [key for key, value in args.items() if value is None]
        named["args"] = {key: value for key, value in args.items() if value is not None}
    if nulls:
        repairs.append(f"entry {position}: null for {', '.join(map(repr, nulls))} was ignored")
    if not isinstance(named.get("parameters"), dict):
        named.pop("parameters", None)
    return Entry(**named), repairs


def _args_from_list(members: list[Any]) -> tuple[Any, list[str]]:
    """A list of small objects as one object; a value without a name is `argument 1`, ...; without any name, a list."""
    pairs = [pair for member in map(_as_object, members) for pair in _named_values(member)]
    names = [name for name, _ in pairs if name]
    if not names or len(set(names)) < len(names):
        return [value for _, value in pairs], []
    named = {name or f"argument {number}": value for number, (name, value) in enumerate(pairs, 1)}
    return named, ["arguments in a list of objects were read as one object"]


def _named_values(member: Any) -> list[tuple[str, Any]]:
    """(name, value) of a small object; a value that stands under `name` has no name of its own."""
    if not isinstance(member, dict):
        return [("", member)]
    if set(member) == {"name", "value"}:
        return [(str(member["name"]), member["value"])]
    return [("", member["name"])] if set(member) == {"name"} else list(member.items())


def _as_object(member: Any) -> Any:
    """The object that a text holds as JSON; anything else as it is."""
    if isinstance(member, str) and member.startswith("{"):
        try:
            return read_untrusted_json(member)
        except InvalidJson:
            return member
    return member


def number_entries(entries: Entries) -> Repaired:
    """Every id a number, where it can be read as one; an entry without an id gets its position."""
    numbered, repairs = list[Entry](), list[str]()
    for position, entry in enumerate(entries):
        number = as_number(entry.id)
        if entry.id is None:
            repairs.append(f"entry {position} had no id; it is {position}")
        elif number is not None and not isinstance(entry.id, int):
            repairs.append(f"the id {entry.id!r} was read as {number}")
        own_id = position if entry.id is None else entry.id if number is None else number
        numbered.append(replace(entry, id=own_id))
    return Repaired(tuple(numbered), repairs)


def rename_duplicate_ids(entries: Entries) -> Repaired:
    """Of two equal ids the second becomes its position where that is free, or a new one where no task refers to it."""
    times = Counter(_hashable(entry.id) for entry in entries)
    used: set[Any] = set()
    renamed, repairs = list[Entry](), list[str]()
    referred = {number for entry in entries for number in references_in(entry.args)}
    for position, entry in enumerate(entries):
        own_id = new_id = _hashable(entry.id)
        if own_id in used and position not in times:
            new_id = position
            repairs.append(f"two tasks had the id {own_id}; the second is now {new_id}")
        elif own_id in used and own_id not in referred:
            new_id = next(free_ids(key for key in times if isinstance(key, int)))
            repairs.append(f"two tasks had the id {own_id}, and no task refers to it; the second is now {new_id}")
        renamed.append(entry if new_id == own_id else replace(entry, id=new_id))
        times.setdefault(new_id, 1)
        used.add(new_id)
    return Repaired(tuple(renamed), repairs)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str | float) else str(value)


def correct_type_name(entry: Entry) -> tuple[Entry, Sequence[str]]:
    """The task type that a misspelt name means."""
    if not isinstance(entry.task, str) or entry.task in VOCABULARY or not (found := find_type_name(entry.task)):
        return entry, ()
    return replace(reading_text(entry), task=found), [f"task {entry.id}: {entry.task!r} was read as {found!r}"]


def unquote(entry: Entry) -> tuple[Entry, Sequence[str]]:
    """Values without quotes around all of them."""
    args = map_texts(entry.args, lambda text: found[2] if (found := _QUOTED.fullmatch(text)) else text)
    if args == entry.args:
        return entry, ()
    return replace(entry, args=args), [f"task {entry.id}: quotes around a value were left out"]


def flatten_lists(entry: Entry) -> tuple[Entry, Sequence[str]]:
    """Arguments with lists within lists as one list, without its nulls."""
    args = {key: _flat(value) for key, value in entry.named_args.items()}
    if args == entry.named_args:
        return entry, ()
    return replace(entry, args=args), [f"task {entry.id}: a list in a list was read as one"]


def _flat(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    flat = [inner for member in value for inner in (_flat(member) if isinstance(member, list) else [member])]
    return [member for member in flat if member is not None]
