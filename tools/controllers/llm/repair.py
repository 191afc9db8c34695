"""Mends: slips in a plan's JSON that have one cure are put right by rule, and told; what may mean two things is left.

Works on the paper's entries `{"task", "id", "dep", "args"}` before they become tasks; what joins them is in `wiring.py`,
missing steps are in `bridging.py`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from ....graph.vocabulary import VOCABULARY
from .insert_converters import bridge
from .references import NUMBER, Entry, Told, join, link, references, spell, unfold
from .unwrap import TYPE_KEYS, is_task, links_of, unwrapped

_KEYS = {
    "task": TYPE_KEYS[1:],
    "id": ("task_id", "index"),
    "dep": ("deps", "dependencies", "depends_on", "depends"),
    "args": ("arguments", "inputs", "input", "parameters_and_inputs"),
}
"""Other names of the four keys; the first that is there is taken."""
_OURS = (*_KEYS, "goal", "parameters")

_OTHER_NAMES = {
    "image-editing": "image-text-to-image",
    "image-captioning": "image-to-text",
    "ocr": "image-to-text",
    "speech-recognition": "automatic-speech-recognition",
    "speech-to-text": "automatic-speech-recognition",
    "asr": "automatic-speech-recognition",
    "tts": "text-to-speech",
    "vqa": "visual-question-answering",
    "ner": "token-classification",
    "named-entity-recognition": "token-classification",
    "sentiment-analysis": "text-classification",
}
"""What TaskBench, JARVIS and everybody call some task types."""


def mended(found: Any) -> tuple[list[Entry], tuple[str, ...], tuple[str, ...]]:
    """Entries, refusals, and what was put right; raises `InvalidPlan` for what holds no list of tasks."""
    mends: list[str] = []
    tasks, refusals = unwrapped(found, mends.append)
    entries = [_named(entry, number, mends.append) for number, entry in enumerate(tasks)]
    _number(entries, mends.append)
    for entry in entries:
        _type(entry, mends.append)
        spell(entry, mends.append)
        _drop_nulls(entry, mends.append)
    for entry in entries:
        _arguments(entry, mends.append)
    link(entries, links_of(found), lambda name: _type_named(name) or name, mends.append)
    unfold(entries, mends.append)
    join(entries, mends.append)
    bridge(entries, mends.append)
    return entries, refusals, tuple(dict.fromkeys(mends))


def _named(entry: Entry, number: int, tell: Told) -> Entry:
    """The entry with the paper's four keys, whatever it called them; others are left where they are."""
    if len(entry) == 1 and isinstance(inner := next(iter(entry.values())), dict) and is_task(inner):
        tell(f"entry {number} was wrapped in an object")
        entry = inner
    named = dict(entry)
    for key, others in _KEYS.items():
        if named.get(key) is None:
            other = next((name for name in others if named.get(name) is not None), None)
            if other:
                named[key] = named.pop(other)
                tell(f"entry {number}: {other!r} was read as {key!r}")
    if isinstance(named.get("args"), list):
        named["args"] = _from_list(named, tell)
    strange = [key for key in named if key not in _OURS]
    if strange:
        tell(f"entry {number}: {', '.join(map(repr, strange))} says nothing to us and was left out")
    return {key: value for key, value in named.items() if key in _OURS}


def _from_list(entry: Entry, tell: Told) -> Any:
    """TaskBench's arguments: a list without names, in the order of the inputs; or a list of small objects."""
    members = entry["args"]
    if all(isinstance(member, dict) for member in members):
        tell("arguments in a list of objects were read as one object")
        pairs = [
            {member["name"]: member["value"]} if set(member) == {"name", "value"} else member for member in members
        ]
        return {key: value for pair in pairs for key, value in pair.items()}
    row = VOCABULARY.get(_type_named(str(entry.get("task", ""))) or "")
    if row is None:
        return members
    ports = [port for port in row.inputs if port.required] or list(row.inputs)
    tell(f"the arguments of {row.name} had no names; they were taken in order")
    if len(ports) == 1:
        return {ports[0].name: members[0] if len(members) == 1 else members}
    return {port.name: member for port, member in zip(ports, members, strict=False)}


