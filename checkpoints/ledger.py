"""The ledger: what happened, for ever. On sqlite-utils, in the same file as LangGraph's checkpoints.

One connection, used by one thread: SQLite never runs on an event loop, and any number of loops may share the ledger. A
call returns when its transaction is committed. Rows are written once; whoever comes second reads the first one's back.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from sqlite3 import DatabaseError
from typing import TypeVar

from sqlite_utils import Database

from ..graph.board import Board
from ..graph.errors import RunBusy, UnknownRun
from ..graph.expert import Assignment
from ..graph.resource import Resource
from ..graph.result import Proposal, Result, Run, RunStatus
from . import lease
from .home import DATABASE, prepare_home
from .open import damaged
from .tables import open_database, resource_rows, task_row, writing

T = TypeVar("T")

_LINEAGE = """
    WITH RECURSIVE lineage(run_id, parent) AS (
        SELECT run_id, parent FROM runs WHERE run_id = :run_id
        UNION SELECT runs.run_id, runs.parent FROM runs JOIN lineage ON runs.run_id = lineage.parent)
"""


class SqliteLedger:
    """The `Ledger` port on a home folder. Opens its database at the first call."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._board = Board()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._db: Database | None = None
        self._holder = lease.Holder()
        self._owned: set[str] = set()

    @property
    def board(self) -> Board:
        """Who waits for whom in this process."""
        return self._board

    async def call(self, work: Callable[[Database], T]) -> T:
        """Run `work` on the database, in the ledger's thread. Raises `StorageError` for what SQLite complains of."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, work)

    def close(self) -> None:
        """Give back all leases and close the database."""
        self._holder.close()
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _close(self) -> None:
        if self._db is not None:
            for run_id in tuple(self._owned):
                self._disown(run_id, self._db)
            self._db.conn.close()
            self._db = None

    def _guarded(self, work: Callable[[Database], T]) -> T:
        try:
            if self._db is None:
                prepare_home(self._home)
                self._db = open_database(self._home / DATABASE)
            return work(self._db)
        except DatabaseError as error:
            raise damaged(self._home / DATABASE, error) from error

    # -- runs and their leases --------------------------------------------------------------------------------------

    async def start_run(self, run: Run) -> None:
        """Record a new run, or take up the row of one that was killed while planning."""
        row = {
            "run_id": run.run_id,
            "thread_id": run.thread_id,
            "parent": run.parent,
            "status": "running",
            "controller": run.controller,
            "request": run.request.text,
            "files": json.dumps([file.name for file in run.request.files]),
            "started_at": run.started_at,
            "version": run.version,
            "options": run.options.model_dump_json(),
        }

        def insert(db: Database) -> None:
            with writing(db):
                db.table("runs").insert(row, pk="run_id", ignore=True)

        await self.call(insert)
        await self.own(run.run_id)

    async def own(self, run_id: str) -> None:
        """Claim the lease of a run, or keep it."""
        if run_id not in self._owned:
            await self.call(partial(self._own, run_id))
            self._holder.start_beating(self._beat_soon)

    def _own(self, run_id: str, db: Database) -> None:
        """Compare and swap: of two processes that see the same dead owner, one wins."""
        found = db.execute("SELECT owner, heartbeat FROM runs WHERE run_id = ?", [run_id]).fetchone()
        if found is None:
            raise UnknownRun(f"there is no run {run_id}", hint="`hugginggpt runs` lists them")
        owner, heartbeat = found
        if not owner or owner == self._holder.mark or not lease.alive(owner, heartbeat or 0.0):
            with writing(db):
                swapped = db.execute(
                    "UPDATE runs SET owner = ?, heartbeat = ? WHERE run_id = ? AND owner IS ?",
                    [self._holder.mark, time.time(), run_id, owner],
                ).rowcount
            if swapped:
                self._owned.add(run_id)
                return
            (owner,) = db.execute("SELECT owner FROM runs WHERE run_id = ?", [run_id]).fetchone()
        raise RunBusy(
            f"run {run_id} belongs to {lease.describe(owner)}, which is still working on it",
            hint="wait for it, or stop that process; `hugginggpt show` follows what it records",
        )

    async def disown(self, run_id: str) -> None:
        """Give the lease back."""
        await self.call(partial(self._disown, run_id))

    def _disown(self, run_id: str, db: Database) -> None:
        with writing(db):
            db.execute("UPDATE runs SET owner = NULL WHERE run_id = ? AND owner = ?", [run_id, self._holder.mark])
        self._owned.discard(run_id)

    def _beat_soon(self) -> None:
        self._thread.submit(self._beat)

    def _beat(self) -> None:
        if self._db is not None and self._owned:
            with writing(self._db):
                self._db.execute("UPDATE runs SET heartbeat = ? WHERE owner = ?", [time.time(), self._holder.mark])

    async def planned(self, run_id: str, epoch: str, proposal: Proposal, controller: str) -> None:
        """Record the plan of a run."""
        await self._update_run(
            run_id,
            epoch=epoch,
            plan=proposal.plan.model_dump_json(),
            refusals=json.dumps(proposal.refusals),
            mends=json.dumps(proposal.mends),
            controller=controller,
        )

    async def finish_run(self, run: Run) -> None:
        """Record how a run ended, and give its lease back."""
        await self._update_run(
            run.run_id,
            status=run.status,
            answer=run.answer,
            epoch=run.epoch,
            plan=run.plan.model_dump_json(),
            usage=run.usage.model_dump_json(),
            finished_at=time.time(),
        )
        await self.disown(run.run_id)

    async def set_status(self, run_id: str, status: RunStatus) -> None:
        """Record that a run waits, goes on, or was interrupted."""
        await self._update_run(run_id, status=status)

    async def _update_run(self, run_id: str, **columns: str | float) -> None:
        def update(db: Database) -> None:
            with writing(db):
                db.table("runs").update(run_id, columns)

        await self.call(update)

    # -- results ----------------------------------------------------------------------------------------------------

    async def results(self, epoch: str, keys: Sequence[str] | None = None) -> dict[str, Result]:
        """The rows of an epoch by key: all, or those named."""

        def read(db: Database) -> list[tuple[str, str]]:
            if keys is None:
                return list(db.execute("SELECT key, result FROM tasks WHERE epoch = ?", [epoch]).fetchall())
            marks = ",".join("?" * len(keys))
            query = f"SELECT key, result FROM tasks WHERE epoch = ? AND key IN ({marks})"
            return list(db.execute(query, [epoch, *keys]).fetchall())

        rows = await self.call(read) if keys is None or keys else []
        return {key: Result.model_validate_json(text) for key, text in rows}

    async def find(self, run_id: str, fingerprint: str) -> Result | None:
        """A succeeded row of that fingerprint in this run or one that it descends from."""

        def read(db: Database) -> str | None:
            row = db.execute(
                f"{_LINEAGE} SELECT result FROM tasks JOIN lineage USING (run_id) "
                "WHERE fingerprint = :fingerprint AND status = 'succeeded' LIMIT 1",
                {"run_id": run_id, "fingerprint": fingerprint},
            ).fetchone()
            return row[0] if row else None

        text = await self.call(read)
        return Result.model_validate_json(text) if text else None

    async def put(self, run_id: str, thread_id: str, epoch: str, result: Result) -> Result:
        """Record a result and what it made in one transaction; the row that was there first wins, and is returned."""

        def write(db: Database) -> str:
            with writing(db):
                before = db.conn.total_changes
                db.table("tasks").insert(task_row(run_id, epoch, result), pk=("epoch", "key"), ignore=True)
                if db.conn.total_changes > before:
                    db.table("resources").insert_all(resource_rows(run_id, thread_id, epoch, result), pk="id")
            query = "SELECT result FROM tasks WHERE epoch = ? AND key = ?"
            return str(db.execute(query, [epoch, result.key]).fetchone()[0])

        return Result.model_validate_json(await self.call(write))

    # -- choices and resources --------------------------------------------------------------------------------------

    async def assignment(self, run_id: str, decision: str) -> Assignment | None:
        """The choice recorded for a decision in this run or one that it descends from."""

        def read(db: Database) -> str | None:
            row = db.execute(
                f"{_LINEAGE} SELECT assignment FROM assignments JOIN lineage USING (run_id) WHERE decision = :decision",
                {"run_id": run_id, "decision": decision},
            ).fetchone()
            return row[0] if row else None

        text = await self.call(read)
        return Assignment.model_validate_json(text) if text else None

    async def assign(self, run_id: str, decision: str, assignment: Assignment) -> Assignment:
        """Record a choice; the one that was there first wins, and is returned."""
        row = {
            "run_id": run_id,
            "decision": decision,
            "task_type": assignment.expert.task_type,
            "model_id": assignment.expert.model_id,
            "reason": assignment.reason,
            "assignment": assignment.model_dump_json(),
        }

        def write(db: Database) -> str:
            with writing(db):
                db.table("assignments").insert(row, pk=("run_id", "decision"), ignore=True)
            query = "SELECT assignment FROM assignments WHERE run_id = ? AND decision = ?"
            return str(db.execute(query, [run_id, decision]).fetchone()[0])

        return Assignment.model_validate_json(await self.call(write))

    async def given(self, run_id: str, thread_id: str, resources: Sequence[Resource]) -> None:
        """Record what the user gave to a run, once."""
        rows = [
            resource.model_dump(exclude={"producer"})
            | {"thread_id": thread_id, "run_id": run_id, "created_at": time.time()}
            for resource in resources
            if not resource.missing
        ]

        def write(db: Database) -> None:
            with writing(db):
                db.execute("DELETE FROM resources WHERE run_id = ? AND key IS NULL", [run_id])
                db.table("resources").insert_all(rows, pk="id")

        await self.call(write)

    async def thread_resources(self, thread_id: str) -> Sequence[Resource]:
        """What was given and made in a conversation, oldest first."""

        def read(db: Database) -> list[Resource]:
            columns = "kind, media_type, sha256, size, text, name, key AS producer"
            query = f"SELECT {columns} FROM resources WHERE thread_id = ? ORDER BY id"
            return [Resource.model_validate(row) for row in db.query(query, [thread_id])]

        return await self.call(read)
