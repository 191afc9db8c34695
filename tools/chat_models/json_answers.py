"""`json_in_answer` finds the JSON in a chat model's answer, without thoughts and prose around it, and repairs it."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...graph.untrusted_json import InvalidJson, checked_json
from .thoughts import without_thoughts

MAX_CHARACTERS = 64 * 1024
"""Longer answers are refused: repairing them takes seconds."""
MAX_DEPTH = 20
"""Answers with deeper nesting are refused."""

_FENCED = re.compile(r"```[\w-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_START = re.compile(r"[\[{](?=\s*(?:[\[{\"'\]}]|//|/\*|#|\w+\s*:))")
_MAX_STARTS = 50


class UnreadableAnswer(ValueError):
    """The answer holds no JSON that can be read; the message is a sentence that can be sent back to the model."""


class JsonAnswer(NamedTuple):
    """The JSON of an answer."""

    value: Any
    repaired: bool


def json_in_answer(answer: str, *, complete: bool = True) -> JsonAnswer:
    """The JSON in an answer. Raises `UnreadableAnswer`, also where broken JSON may lack its end (not `complete`)."""
    value, repaired = _find(answer, complete=complete)
    try:
        return JsonAnswer(checked_json(value, MAX_DEPTH), repaired)
    except InvalidJson as error:
        raise UnreadableAnswer(f"the answer can't be read: {error}") from None


def _find(answer: str, *, complete: bool) -> tuple[Any, bool]:
    text = without_thoughts(answer)
    if len(text) > MAX_CHARACTERS:
        raise UnreadableAnswer(f"the answer has {len(text)} characters, more than the {MAX_CHARACTERS} allowed")
    for part in (*(match[1].strip() for match in _FENCED.finditer(text)), text):
        for value in _valid_json(part):
            return value, False
    if not complete:
        raise UnreadableAnswer("the answer ends before its JSON is complete; write all of it")
    fenced = _FENCED.search(text)
    return _repair(fenced[1].strip() if fenced and _START.search(fenced[1]) else text), True


def _valid_json(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    for number, match in enumerate(_START.finditer(text)):
        if number == _MAX_STARTS:
            return
        try:
            value, _ = decoder.raw_decode(text[match.start() :])
        except (ValueError, RecursionError):
            if text[match.start()] == "{" or text[match.start() : match.start() + 2] == "[{":
                return  # the answer starts here and is broken: valid JSON inside it is only a part of it
            continue
        if isinstance(value, dict) or (
            isinstance(value, list) and all(isinstance(member, dict | list) for member in value)
        ):
            yield value


def _repair(text: str) -> Any:
    from json_repair import repair_json

    match = _START.search(text)
    if not match:
        raise UnreadableAnswer("the answer holds no JSON")
    text = text[match.start() :]
    if _depth(text) > MAX_DEPTH:
        raise UnreadableAnswer(f"the answer is nested deeper than {MAX_DEPTH}")
    if _ends_inside_a_task(text):
        raise UnreadableAnswer("the answer ends in the middle of a task; write the whole plan")
    try:
        value = repair_json(text, return_objects=True)
    except (RecursionError, ValueError):
        raise UnreadableAnswer("the answer is no JSON that can be repaired") from None
    if isinstance(value, list) and value and isinstance(value[0], dict) and "tasks" in value[0]:
        return value[0]  # json_repair lists all pieces of JSON in the answer: the plan is the first
    if isinstance(value, dict) and value.get("tasks") == [] and "]" not in text:
        raise UnreadableAnswer("the answer ends before its first task; write the whole plan")
    return value


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _ends_inside_a_task(text: str) -> bool:
    """Whether the text ends within a task: a repair would drop the rest of the task, and of the plan, without a report."""
    unclosed: list[tuple[str, int]] = []
    quoted = False
    escaped = False
    for position, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted, escaped = True, False
        elif character in "[{":
            unclosed.append((character, position))
        elif character in "]}" and unclosed:
            unclosed.pop()
    within = any(c == "{" and re.match(r"\{\s*[\"']?task[\"']?\s*:", text[start:]) for c, start in unclosed)
    return within and (quoted or not text.rstrip().endswith(("}", "]", "`")))