def _number(entries: list[Entry], tell: Told) -> None:
    """Ids as numbers, each once: a missing one is its place; of two equal ones the second is given its place when free."""
    for number, entry in enumerate(entries):
        told = entry.get("id")
        match = NUMBER.fullmatch(str(told)) if told is not None and not isinstance(told, bool) else None
        entry["id"] = int(match[1]) if match else number if told is None else told
        if told is None:
            tell(f"entry {number} had no id; it is {number}")
        elif match and not isinstance(told, int):
            tell(f"the id {told!r} was read as {entry['id']}")
    times = Counter(_hashable(entry["id"]) for entry in entries)
    used: set[Any] = set()
    for number, entry in enumerate(entries):
        own = _hashable(entry["id"])
        if own in used and number not in times:
            entry["id"] = number
            times[number] = 1
            tell(f"two tasks had the id {own}; the second is {number} now")
        elif own in used and not _is_meant(own, entries):
            entry["id"] = fresh = max((key for key in times if isinstance(key, int)), default=0) + 1
            times[fresh] = 1
            tell(f"two tasks had the id {own}, which nothing refers to; the second is {fresh} now")
        used.add(_hashable(entry["id"]))


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str | float) else str(value)


def _is_meant(task_id: Any, entries: list[Entry]) -> bool:
    """Whether something refers to an id."""
    return any(task_id in references(entry.get("args")) for entry in entries)


def _type(entry: Entry, tell: Told) -> None:
    name = entry.get("task")
    if not isinstance(name, str) or name in VOCABULARY:
        return
    if meant := _type_named(name):
        entry["task"] = meant
        tell(f"task {entry['id']}: {name!r} was read as {meant!r}")


def _type_named(name: str) -> str | None:
    """The task type that a name in other letters, with a letter wrong, or of another list means; None when unsure."""
    plain = re.sub(r"[\s_/-]+", "-", name.strip().lower()).strip("-")
    plain = _OTHER_NAMES.get(plain, plain)
    if plain in VOCABULARY:
        return plain
    near = get_close_matches(plain, VOCABULARY, n=2, cutoff=0.9)
    return near[0] if len(near) == 1 else None


def _drop_nulls(entry: Entry, tell: Told) -> None:
    args = entry.get("args")
    nulls = [key for key in ("goal", "parameters") if key in entry and entry[key] is None]
    if isinstance(args, dict):
        nulls += [key for key, value in args.items() if value is None]
        entry["args"] = {key: _flat(value) for key, value in args.items() if value is not None}
        if any(entry["args"][key] != args[key] for key in entry["args"]):
            tell(f"task {entry['id']}: a list in a list was read as one")
    if nulls:
        tell(f"task {entry['id']}: null for {', '.join(map(repr, nulls))} was left out")
    if entry.get("goal") is None:
        entry.pop("goal", None)
    if not isinstance(entry.get("parameters"), Mapping):
        entry.pop("parameters", None)


def _flat(value: Any) -> Any:
    """A list in a list is one list."""
    if not isinstance(value, list):
        return value
    flat = [inner for member in value for inner in (_flat(member) if isinstance(member, list) else [member])]
    return [member for member in flat if member is not None]


def _arguments(entry: Entry, tell: Told) -> None:
    """A required input that is missing, and one argument of a name that the type does not know: they belong together."""
    row, args = VOCABULARY.get(str(entry.get("task"))), entry.get("args")
    if row is None or not isinstance(args, dict):
        return
    strange = [key for key in args if row.input(key) is None and row.parameter(key) is None]
    taken = {port.name for key in args if (port := row.input(key))}
    wanting = [port for port in row.inputs if port.required and port.name not in taken]
    if len(strange) == len(wanting) == 1:
        entry["args"] = {wanting[0].name if key == strange[0] else key: value for key, value in args.items()}
        tell(f"task {entry['id']}: {strange[0]!r} was read as {wanting[0].name!r}")
        return
    known = {parameter.name for parameter in row.parameters}
    for key in strange if not wanting else ():
        if not list(references(args[key])):
            del args[key]
            options = f"; it has {', '.join(sorted(known))}" if known else ""
            tell(f"task {entry['id']}: {row.name} has no {key!r}{options}; it was left out")
