"""`place_arguments`: values without names, or under other names, as inputs and parameters of the type that takes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ....graph.resource import Kind
from ....graph.task_type import Input, TaskType
from ....graph.vocabulary import VOCABULARY
from .entry import Entries, Entry, Repaired, Step
from .file_names import Files
from .placing import Value, kinds_made, place, value_of
from .references import references_in
from .type_names import types_named

_Made = Mapping[int, frozenset[Kind]]
_NAMES_NOTHING = set(
    "text prompt input sentence question query description content document article paragraph message string value "
    "argument arg name data source original instruction instructions request caption command image audio video".split()
)
"""Words in the name of an argument that say no more than that it is one."""

_MEDIUM = re.compile(r"(image|picture|photo|audio|video)(?:_?(?:file|path|url))?$", re.IGNORECASE)
_KIND_OF: Mapping[str, Kind] = {"audio": "audio", "video": "video"}


def place_arguments(files: Files) -> Step:
    """The step. What a task makes is known only when its type is, so a type may wait for those before it."""

    def step(entries: Entries) -> Repaired:
        done: dict[int, tuple[Entry, list[str], list[str]]] = {}
        made: dict[int, frozenset[Kind]] = {}
        waiting = dict(enumerate(entries))
        while waiting:
            unknown = {entry.id for entry in waiting.values() if isinstance(entry.id, int)}
            ready = [n for n, entry in waiting.items() if not unknown & set(references_in(entry.args))]
            for number in ready or list(waiting):
                entry, repairs, problems = _placed(waiting.pop(number), made, files)
                done[number] = entry, repairs, problems
                if entry.task_type and isinstance(entry.id, int):
                    made[entry.id] = frozenset(kinds_made(entry.task_type))
        results = [done[number] for number in range(len(entries))]
        return Repaired(
            tuple(entry for entry, _, _ in results),
            [repair for _, repairs, _ in results for repair in repairs],
            [problem for _, _, problems in results for problem in problems],
        )

    return step


class _Reading(NamedTuple):
    """The arguments of an entry as those of one task type."""

    row: TaskType
    args: dict[str, Any]
    repairs: list[str]
    problem: str
    direct: bool


def _placed(entry: Entry, made: _Made, files: Files) -> tuple[Entry, list[str], list[str]]:
    if not isinstance(entry.task, str) or not isinstance(entry.args, list | dict):
        return entry, [], []
    rows = [entry.task_type] if entry.task_type else [VOCABULARY[name] for name in types_named(entry.task)]
    readings = [_reading(entry, row, made, files) for row in rows if row]
    if len(readings) > 1:
        readings = [each for each in readings if each.direct]
    if len(readings) != 1:  # without a type there are no arguments, and the plan reports that there is no such type
        several = f"{entry.task!r} may be {' or '.join(row.name for row in rows if row)}: write the one that is meant"
        return replace(entry, args=entry.named_args), [], [f"task {entry.id}: {several}"] if rows else []
    row, args, repairs, problem, _ = readings[0]
    if row.name != entry.task:
        repairs = [f"{entry.task!r} was read as {row.name!r}", *repairs]
    label = f"task {entry.id}: "
    problems = [label + problem] if problem else []
    return replace(entry, task=row.name, args=args), [label + repair for repair in repairs], problems


def _reading(entry: Entry, row: TaskType, made: _Made, files: Files) -> _Reading:
    if isinstance(entry.args, list):
        return _unnamed([value_of(raw, made, files) for raw in entry.args if raw is not None], row)
    args = entry.named_args
    known = {key: value for key, value in args.items() if row.input(key) or row.parameter(key)}
    others = {key: value_of(value, made, files) for key, value in args.items() if key not in known}
    return _renamed(known, others, row) if others else _Reading(row, dict(args), [], "", _complete(row, known))


def _unnamed(values: Sequence[Value], row: TaskType) -> _Reading:
    """Values without names."""
    placement = place(row, values)
    args = _collected(placement.names, values)
    named = ", ".join(f"{name} = {_shown(value.raw)}" for name, value in zip(placement.names, values, strict=False))
    repairs = [f"arguments without names were read as {named}"] if named else []
    return _Reading(row, args, repairs, placement.problem, placement.direct)


def _renamed(known: Mapping[str, Any], others: Mapping[str, Value], row: TaskType) -> _Reading:
    """Arguments under names that the type lacks: what is missing where they fit, else ignored where they are mere text."""
    taken = {port.name if (port := row.input(key)) else key for key in known}
    names: dict[str, str] = {}
    for key, value in others.items():
        if (name := _language(row, key, value)) and name not in {*taken, *names.values()}:
            names[key] = name
    rest = {key: _said(key, value, row) for key, value in others.items() if key not in names}
    placement = None
    if not _complete(row, known) and rest:
        placement = place(row, list(rest.values()), {*taken, *names.values()})
        placed = zip(rest, placement.names, strict=False)
        names |= {key: name for key, name in placed if not _speaks_of_another_kind(key, row.input(name))}
    repairs = [f"{key!r} was read as {name!r}" for key, name in names.items()]
    args = {**known, **_collected([*names.values()], [rest.get(key, others[key]) for key in names])}
    left = {key: value for key, value in others.items() if key not in names}
    ignored = [key for key in left if left[key].literal and placement is None]
    options = ", ".join(sorted(parameter.name for parameter in row.parameters))
    repairs += [
        f"{row.name} has no {key!r}{f'; it has {options}' if options else ''}; it was ignored" for key in ignored
    ]
    args |= {key: value.raw for key, value in left.items() if key not in ignored}
    direct = _complete(row, args) and len(ignored) == len(left) and (placement is None or placement.direct)
    return _Reading(row, args, repairs, "", direct)


def _complete(row: TaskType, args: Mapping[str, Any]) -> bool:
    given = {port.name for key in args if (port := row.input(key))}
    return all(port.name in given for port in row.inputs if port.required)


def _collected(names: Sequence[str], values: Sequence[Value]) -> dict[str, Any]:
    """The values by name; a list where several have one."""
    args: dict[str, Any] = {}
    for name, value in zip(names, values, strict=False):
        args[name] = value.raw if name not in args else [*_members(args[name]), *_members(value.raw)]
    return args


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _speaks_of_another_kind(key: str, port: Input | None) -> bool:
    """Whether the name of an argument says that it is an image or a sound, which the input does not take."""
    found = _MEDIUM.search(key)
    return port is not None and found is not None and not port.takes(_KIND_OF.get(found[1].lower(), "image"))


def _language(row: TaskType, key: str, value: Value) -> str | None:
    """The parameter for a language that an argument of another name means."""
    if not value.literal or not re.search(r"lang|target", key, re.IGNORECASE):
        return None
    return next((name for name in ("target_language", "language") if row.parameter(name)), None)


def _said(key: str, value: Value, row: TaskType) -> Value:
    """A value for a prompt with what the name of its argument says: `background_color: blue`."""
    words = re.findall(r"[a-z]+", key.lower())
    prompt = any(port.name == "prompt" for port in row.inputs)
    if not prompt or not value.literal or not isinstance(value.raw, str) or not words or set(words) & _NAMES_NOTHING:
        return value
    return value._replace(raw=f"{' '.join(words)}: {value.raw}")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
