"""The ledger: what happened, for ever; tables on sqlite-utils beside LangGraph's checkpoints (see `tables.py`).

A call returns when its transaction is committed. Rows are written once; whoever comes second reads the first one's back.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from sqlite_utils import Database as SqliteUtils

from ..graph.board import Board
from ..graph.errors import RunBusy, UnknownRun
from ..graph.expert import Assignment
from ..graph.notices import notice
from ..graph.resource import Resource
from ..graph.result import LlmCall, Options, Proposal, Result, Run, RunStatus, Stage
from . import lease, llm_calls
from .database import Database
from .migrations import resource_rows, task_row
from .rows import read_row, sound_resources

_LINEAGE = """
    WITH RECURSIVE lineage(run_id, parent) AS (
        SELECT run_id, parent FROM runs WHERE run_id = :run_id
        UNION SELECT runs.run_id, runs.parent FROM runs JOIN lineage ON runs.run_id = lineage.parent)
"""


class _Seen(NamedTuple):
    """The lease of a run as it stands in its row."""

    owner: str
    """Empty where there is none."""
    beats: float


def _seen(run_id: str, db: SqliteUtils) -> _Seen:
    found = db.execute("SELECT owner, heartbeat FROM runs WHERE run_id = ?", [run_id]).fetchone()
    if found is None:
        raise UnknownRun(f"there is no run {run_id}", hint="`hugginggpt runs` lists them")
    return _Seen(found[0] or "", found[1] or 0.0)


def _busy(run_id: str, owner: str) -> RunBusy:
    return RunBusy(
        f"run {run_id} belongs to {lease.describe(owner)}, which is still working on it",
        hint="wait for it, or stop that process; `hugginggpt show` follows what it records",
    )


class SqliteLedger:
    """The `Ledger` port on a database."""

    def __init__(self, database: Database, *, patience: float = lease.STALE) -> None:
        """`patience`: seconds in which an owner on another host must give a sign of life."""
        self.database = database
        self._patience = patience
        self._board = Board()
        self._holder = lease.Holder()
        self._owned: set[str] = set()

    @property
    def board(self) -> Board:
        """Who waits for whom in this process."""
        return self._board

    def close(self) -> None:
        """Give back all leases."""
        self._holder.close()
        if self._owned:
            self.database.submit(self._disown_all, writes=True).result()
            self._owned.clear()

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

        def insert(db: SqliteUtils) -> None:
            db.table("runs").insert(row, pk="run_id", ignore=True)

        await self.database.write(insert)
        await self.own(run.run_id)

    async def claim(self, run_id: str) -> None:
        """Claim the lease of a run that nobody works on, in this process neither; raises `RunBusy`."""
        if run_id in self._owned:
            raise RunBusy(f"run {run_id} is being worked on by this process", hint="wait for it")
        await self.own(run_id)

    async def interrupt(self, run_id: str) -> None:
        """Record that a run was left unfinished, and give its lease back."""
        query = "UPDATE runs SET status = 'interrupted', owner = NULL WHERE run_id = ? AND owner = ?"
        await self.database.write(lambda db: db.execute(query, [run_id, self._holder.mark]))
        self._owned.discard(run_id)

    async def own(self, run_id: str) -> None:
        """Claim the lease of a run, or keep it. Of an owner on another host, its beats are watched first."""
        if run_id in self._owned:
            return
        if watched := await self.database.write(partial(self._own, run_id, None)):
            notice(f"run {run_id} belongs to {lease.describe(watched.owner)}; looking whether it is still at work")
            await self._watch(run_id, watched)
            await self.database.write(partial(self._own, run_id, watched))
        self._owned.add(run_id)
        self._holder.start_beating(self._beat)

    async def _watch(self, run_id: str, seen: "_Seen") -> None:
        """Raises `RunBusy` as soon as the owner gives a sign of life; returns when it gave none for long enough."""
        end = time.monotonic() + self._patience
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, self._patience / 20))
            if await self.database.read(partial(_seen, run_id)) != seen:
                raise _busy(run_id, seen.owner)

    def _own(self, run_id: str, silent: "_Seen | None", db: SqliteUtils) -> "_Seen | None":
        """Compare and swap: of two processes that see the same dead owner, one wins.

        Gives what has to be watched before it is known whether the owner lives. `silent`: what has been watched.
        """
        owner, beats = seen = _seen(run_id, db)
        alive = bool(owner) and owner != self._holder.mark and lease.alive(owner)
        if alive is None and seen != silent:
            if silent:
                raise _busy(run_id, owner)
            return seen
        if not alive:
            query = "UPDATE runs SET owner = ?, heartbeat = ? WHERE run_id = ? AND owner IS ?"
            db.execute(query, [self._holder.mark, beats + 1, run_id, owner or None])
            return None
        raise _busy(run_id, owner)

    async def disown(self, run_id: str) -> None:
        """Give the lease back."""
        await self.database.write(partial(self._disown, run_id))
        self._owned.discard(run_id)

    def _disown(self, run_id: str, db: SqliteUtils) -> None:
        db.execute("UPDATE runs SET owner = NULL WHERE run_id = ? AND owner = ?", [run_id, self._holder.mark])

    def _disown_all(self, db: SqliteUtils) -> None:
        for run_id in tuple(self._owned):
            self._disown(run_id, db)

    def _beat(self) -> None:
        """Called by the holder's thread."""
        if self._owned:
            query = "UPDATE runs SET heartbeat = coalesce(heartbeat, 0) + 1 WHERE owner = ?"
            self.database.submit(lambda db: db.execute(query, [self._holder.mark]), writes=True)

    async def planned(self, run_id: str, epoch: str, proposal: Proposal, controller: str) -> None:
        """Record the plan of a run."""
        await self._update_run(
            run_id,
            epoch=epoch,
            plan=proposal.plan.model_dump_json(),
            refusals=json.dumps(proposal.refusals),
            mends=json.dumps(proposal.repairs),
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
        """Only its owner writes a run's row: one who lost the lease meanwhile must not."""

        def update(db: SqliteUtils) -> int:
            settings = ", ".join(f"{name} = :{name}" for name in columns)
            mark = {"run_id": run_id, "mark": self._holder.mark}
            query = f"UPDATE runs SET {settings} WHERE run_id = :run_id AND owner = :mark"
            return db.execute(query, {**columns, **mark}).rowcount

        if not await self.database.write(update):
            self._owned.discard(run_id)
            raise RunBusy(f"run {run_id} was taken over by another process", hint="`hugginggpt show` follows it")

    # -- results ----------------------------------------------------------------------------------------------------

    async def results(self, epoch: str, keys: Sequence[str] | None = None) -> dict[str, Result]:
        """The rows of an epoch by key: all, or those named."""

        def read(db: SqliteUtils) -> list[tuple[str, str]]:
            if keys is None:
                return list(db.execute("SELECT key, result FROM tasks WHERE epoch = ?", [epoch]).fetchall())
            marks = ",".join("?" * len(keys))
            query = f"SELECT key, result FROM tasks WHERE epoch = ? AND key IN ({marks})"
            return list(db.execute(query, [epoch, *keys]).fetchall())

        rows = await self.database.read(read) if keys is None or keys else []
        return {key: read_row(Result, text, f"task {key}") for key, text in rows}

    async def find(self, run_id: str, fingerprint: str) -> Result | None:
        """A succeeded row of that fingerprint in this run or one that it descends from."""

        def read(db: SqliteUtils) -> str | None:
            row = db.execute(
                f"{_LINEAGE} SELECT result FROM tasks JOIN lineage USING (run_id) "
                "WHERE fingerprint = :fingerprint AND status = 'succeeded' LIMIT 1",
                {"run_id": run_id, "fingerprint": fingerprint},
            ).fetchone()
            return row[0] if row else None

        text = await self.database.read(read)
        return read_row(Result, text, "an earlier result") if text else None

    async def put(self, run_id: str, thread_id: str, epoch: str, result: Result) -> Result:
        """Record a result and what it made in one transaction; the row that was there first wins, and is returned."""

        def write(db: SqliteUtils) -> str:
            before = db.conn.total_changes
            db.table("tasks").insert(task_row(run_id, epoch, result), pk=("epoch", "key"), ignore=True)
            if db.conn.total_changes > before:
                db.table("resources").insert_all(resource_rows(run_id, thread_id, epoch, result), pk="id")
            query = "SELECT result FROM tasks WHERE epoch = ? AND key = ?"
            return str(db.execute(query, [epoch, result.key]).fetchone()[0])

        return read_row(Result, await self.database.write(write), f"task {result.key}")

    # -- choices --------------------------------------------------------------------------------------

    async def assignment(self, run_id: str, decision: str) -> Assignment | None:
        """The choice recorded for a decision in this run or one that it descends from."""

        def read(db: SqliteUtils) -> str | None:
            row = db.execute(
                f"{_LINEAGE} SELECT assignment FROM assignments JOIN lineage USING (run_id) WHERE decision = :decision",
                {"run_id": run_id, "decision": decision},
            ).fetchone()
            return row[0] if row else None

        text = await self.database.read(read)
        return read_row(Assignment, text, "a choice of expert") if text else None

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

        def write(db: SqliteUtils) -> str:
            db.table("assignments").insert(row, pk=("run_id", "decision"), ignore=True)
            query = "SELECT assignment FROM assignments WHERE run_id = ? AND decision = ?"
            return str(db.execute(query, [run_id, decision]).fetchone()[0])

        return read_row(Assignment, await self.database.write(write), "a choice of expert")

    # -- calls to the controller's model ----------------------------------------------------------------------------

    async def start_call(self, run_id: str, stage: Stage, model: str) -> int:
        """Put a call on record before it is made; raises `LimitReached`."""
        return await self.database.write(partial(llm_calls.start, run_id, stage, model))

    async def end_call(self, run_id: str, number: int, call: LlmCall) -> None:
        """Record what a call cost."""
        await self.database.write(partial(llm_calls.end, number, call))

    async def calls(self, run_id: str) -> Sequence[LlmCall]:
        """The calls of a run, the first one first."""
        return await self.database.read(partial(llm_calls.of_run, run_id))

    async def set_limits(self, run_id: str, options: Options) -> None:
        """Let a run spend more, or less, from now on."""
        await self.database.write(partial(llm_calls.set_limits, run_id, options))

    # -- resources --------------------------------------------------------------------------------------------------

    async def given(self, run_id: str, thread_id: str, resources: Sequence[Resource]) -> None:
        """Record what the user gave to a run, once."""
        rows = [
            resource.model_dump(exclude={"producer"})
            | {"thread_id": thread_id, "run_id": run_id, "created_at": time.time()}
            for resource in resources
            if not resource.missing
        ]

        def write(db: SqliteUtils) -> None:
            db.execute("DELETE FROM resources WHERE run_id = ? AND key IS NULL", [run_id])
            db.table("resources").insert_all(rows, pk="id")

        await self.database.write(write)

    async def thread_resources(self, thread_id: str) -> Sequence[Resource]:
        """What was given and made in a conversation, oldest first."""

        def read(db: SqliteUtils) -> list[Resource]:
            columns = "kind, media_type, sha256, size, text, name, key AS producer"
            query = f"SELECT {columns} FROM resources WHERE thread_id = ? ORDER BY id"
            return sound_resources(db.query(query, [thread_id]))

        return await self.database.read(read)
