"""`History`: runs, results and resources read back for `runs`, `show` and `retry`, which deletes the failed rows."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from ..graph.errors import InvalidPlan, UnknownRun
from ..graph.plan import Plan
from ..graph.resource import Resource
from ..graph.result import Options, Request, Result, Run, Usage
from ..graph.untrusted_json import InvalidJson, read_untrusted_json
from . import lease
from .ledger import SqliteLedger
from .llm_calls import read_calls
from .row_connection import RowConnection
from .rows import error_line, valid_resources

_COLUMNS = ("kind", "media_type", "sha256", "size", "text", "name")
"""Of the table `resources`: what a `Resource` has."""


class History:
    """The runs, results and resources of a home."""

    def __init__(self, ledger: SqliteLedger) -> None:
        self._ledger = ledger

    async def runs(self, *, thread_id: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first."""

        def read(db: RowConnection) -> list[Run]:
            where = "WHERE thread_id = :thread" if thread_id else ""
            query = f"SELECT * FROM runs {where} ORDER BY rowid DESC LIMIT :limit"
            return [_run(db, row) for row in db.query(query, {"thread": thread_id, "limit": limit})]

        return await self._ledger.database.read(read)

    async def run(self, name: str | None = None) -> Run:
        """The run of that id or the only one whose id begins so; the newest without a name. Raises `UnknownRun`."""

        def read(db: RowConnection) -> list[Run]:
            query = "SELECT * FROM runs WHERE substr(run_id, 1, length(:name)) = :name ORDER BY rowid DESC LIMIT 5"
            return [_run(db, row) for row in db.query(query, {"name": name or ""})]

        found = await self._ledger.database.read(read)
        if not found:
            what = f"there is no run {name}" if name else "nothing was run here yet"
            raise UnknownRun(what, hint="`hugginggpt runs` lists them; --home DIR looks elsewhere")
        if name and len(found) > 1 and name not in (run.run_id for run in found):
            raise UnknownRun(f"{name} may be any of {', '.join(run.run_id for run in found)}", hint="write more of it")
        return next((run for run in found if run.run_id == name), found[0])

    async def unfinished(self) -> Run | None:
        """The newest run that can be resumed."""
        return next((run for run in await self.runs() if run.unfinished), None)

    async def failed(self) -> Run | None:
        """The newest run with tasks that can be retried."""
        return next((run for run in await self.runs() if run.plan.tasks and run.status in {"partial", "failed"}), None)

    async def resources(self, *, thread_id: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """What was given and made, oldest first: rows of the table `resources`."""

        def read(db: RowConnection) -> list[dict[str, Any]]:
            where = "WHERE thread_id = :thread" if thread_id else ""
            query = f"SELECT * FROM (SELECT * FROM resources {where} ORDER BY id DESC LIMIT :limit) ORDER BY id"
            rows = list(db.query(query, {"thread": thread_id, "limit": limit}))
            return [row for row in rows if valid_resources([{name: row[name] for name in _COLUMNS}])]

        return await self._ledger.database.read(read)

    async def members(self, epoch: str) -> list[Result]:
        """The rows of members of mapped tasks, and of parts of recordings, in order."""
        rows = await self._ledger.results(epoch)
        return [rows[key] for key in sorted(rows, key=_numbers) if "[" in key]

    async def reopen(self, run: Run) -> None:
        """Delete the rows of a run that did not succeed, so that they are done again, and set it to running."""

        def delete(db: RowConnection) -> None:
            db.execute("DELETE FROM tasks WHERE epoch = ? AND status != 'succeeded'", [run.epoch])
            db.execute("UPDATE runs SET status = 'running' WHERE run_id = ?", [run.run_id])

        await self._ledger.database.write(delete)


def _numbers(key: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", key)]


def _run(db: RowConnection, row: dict[str, Any]) -> Run:
    try:
        return _read(db, row)
    except (ValueError, TypeError, KeyError) as error:  # whatever a row of any content can cause
        why = f"its record can't be read: {error_line(error)}"
        request = Request(text=str(row["request"] or ""), thread_id=str(row["thread_id"]))
        return Run(
            run_id=str(row["run_id"]), thread_id=str(row["thread_id"]), request=request, status="damaged", answer=why
        )


def _read(db: RowConnection, row: dict[str, Any]) -> Run:
    """A run as it is recorded; a running one whose owner is dead was interrupted."""
    status = row["status"]
    owner = row["owner"]
    if status == "running" and (not owner or lease.alive(owner) is False or lease.seems_over(owner)):
        status = "interrupted"
    plan, repairs = _plan(row)
    order = {task.key: number for number, task in enumerate(plan.tasks)}
    rows = db.execute("SELECT key, result FROM tasks WHERE epoch = ?", [row["epoch"]]).fetchall()
    done = {key: Result.model_validate_json(text) for key, text in rows}
    results = {key: result for key, result in done.items() if key in order}
    made = [(result.started_at, result.duration) for result in done.values()]
    called = [(call.started_at, call.usage.seconds) for call in read_calls(row["run_id"], db)]
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
        answer=row["answer"] or "",
        status=status,
        started_at=row["started_at"] or 0.0,
        duration=_seconds_covered([*made, *called], row["started_at"] or 0.0),
        version=row["version"] or "",
        usage=Usage.model_validate_json(row["usage"] or "{}"),
    )


def _seconds_covered(intervals: Iterable[tuple[float, float]], since: float) -> float:
    """Seconds after `since` that are covered by any of the intervals (start, length); pauses do not count."""
    seconds, reached = 0.0, since
    for start, length in sorted(intervals):
        seconds += max(0.0, start + length - max(start, reached))
        reached = max(reached, start + length)
    return seconds


def _plan(row: dict[str, Any]) -> tuple[Plan, tuple[str, ...]]:
    """The plan of a run and its repairs; a plan that today's vocabulary does not know is reported and left out."""
    repairs = tuple(read_untrusted_json(row["mends"] or "[]"))
    try:
        return (Plan.model_validate(read_untrusted_json(row["plan"])) if row["plan"] else Plan()), repairs
    except InvalidJson:
        raise
    except (InvalidPlan, ValidationError):
        return Plan(), (*repairs, "the plan was written by another version and can't be read by this one")


def _files(db: RowConnection, row: dict[str, Any]) -> tuple[Resource, ...]:
    """The files that were given, and after them those that were only named."""
    query = f"SELECT {', '.join(_COLUMNS)} FROM resources WHERE run_id = ? AND key IS NULL ORDER BY id"
    there = valid_resources(db.query(query, [row["run_id"]]))
    names = set(read_untrusted_json(row["files"] or "[]")) - {resource.name for resource in there}
    gone = [Resource(kind="document", media_type="application/octet-stream", name=name) for name in sorted(names)]
    return (*there, *gone)
