"""`SqliteRuns`: rows of the table `runs`, and claims a run's lease there, so that one process at a time works on it."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from ..graph.clock import now
from ..graph.errors import RunBusy, UnknownRun
from ..graph.notices import notice
from ..graph.result import Options, Proposal, Run, RunStatus
from ..graph.version import check_version
from . import lease
from .database import Database
from .row_connection import RowConnection
from .run_rows import read_run

_log = logging.getLogger(__name__)


_LIMITS: Final = {"max_llm_calls", "max_tokens"}
_STATUS = """
    status = CASE WHEN status = 'cancelling' AND :status IN ('running', 'waiting') THEN status ELSE :status END"""
"""A request to cancel stays until the run has ended."""


class _Claim(NamedTuple):
    owner: str
    """Empty where there is none."""
    beats: float


class SqliteRuns:
    """The `Runs` port on a database."""

    def __init__(self, database: Database, *, patience: float = lease.STALE) -> None:
        """`patience`: seconds without a beat after which an owner on another host counts as dead."""
        self._database = database
        self._patience = patience
        self._holder = lease.Holder()
        self._owned: set[str] = set()
        self._executions: dict[str, str] = {}
        """By run: the execution of the graph that has or claims its lease; empty: a caller that will begin one."""
        self._on_cancel: dict[str, Callable[[], None]] = {}
        """By run: what to call when a process requests that it is cancelled."""

    def close(self) -> None:
        """Return all leases."""
        self._holder.close()
        if self._owned:
            query = "UPDATE runs SET owner = NULL WHERE owner = ?"
            self._database.submit(lambda db: db.execute(query, [self._holder.mark]), writes=True).result()
            self._owned.clear()

    # -- rows -------------------------------------------------------------------------------------------------------

    async def start(self, run: Run, execution: str = "") -> None:
        """Record a new run, or take up the row of one that was killed while planning. Claims its lease."""
        row = run.model_dump(include={"run_id", "thread_id", "parent", "controller", "started_at", "version"})
        row |= {"status": "running", "request": run.request.text, "options": run.options.model_dump_json()}
        row["files"] = json.dumps([file.name for file in run.request.files])
        await self._database.write(lambda db: db.insert("runs", row, ignore=True))
        await self.own(run.run_id, execution)

    async def planned(self, run_id: str, epoch: str, proposal: Proposal, controller: str) -> None:
        """Record the plan of a run."""
        await self._update(
            run_id,
            epoch=epoch,
            plan=proposal.plan.model_dump_json(),
            refusals=json.dumps(proposal.refusals),
            mends=json.dumps(proposal.repairs),
            controller=controller,
        )

    async def finish(self, run: Run) -> None:
        """Record how a run ended, and return its lease."""
        await self._update(
            run.run_id,
            status=run.status,
            answer=run.answer,
            epoch=run.epoch,
            plan=run.plan.model_dump_json(),
            usage=run.usage.model_dump_json(),
            finished_at=now(),
        )
        await self.disown(run.run_id)

    async def set_status(self, run_id: str, status: RunStatus) -> None:
        """Record that a run waits, continues, or was interrupted; a request to cancel it stays."""
        await self._update(run_id, status=status)

    async def set_limits(self, run_id: str, options: Options) -> None:
        """Change how much a run may spend; limits that `options` leaves open stay as they are."""
        await self._change_options(run_id, options.model_dump(include=_LIMITS, exclude_none=True))

    async def set_choices(self, run_id: str, options: Options) -> None:
        """Change which experts a run may use, and whether it asks for approval; its limits stay as they are."""
        await self._change_options(run_id, options.model_dump(exclude=_LIMITS))

    async def _change_options(self, run_id: str, changes: Mapping[str, Any]) -> None:
        def update(db: RowConnection) -> None:
            (text,) = db.execute("SELECT options FROM runs WHERE run_id = ?", [run_id]).fetchone()
            changed = json.dumps(json.loads(text) | changes)
            db.execute("UPDATE runs SET options = ? WHERE run_id = ?", [changed, run_id])

        await self._database.write(update)

    async def recorded(self, run_id: str) -> Run | None:
        """A run as its row and the ledger have it; None where there is no row."""

        def read(db: RowConnection) -> Run | None:
            found = db.query("SELECT * FROM runs WHERE run_id = ?", [run_id])
            return next((read_run(db, row) for row in found), None)

        return await self._database.read(read)

    async def _update(self, run_id: str, **columns: str | float) -> None:
        """Only its owner writes a run's row: a process that has lost the lease must not."""

        def update(db: RowConnection) -> int:
            settings = ", ".join(_STATUS if name == "status" else f"{name} = :{name}" for name in columns)
            mark = {"run_id": run_id, "mark": self._holder.mark}
            query = f"UPDATE runs SET {settings} WHERE run_id = :run_id AND owner = :mark"
            return db.execute(query, {**columns, **mark}).rowcount

        if not await self._database.write(update):
            self._release(run_id)
            _log.warning("run %s: lease lost to another process", run_id)
            raise RunBusy(
                f"run {run_id} was taken over by another process", hint=f"`hugginggpt show {run_id}` shows it"
            )

    # -- leases -----------------------------------------------------------------------------------------------------

    async def claim(self, run_id: str) -> None:
        """Claim the lease of a run that no one works on, in this process neither; the next execution takes it over.

        Raises `RunBusy`.
        """
        if run_id in self._executions:
            raise _busy_here(run_id)
        try:
            await self.own(run_id)
        except asyncio.CancelledError:  # the claim may be committed
            await self.disown(run_id)
            raise

    async def own(self, run_id: str, execution: str = "") -> None:
        """Claim the lease of a run, or keep it. The beats of an owner on another host are watched first."""
        if self._executions.get(run_id, "") not in ("", execution):
            raise _busy_here(run_id)
        self._executions[run_id] = execution  # at once: where this is cancelled, `interrupt` returns what was claimed
        if run_id in self._owned:
            return
        try:
            if watched := await self._database.write(partial(self._own, run_id, execution, None)):
                notice(f"run {run_id} belongs to {lease.describe(watched.owner)}; checking whether it is still at work")
                await self._watch(run_id, watched)
                await self._database.write(partial(self._own, run_id, execution, watched))
        except Exception:
            self._release(run_id)
            raise
        self._owned.add(run_id)
        self._holder.start_beating(self._beat, self._look)
        _log.info("run %s: lease claimed", run_id)

    def on_cancel(self, run_id: str, call: Callable[[], None]) -> None:
        """Have `call` called, from a thread, when a process requests that a run of this one is cancelled."""
        self._on_cancel[run_id] = call

    async def interrupt(self, run_id: str, execution: str = "") -> None:
        """Record that a run was left unfinished, or cancelled, and return its lease, if that execution has it."""
        if self._executions.get(run_id) == execution:
            await self._return(
                run_id, "status = CASE status WHEN 'cancelling' THEN 'cancelled' ELSE 'interrupted' END, "
            )

    async def disown(self, run_id: str) -> None:
        """Return the lease."""
        await self._return(run_id)

    async def _return(self, run_id: str, change: str = "") -> None:
        query = f"UPDATE runs SET {change}owner = NULL WHERE run_id = ? AND owner = ?"
        await self._database.write(lambda db: db.execute(query, [run_id, self._holder.mark]))
        self._release(run_id)
        _log.info("run %s: lease returned", run_id)

    def _release(self, run_id: str) -> None:
        self._owned.discard(run_id)
        self._executions.pop(run_id, None)
        self._on_cancel.pop(run_id, None)
        if not self._owned:
            self._holder.stop_beating()

    async def _watch(self, run_id: str, seen: _Claim) -> None:
        """Raises `RunBusy` as soon as the owner's beats move; returns when they did not for long enough."""
        end = time.monotonic() + self._patience
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, self._patience / 20))
            if await self._database.read(partial(_claim_of, run_id)) != seen:
                raise _busy(run_id, seen.owner)

    def _own(self, run_id: str, execution: str, silent: _Claim | None, db: RowConnection) -> _Claim | None:
        """Compare and swap: of two processes that see the same dead owner, one wins. An execution sets the run running.

        Returns the claim to watch when only its beats show whether the owner lives. `silent`: one that was watched.
        """
        owner, beats = seen = _claim_of(run_id, db)
        (version,) = db.execute("SELECT version FROM runs WHERE run_id = ?", [run_id]).fetchone()
        alive = bool(owner) and owner != self._holder.mark and lease.alive(owner)
        if alive is None and seen != silent:
            if silent:
                raise _busy(run_id, owner)
            return seen
        if not alive:
            check_version(run_id, version)
            change = ", status = CASE status WHEN 'waiting' THEN status ELSE 'running' END" if execution else ""
            query = f"UPDATE runs SET owner = ?, heartbeat = ?{change} WHERE run_id = ? AND owner IS ?"
            db.execute(query, [self._holder.mark, beats + 1, run_id, owner or None])
            return None
        raise _busy(run_id, owner)

    def _beat(self) -> None:
        if self._owned:
            query = "UPDATE runs SET heartbeat = coalesce(heartbeat, 0) + 1 WHERE owner = ?"
            self._database.submit(lambda db: db.execute(query, [self._holder.mark]), writes=True)

    def _look(self) -> None:
        """Have the runs cancelled for which that was requested."""

        def read(db: RowConnection) -> None:
            for run_id, cancel in list(self._on_cancel.items()):
                query = "SELECT 1 FROM runs WHERE run_id = ? AND status = 'cancelling' AND owner = ?"
                if db.execute(query, [run_id, self._holder.mark]).fetchone():
                    cancel()

        if self._on_cancel:
            self._database.submit(read, writes=False)


def _claim_of(run_id: str, db: RowConnection) -> _Claim:
    found = db.execute("SELECT owner, heartbeat FROM runs WHERE run_id = ?", [run_id]).fetchone()
    if found is None:
        raise UnknownRun(f"there is no run {run_id}", hint="`hugginggpt runs` lists them")
    return _Claim(found[0] or "", found[1] or 0.0)


def _busy_here(run_id: str) -> RunBusy:
    return RunBusy(f"run {run_id} is being worked on by this process", hint="wait for it")


def _busy(run_id: str, owner: str) -> RunBusy:
    return RunBusy(
        f"run {run_id} belongs to {lease.describe(owner)}, which is still working on it",
        hint=f"wait for it, or end it: hugginggpt cancel {run_id}; `hugginggpt show {run_id}` shows what it records",
    )
