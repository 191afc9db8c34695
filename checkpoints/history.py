"""`History`: runs, results and resources read back for `runs`, `show` and `retry`, which puts the failed rows aside."""

import json
import re
from functools import partial
from typing import Any

from ..graph.advice import listed
from ..graph.errors import UnknownRun
from ..graph.resource import Resource
from ..graph.result import UNFINISHED, Result, Run, RunStatus
from .database import Database
from .forks import unfinished
from .ledger import SqliteLedger
from .row_connection import RowConnection
from .rows import COLUMNS, listed_once, valid_resources
from .run_rows import read_run, status_of_row
from .stored_files import rows_missing
from .work_reports import work_of


class History:
    """The runs, results and resources of a home."""

    def __init__(self, ledger: SqliteLedger) -> None:
        self._ledger = ledger
        self._home = ledger.database.file.parent

    @property
    def database(self) -> Database:
        """The database of the home."""
        return self._ledger.database

    async def runs(self, *, thread_id: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first."""

        def read(db: RowConnection) -> list[Run]:
            where = "WHERE thread_id = :thread" if thread_id else ""
            query = f"SELECT * FROM runs {where} ORDER BY rowid DESC LIMIT :limit"
            return [self._run(db, row) for row in db.query(query, {"thread": thread_id, "limit": limit})]

        return await self._ledger.database.read(read)

    async def run(self, name: str | None = None) -> Run:
        """The run of that id or the only one whose id begins so; the newest without a name. Raises `UnknownRun`."""

        def read(db: RowConnection) -> list[Run]:
            query = "SELECT * FROM runs WHERE substr(run_id, 1, length(:name)) = :name ORDER BY rowid DESC LIMIT 5"
            return [self._run(db, row) for row in db.query(query, {"name": name or ""})]

        found = [] if name == "" else await self._ledger.database.read(read)
        if not found:
            what = "nothing was run here yet" if name is None else f"there is no run {name or repr(name)}"
            raise UnknownRun(what, hint=(name is None and rows_missing(self._home)) or listed(self._home))
        if name and len(found) > 1 and name not in (run.run_id for run in found):
            raise UnknownRun(f"{name} may be any of {', '.join(run.run_id for run in found)}", hint="write more of it")
        return next((run for run in found if run.run_id == name), found[0])

    def _run(self, db: RowConnection, row: dict[str, Any]) -> Run:
        run = read_run(db, row, self._home)
        return run.model_copy(update={"at_work": at_work}) if (at_work := work_of(run, row)) else run

    async def newest(self, thread_id: str) -> tuple[str, RunStatus] | None:
        """Id and status of the newest run of a conversation, without its results; None where it has no run."""
        query = "SELECT run_id, status, owner, answer FROM runs WHERE thread_id = ? ORDER BY rowid DESC LIMIT 1"

        def read(db: RowConnection) -> tuple[str, RunStatus] | None:
            return next(((row["run_id"], status_of_row(row)) for row in db.query(query, [thread_id])), None)

        return await self._ledger.database.read(read)

    async def check_finished(self, thread_id: str) -> None:
        """Raises `UsageError` where the newest run of a conversation is unfinished. Only such a one is read as a whole."""
        newest = await self.newest(thread_id)
        if newest and newest[1] in UNFINISHED and (run := await self.run(newest[0])).unfinished:
            raise await self._ledger.database.read(partial(unfinished, run))

    async def unfinished(self) -> Run | None:
        """The newest run that can be resumed."""
        return next((run for run in await self.runs() if run.unfinished), None)

    async def cancelled(self, after: Run | None) -> str:
        """Id of the newest cancelled run that can be resumed, and began after another run; empty where there is none."""
        seen = set[str]()
        for run in await self.runs():
            if after and run.run_id == after.run_id:
                return ""
            if run.status == "cancelled" and run.thread_id not in seen:
                return run.run_id
            seen.add(run.thread_id)
        return ""

    async def failed(self) -> Run | None:
        """The newest run with tasks that can be retried."""
        return next((run for run in await self.runs() if run.plan.tasks and run.status in {"partial", "failed"}), None)

    async def resources(self, *, thread_id: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """What was given and made, oldest first: rows of the table `resources`."""

        def read(db: RowConnection) -> list[dict[str, Any]]:
            where = "WHERE thread_id = :thread" if thread_id else ""
            query = f"SELECT * FROM (SELECT * FROM resources {where} ORDER BY id DESC LIMIT :limit) ORDER BY id"
            rows = listed_once(db.query(query, {"thread": thread_id, "limit": limit}))
            return [row for row in rows if valid_resources([{name: row[name] for name in COLUMNS}])]

        return await self._ledger.database.read(read)

    async def resource(self, sha256: str) -> Resource | None:
        """The file of that hash, as it was recorded first."""

        def read(db: RowConnection) -> list[Resource]:
            query = f"SELECT {', '.join(COLUMNS)}, key AS producer FROM resources WHERE sha256 = ? ORDER BY id LIMIT 1"
            return valid_resources(db.query(query, [sha256]))

        return next(iter(await self._ledger.database.read(read)), None)

    async def members(self, epoch: str) -> list[Result]:
        """The rows of members of mapped tasks, and of parts of recordings, in order."""
        rows = await self._ledger.results(epoch)
        return [rows[key] for key in sorted(rows, key=_numbers) if "[" in key]

    async def reopen(self, run: Run) -> None:
        """Put aside the rows of a run that did not succeed, so that they are done again, and set it to running.

        A call that was made from an incomplete list is found there, and not made again where nothing has changed. The plan,
        epoch and repairs of the run are recorded too.
        """

        def put_aside(db: RowConnection) -> None:
            again = "SELECT key FROM tasks WHERE epoch = ? AND status != 'succeeded'"
            aside = f"{run.epoch}:retried"
            query = f"UPDATE resources SET epoch = ? WHERE epoch = ? AND key IN ({again})"
            db.execute(query, [aside, run.epoch, run.epoch])
            query = "UPDATE OR REPLACE tasks SET epoch = ? WHERE epoch = ? AND status != 'succeeded'"
            db.execute(query, [aside, run.epoch])
            columns = "status = 'running', plan = ?, epoch = ?, repairs = ?"
            plan, repairs = run.plan.model_dump_json(), json.dumps(run.repairs)
            db.execute(f"UPDATE runs SET {columns} WHERE run_id = ?", [plan, run.epoch, repairs, run.run_id])

        await self._ledger.database.write(put_aside)


def _numbers(key: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", key)]
