"""`RunLeases`: claims and returns the leases of runs, in the rows of `runs`: one process at a time works on a run."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from ..graph.advice import command
from ..graph.clock import steady
from ..graph.errors import RunBusy, UnknownRun
from ..graph.notices import notice
from ..graph.ports import Beside
from ..graph.result import Run
from ..graph.version import check_version
from . import lease
from .database import Database
from .row_connection import RowConnection
from .work_reports import WorkReports, write_reports
from .work_time import known_seconds

_log = logging.getLogger(__name__)
_RETURNED = "owner = NULL, at_work = NULL"


class Claim(NamedTuple):
    """What a run's row says of its owner."""

    status: str
    owner: str
    """Empty where there is none."""
    beats: float


class RunLeases:
    """The leases of the `Runs` port."""

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
        self._reports = WorkReports()
        self._counted: dict[str, float] = {}
        """By run: the moment up to which its time is recorded. Used by the thread of the database only."""

    def close(self) -> None:
        """Return all leases."""
        self._holder.close()
        if self._owned:
            owned = sorted(self._owned)
            self._database.submit(lambda db: self._change(owned, _RETURNED, db), writes=True).result()
            self._owned.clear()

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
                await self._watch(run_id, watched)
                await self._database.write(partial(self._own, run_id, execution, watched))
        except Exception:
            self._release(run_id)
            raise
        self._owned.add(run_id)
        self._holder.start_beating(self._beat, self._look)
        _log.info("run %s: lease claimed", run_id)

    def _claimed_at_once(self, run_id: str) -> dict[str, str]:
        """The columns of a new run that has its lease from the first moment. For the thread of the database."""
        self._counted[run_id] = steady()
        return {"owner": self._holder.mark}

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

        def give_back(db: RowConnection) -> None:
            self._change([run_id], f"{change}{_RETURNED}", db)
            self._counted.pop(run_id, None)

        await self._database.write(give_back)
        self._release(run_id)
        _log.info("run %s: lease returned", run_id)

    def _release(self, run_id: str) -> None:
        self._owned.discard(run_id)
        self._executions.pop(run_id, None)
        self._on_cancel.pop(run_id, None)
        self._reports.forget(run_id)
        if not self._owned:
            self._holder.stop_beating()

    async def _watch(self, run_id: str, seen: Claim) -> None:
        """Raises `RunBusy` as soon as the owner's beats move; returns when they did not for long enough."""
        notice(f"run {run_id} belongs to {lease.describe(seen.owner)}; checking whether it is still at work")
        end = time.monotonic() + self._patience
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, self._patience / 20))
            now = await self._database.read(partial(claim_of, run_id))
            if (now.owner, now.beats) != (seen.owner, seen.beats):
                raise _busy(run_id, seen.owner)

    def _own(self, run_id: str, execution: str, silent: Claim | None, db: RowConnection) -> Claim | None:
        """Compare and swap: of two processes that see the same dead owner, one wins. An execution sets the run running.

        Returns the claim to watch when only its beats show whether the owner lives. `silent`: one that was watched.
        """
        _, owner, beats = seen = claim_of(run_id, db)
        (version,) = db.execute("SELECT version FROM runs WHERE run_id = ?", [run_id]).fetchone()
        alive = bool(owner) and owner != self._holder.mark and lease.alive(owner)
        if alive is None and (silent is None or seen[1:] != silent[1:]):
            if silent:
                raise _busy(run_id, owner)
            return seen
        if not alive:
            check_version(run_id, version)
            change = ", status = CASE status WHEN 'waiting' THEN status ELSE 'running' END" if execution else ""
            if owner != self._holder.mark:
                self._counted[run_id] = steady()
            query = (
                f"UPDATE runs SET owner = ?1, heartbeat = ?2, seconds = ?3, at_work = NULL{change} "
                "WHERE run_id = ?4 AND owner IS ?5"
            )
            db.execute(query, [self._holder.mark, beats + 1, known_seconds(run_id, db), run_id, owner or None])
            return None
        raise _busy(run_id, owner)

    def _beat(self) -> None:
        if owned := sorted(self._owned):
            change = "heartbeat = coalesce(heartbeat, 0) + 1"
            self._database.submit(lambda db: self._change(owned, change, db), writes=True)

    def _change(self, run_ids: Iterable[str], change: str, db: RowConnection) -> None:
        """Change the rows of runs that are owned, and add the seconds since this was done before."""
        for run_id in run_ids:
            until = steady()
            query = f"UPDATE runs SET {change}, seconds = coalesce(seconds, 0) + ? WHERE run_id = ? AND owner = ?"
            db.execute(query, [until - self._counted.get(run_id, until), run_id, self._holder.mark])
            self._counted[run_id] = until

    def _look(self) -> None:
        """Have the runs cancelled for which that was requested, and write what tasks are doing."""
        if reports := dict(self._reports.changed()):
            self._database.submit(partial(write_reports, reports, self._holder.mark), writes=True)

        def read(db: RowConnection) -> None:
            for run_id, cancel in list(self._on_cancel.items()):
                query = "SELECT 1 FROM runs WHERE run_id = ? AND status = 'cancelling' AND owner = ?"
                if db.execute(query, [run_id, self._holder.mark]).fetchone():
                    cancel()

        if self._on_cancel:
            self._database.submit(read, writes=False)


def claim_of(run_id: str, db: RowConnection) -> Claim:
    """Raises `UnknownRun`."""
    found = db.execute("SELECT status, owner, heartbeat FROM runs WHERE run_id = ?", [run_id]).fetchone()
    if found is None:
        raise UnknownRun(f"there is no run {run_id}", hint=f"{command('runs')} lists them")
    return Claim(found[0], found[1] or "", found[2] or 0.0)


def another_run(run: Run, beside: Beside, silent: Mapping[str, Claim], db: RowConnection) -> tuple[str, Claim] | None:
    """A run of the same conversation whose owner is on another host, which only its beats show to be alive, and its claim.

    Raises `RunBusy` where a living process of this machine works on one. `beside`: those that may go on. `silent`: those
    whose beats did not move; what they left is marked as interrupted.
    """
    if beside == "any":
        return None
    query = "SELECT run_id, owner FROM runs WHERE thread_id = ? AND run_id != ? AND owner IS NOT NULL"
    for run_id, owner in db.execute(query, [run.thread_id, run.run_id]).fetchall():
        alive = lease.alive(owner)
        if beside == "of_this_process" and lease.is_of_this_process(owner):
            continue
        if alive:
            raise RunBusy(
                f"conversation {run.thread_id} goes on in run {run_id}, on which {lease.describe(owner)} works",
                hint="wait for it, or begin another conversation",
            )
        if alive is None and not lease.seems_over(owner):
            if (claim := claim_of(run_id, db)) != silent.get(run_id):
                return run_id, claim
            status = "CASE status WHEN 'cancelling' THEN 'cancelled' WHEN 'running' THEN 'interrupted' ELSE status END"
            db.execute(f"UPDATE runs SET owner = NULL, status = {status} WHERE run_id = ?", [run_id])
    return None


def _busy_here(run_id: str) -> RunBusy:
    return RunBusy(f"run {run_id} is being worked on by this process", hint="wait for it")


def _busy(run_id: str, owner: str) -> RunBusy:
    return RunBusy(
        f"run {run_id} belongs to {lease.describe(owner)}, which is still working on it",
        hint=f"wait for it, or end it: {command(f'cancel {run_id}')}; {command(f'show {run_id}')} shows what it records",
    )
