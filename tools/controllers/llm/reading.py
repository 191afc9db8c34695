"""Reading: a chat model's text as JSON, and the JSON as a plan whose file names are the request's resources."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from ....graph.errors import InvalidPlan
from ....graph.expert import Expert
from ....graph.plan import Plan
from ....graph.resource import Resource
from ....graph.task import resources_in

MAX_CHARACTERS = 64 * 1024
"""Longer answers are refused: repairing them takes seconds."""

REPAIRED = "the controller's JSON was broken and has been repaired"

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)


class Draft(NamedTuple):
    """A plan as a model wrote it."""

    plan: Plan
    refusals: tuple[str, ...]
    mends: tuple[str, ...]


def read_json(answer: str) -> tuple[Any, bool]:
    """The JSON in an answer, and whether it had to be repaired; raises `InvalidPlan` where there is none."""
    from json_repair import repair_json

    text = _THOUGHTS.sub("", answer).strip()
    if fenced := _FENCED.search(text):
        text = fenced.group(1).strip()
    if len(text) > MAX_CHARACTERS:
        raise InvalidPlan([f"the answer has {len(text)} characters, more than the {MAX_CHARACTERS} allowed"])
    start = min((at for at in (text.find("["), text.find("{")) if at >= 0), default=-1)
    if start < 0:
        raise InvalidPlan(["the answer holds no JSON"])
    with suppress(ValueError, RecursionError):
        return json.JSONDecoder().raw_decode(text[start:])[0], False
    try:
        return repair_json(text[start:], return_objects=True), True
    except (RecursionError, ValueError):
        raise InvalidPlan(["the answer is no JSON that can be repaired"]) from None


def read_plan(answer: str, files: Mapping[str, Resource]) -> Draft:
    """The plan in an answer; raises `InvalidPlan` with every problem, in words to send back."""
    found, repaired = read_json(answer)
    envelope = found if isinstance(found, dict) and "task" not in found else {"tasks": found}
    tasks = envelope.get("tasks", [])
    tasks = [tasks] if isinstance(tasks, dict) else tasks
    if not isinstance(tasks, list) or not all(isinstance(entry, dict) for entry in tasks):
        raise InvalidPlan(['the answer must be {"tasks": [...], "refusals": [...]}, with an object for each task'])
    plan = Plan.from_hugginggpt([_with_files(entry, files) for entry in tasks], files.values())
    known = {resource.name for resource in files.values()}
    if strangers := sorted({name for name in _missing(plan) if name not in known}):
        raise InvalidPlan(
            f"there is no file {name!r}; the files are: {', '.join(files) or 'none'}" for name in strangers
        )
    refusals = envelope.get("refusals") or []
    refusals = [refusals] if isinstance(refusals, str) else refusals
    return Draft(plan, tuple(str(refusal) for refusal in refusals), (REPAIRED,) if repaired else ())


def read_choice(answer: str, candidates: Sequence[Expert]) -> tuple[Expert, str]:
    """The candidate that an answer names and its reason; else the first, with that as the reason."""
    try:
        found, _ = read_json(answer)
    except InvalidPlan:
        return candidates[0], "first by rank: the controller's choice could not be read"
    chosen = found if isinstance(found, dict) else {}
    for candidate in candidates:
        if candidate.model_id == chosen.get("id"):
            return candidate, str(chosen.get("reason") or "the controller gave no reason")
    return candidates[0], f"first by rank: the controller chose {chosen.get('id')!r}, which is no candidate"


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
