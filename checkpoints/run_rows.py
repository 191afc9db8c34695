"""`read_run`: a row of `runs` as a `Run`, with its results, files and calls to chat models."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from ..graph.errors import InvalidPlan
from ..graph.homes import RESOURCES
from ..graph.options import Options
from ..graph.plan import Plan
from ..graph.resource import Resource
from ..graph.result import REFUSED, Request, Result, Run, RunStatus
from ..graph.untrusted_json import InvalidJson, read_untrusted_json
from ..graph.usage import Usage
from . import lease
from .row_connection import RowConnection
from .rows import COLUMNS, error_line, valid_resources
from .work_time import known_seconds


def read_run(db: RowConnection, row: dict[str, Any], home: Path) -> Run:
    """A row of `runs` with its results, files and calls. One that can't be read is a run with the status `damaged`.

    `home`: the folder of the database, whose files the answer names.
    """
    try:
        return _read(db, row, home)
    except (ValueError, TypeError, KeyError) as error:  # whatever a row of any content can cause
        why = f"its record can't be read: {error_line(error)}"
        request = Request(text=str(row["request"] or ""), thread_id=str(row["thread_id"]))
        return Run(
            run_id=str(row["run_id"]), thread_id=str(row["thread_id"]), request=request, status="damaged", answer=why
        )


def status_of_row(row: Mapping[str, Any]) -> RunStatus:
    """A running one whose owner is dead was interrupted, or cancelled if that was requested.

    `row`: `status`, `owner` and `answer` of a row of `runs`.
    """
    status, owner = cast(RunStatus, row["status"]), row["owner"]
    if status in ("running", "cancelling") and (not owner or lease.alive(owner) is False or lease.seems_over(owner)):
        return "interrupted" if status == "running" else "cancelled"
    if status == "cancelled" and row["answer"] == REFUSED:  # as earlier versions recorded it
        return "refused"
    return status


def _read(db: RowConnection, row: dict[str, Any], home: Path) -> Run:
    """A run as it is recorded."""
    plan, repairs = _plan(row)
    order = {task.key: number for number, task in enumerate(plan.tasks)}
    rows = db.execute("SELECT key, result FROM tasks WHERE epoch = ?", [row["epoch"]]).fetchall()
    results = {key: result for key, result in _read_results(tuple(map(tuple, rows))) if key in order}
    return Run(
        run_id=row["run_id"],
        thread_id=row["thread_id"],
        parent=row["parent"],
        request=Request(text=row["request"], files=_files(db, row), thread_id=row["thread_id"]),
        options=Options.model_validate_json(row["options"] or "{}"),
        controller=row["controller"] or "",
        plan=plan,
        epoch=row["epoch"] or "",
        results=tuple(sorted(results.values(), key=lambda result: order[result.key])),
        refusals=tuple(read_untrusted_json(row["refusals"] or "[]")),
        repairs=repairs,
        answer=_with_files_of(home, row["home"], row["answer"] or ""),
        status=status_of_row(row),
        started_at=row["started_at"] or 0.0,
        duration=known_seconds(row["run_id"], db),
        version=row["version"] or "",
        usage=Usage.model_validate_json(row["usage"] or "{}"),
    )


def _with_files_of(home: Path, earlier: str | None, answer: str) -> str:
    """The answer of a run of a home that was copied or moved since: its files are where the home is now."""
    before, now = (str(Path(folder, RESOURCES, "_")).removesuffix("_") for folder in (earlier or home, home))
    return answer.replace(before, now)


def _plan(row: dict[str, Any]) -> tuple[Plan, tuple[str, ...]]:
    """The plan of a run and its repairs; a plan that today's vocabulary does not know is reported and left out."""
    repairs = tuple(read_untrusted_json(row["repairs"] or "[]"))
    try:
        return (_read_plan(row["plan"]) if row["plan"] else Plan()), repairs
    except InvalidJson:
        raise
    except (InvalidPlan, ValidationError):
        return Plan(), (*repairs, "the plan was written by another version and can't be read by this one")


@lru_cache(maxsize=2)  # to resume a run of 1,000 tasks reads it twice
def _read_results(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, Result], ...]:
    """Results by key."""
    return tuple((key, Result.model_validate_json(text)) for key, text in rows)


@lru_cache(maxsize=4)
def _read_plan(text: str) -> Plan:
    return Plan.model_validate(read_untrusted_json(text))


def _files(db: RowConnection, row: dict[str, Any]) -> tuple[Resource, ...]:
    """The files that were given, and after them those that were only named."""
    query = f"SELECT {', '.join(COLUMNS)} FROM resources WHERE run_id = ? AND key IS NULL ORDER BY id"
    there = valid_resources(db.query(query, [row["run_id"]]))
    names = set(read_untrusted_json(row["files"] or "[]")) - {resource.name for resource in there}
    gone = [Resource(kind="document", media_type="application/octet-stream", name=name) for name in sorted(names)]
    return (*there, *gone)
