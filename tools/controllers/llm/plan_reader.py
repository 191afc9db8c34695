"""Reading: a chat model's text as JSON, and the JSON as a plan whose file names are the request's resources.

A ladder: what stands around the JSON is taken off, the JSON is read, else repaired (and that is told), certain slips are
mended by rule (`mends.py`), and what is then no plan that can be run is refused with every problem.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ....graph.errors import InvalidPlan
from ....graph.expert import Expert
from ....graph.outside import OddJson, checked
from ....graph.plan import Plan
from ....graph.resource import Resource
from ....graph.task import resources_in
from .repair import mended

MAX_CHARACTERS = 64 * 1024
"""Longer answers are refused: repairing them takes seconds."""
MAX_DEPTH = 20
"""Deeper nesting is no plan."""

REPAIRED = "the controller's JSON was broken and has been repaired"

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_FENCED = re.compile(r"```[\w-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_BEGINNING = re.compile(r"[\[{](?=\s*(?:[\[{\"'\]}]|//|/\*|#|\w+\s*:))")
_MOST_BEGINNINGS = 50


class Draft(NamedTuple):
    """A plan as a model wrote it."""

    plan: Plan
    refusals: tuple[str, ...]
    repairs: tuple[str, ...]


def read_json(answer: str, *, whole: bool = True) -> tuple[Any, bool]:
    """The JSON in an answer, and whether it had to be repaired; raises `InvalidPlan` where there is none.

    One that is not `whole` broke off somewhere, and is not repaired: the end of it would be missing.
    """
    found, repaired = _found(answer, whole=whole)
    try:
        return checked(found, MAX_DEPTH), repaired
    except OddJson as error:
        raise InvalidPlan([f"the answer can't be read: {error}"]) from None


def _found(answer: str, *, whole: bool) -> tuple[Any, bool]:
    if len(answer) > MAX_CHARACTERS:
        raise InvalidPlan([f"the answer has {len(answer)} characters, more than the {MAX_CHARACTERS} allowed"])
    text = without_thoughts(answer)
    for part in (*(match[1].strip() for match in _FENCED.finditer(text)), text):
        for found in _whole(part):
            return found, False
    if not whole:
        raise InvalidPlan(["the answer broke off; write the whole plan"])
    fenced = _FENCED.search(text)
    return _repaired(fenced[1].strip() if fenced and _BEGINNING.search(fenced[1]) else text), True


def without_thoughts(answer: str) -> str:
    """An answer without what the model thought before it."""
    return _END_OF_THOUGHT.split(_THOUGHTS.sub("", answer))[-1].strip()


def _whole(text: str) -> Iterator[Any]:
    """Every piece of JSON in a text that may be an answer: an object, or a list of objects."""
    decoder = json.JSONDecoder()
    for number, match in enumerate(_BEGINNING.finditer(text)):
        if number == _MOST_BEGINNINGS:
            return
        try:
            found, _ = decoder.raw_decode(text[match.start() :])
        except (ValueError, RecursionError):
            if text[match.start()] == "{" or text[match.start() : match.start() + 2] == "[{":
                return  # the answer begins here and is broken: what is whole inside it is only a part of it
            continue
        if isinstance(found, dict) or (
            isinstance(found, list) and all(isinstance(entry, dict | list) for entry in found)
        ):
            yield found


def _repaired(text: str) -> Any:
    from json_repair import repair_json

    match = _BEGINNING.search(text)
    if not match:
        raise InvalidPlan(["the answer holds no JSON"])
    text = text[match.start() :]
    if _depth(text) > MAX_DEPTH:
        raise InvalidPlan([f"the answer is nested deeper than {MAX_DEPTH}"])
    if _ends_inside_a_task(text):
        raise InvalidPlan(["the answer ends in the middle of a task; write the whole plan"])
    try:
        found = repair_json(text, return_objects=True)
    except (RecursionError, ValueError):
        raise InvalidPlan(["the answer is no JSON that can be repaired"]) from None
    if isinstance(found, list) and found and isinstance(found[0], dict) and "tasks" in found[0]:
        return found[0]  # two pieces of JSON in one answer
    return found


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _ends_inside_a_task(text: str) -> bool:
    """Whether it breaks off within a task: a repair would quietly drop the rest of it, and of the plan."""
    open_ones: list[tuple[str, int]] = []
    quoted = False
    escaped = False
    for place, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted, escaped = True, False
        elif character in "[{":
            open_ones.append((character, place))
        elif character in "]}" and open_ones:
            open_ones.pop()
    within = any(c == "{" and re.match(r"\{\s*[\"']?task[\"']?\s*:", text[place:]) for c, place in open_ones)
    return within and (quoted or not text.rstrip().endswith(("}", "]", "`")))


def read_plan(answer: str, files: Mapping[str, Resource], *, whole: bool = True) -> Draft:
    """The plan in an answer; raises `InvalidPlan` with every problem, in words to send back."""
    found, repaired = read_json(answer, whole=whole)
    tasks, refusals, mends = mended(found)
    plan = Plan.from_hugginggpt([_with_files(entry, files) for entry in tasks], files.values())
    known = {resource.name for resource in files.values()}
    if strangers := sorted({name for name in _missing(plan) if name not in known}):
        raise InvalidPlan(
            f"there is no file {name!r}; the files are: {', '.join(files) or 'none'}" for name in strangers
        )
    return Draft(plan, refusals, ((REPAIRED,) if repaired else ()) + mends)


def read_choice(answer: str, candidates: Sequence[Expert]) -> tuple[Expert | None, str]:
    """The candidate that an answer names and its reason; None where it names none, and why the first by rank is taken."""
    try:
        found, _ = read_json(answer)
    except InvalidPlan:
        return None, "first by rank: the controller's choice could not be read"
    chosen = found if isinstance(found, dict) else {}
    for candidate in candidates:
        if candidate.model_id == chosen.get("id"):
            return candidate, str(chosen.get("reason") or "the controller gave no reason")
    return None, f"first by rank: the controller chose {chosen.get('id')!r}, which is no candidate"


def _missing(plan: Plan) -> list[str]:
    """Names of files in a plan that the request does not have."""
    values = (value for task in plan.tasks for value in task.inputs.values())
    return [resource.name or "" for value in values for resource in resources_in(value) if resource.missing]


def _with_files(entry: dict[str, Any], files: Mapping[str, Resource]) -> dict[str, Any]:
    """A task with file names in its arguments replaced by what they name."""
    args = entry.get("args")
    if not isinstance(args, dict):
        return entry
    return {**entry, "args": {key: _with_file(value, files) for key, value in args.items()}}


def _with_file(value: Any, files: Mapping[str, Resource]) -> Any:
    if isinstance(value, list):
        return [_with_file(member, files) for member in value]
    if not isinstance(value, str):
        return value
    if found := _lookup(value, files):
        return found.model_dump(mode="json")
    listed = [_lookup(part, files) for part in value.split(",")]
    if len(listed) > 1 and all(listed):
        return [resource.model_dump(mode="json") for resource in listed if resource]
    return value


def _lookup(name: str, files: Mapping[str, Resource]) -> Resource | None:
    """By the name it was listed under, by the full path, or by either in other case."""
    by_path = {resource.name: resource for resource in files.values() if resource.name}
    by_any = {key.casefold(): resource for key, resource in (*by_path.items(), *files.items())}
    return by_any.get(name.strip().casefold())
