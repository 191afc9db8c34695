"""`imply_parameters`: a parameter that a plan leaves out and its words state: into which language, that text is read."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ...languages import NAMES
from .entry import Entries, Entry, Repaired, Step

_INTO = re.compile(rf"\b(?:to|into|in)\s+({'|'.join(NAMES.values())})\b", re.IGNORECASE)
_READS_TEXT = re.compile(r"\bocr\b|text.?extraction|(?:text|character).?recognition", re.IGNORECASE)


def imply_parameters(request: str) -> Step:
    """The step. The target of a translation is the one language that its goal names, else the one that the request names."""

    def step(entries: Entries) -> Repaired:
        implied = [_with_target(entry, request) for entry in entries]
        return Repaired(tuple(entry for entry, _ in implied), [each for _, repairs in implied for each in repairs])

    return step


def _with_target(entry: Entry, request: str) -> tuple[Entry, Sequence[str]]:
    if entry.task != "translation" or "target_language" in {**entry.named_args, **(entry.parameters or {})}:
        return entry, ()
    for where, text in (("goal", str(entry.goal or "")), ("request", request)):
        named = {found.title() for found in _INTO.findall(text)}
        if len(named) == 1:
            language = named.pop()
            repair = f"task {entry.id}: target_language is {language}, as its {where} says"
            return replace(entry, parameters={**(entry.parameters or {}), "target_language": language}), [repair]
        if named:
            break
    return entry, ()


def reading_text(entry: Entry) -> Entry:
    """The entry; where its type's name speaks of reading text, with the parameter that says so."""
    if not _READS_TEXT.search(str(entry.task)):
        return entry
    return replace(entry, parameters={"look_for": "text", **(entry.parameters or {})})
