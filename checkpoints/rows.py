"""Converts results and resources to rows of our tables and back; a damaged row is reported, never used."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from ..graph.advice import again
from ..graph.clock import now
from ..graph.errors import StorageError
from ..graph.notices import notice
from ..graph.resource import Frozen, Resource
from ..graph.result import Result

M = TypeVar("M", bound=Frozen)
COLUMNS = ("kind", "media_type", "sha256", "size", "text", "name", "caveat")
"""Of the table `resources`: what a `Resource` has, but for its producer and `made_by`: the columns `key` and `task_type`."""


def read_row(noun: type[M], text: str, what: str) -> M:
    """A row's content. Raises `StorageError` for one that this program did not write."""
    try:
        return noun.model_validate_json(text)
    except ValueError as error:
        raise StorageError(
            f"the record of {what} can't be read: {error_line(error)}",
            hint=f"the row was changed or damaged; make the request again: {again()}",
        ) from None


def error_line(error: Exception) -> str:
    """The error in a row, in one line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the value'}: {first['msg']}"[:200]
    return " ".join(str(error).split())[:200]


def valid_resources(rows: Iterable[dict[str, Any]]) -> list[Resource]:
    """The rows that are resources; others are reported and left out."""
    found = []
    for row in rows:
        try:
            found.append(Resource.model_validate(row))
        except ValueError:
            notice(f"a row of the table `resources` can't be read and is left out: {str(row)[:120]}")
    return found


def listed_once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `resources` without those that repeat, in a later epoch of a run, what a task had made in an earlier one."""
    first: dict[tuple[Any, ...], Any] = {}
    return [
        row
        for row in rows
        if row["key"] is None
        or first.setdefault((row["run_id"], row["key"], row["output"], row["sha256"]), row["epoch"]) == row["epoch"]
    ]


def planned_order(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `resources` with those of one run and task type in the order of their tasks, not of their ends."""
    places = defaultdict[tuple[Any, ...], list[int]](list)
    for place, row in enumerate(rows):
        places[row["run_id"], row["task_type"], row["key"] is None].append(place)
    ordered = list(rows)
    for (*_, given), taken in places.items():
        if not given:
            keys = sorted(taken, key=lambda place: [int(number) for number in re.findall(r"\d+", rows[place]["key"])])
            for place, source in zip(taken, keys, strict=True):
                ordered[place] = rows[source]
    return ordered


def task_row(run_id: str, epoch: str, result: Result) -> dict[str, Any]:
    """A result as a row of `tasks`; the columns repeat what one wants to query by."""
    copied = {"key", "task_id", "task_type", "status", "error", "fingerprint", "started_at", "duration", "attempts"}
    added = {"epoch": epoch, "run_id": run_id, "model_id": _model_id(result), "result": result.model_dump_json()}
    return result.model_dump(include=copied) | added


def resource_rows(run_id: str, thread_id: str, epoch: str, result: Result) -> list[dict[str, Any]]:
    """What a result made, as rows of `resources`."""
    run = {"thread_id": thread_id, "run_id": run_id, "epoch": epoch}
    task = {"key": result.key, "task_type": result.task_type, "model_id": _model_id(result)}
    when = {"created_at": result.started_at + result.duration if result.started_at else now()}  # of no call: by hand
    return [
        {**made.model_dump(exclude={"producer", "made_by"}), "output": name, **run, **task, **when}
        for name, resources in result.outputs.items()
        for made in resources
    ]


def _model_id(result: Result) -> str | None:
    return result.assignment.expert.model_id if result.assignment else None
