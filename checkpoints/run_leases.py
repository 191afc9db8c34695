"""`RunLeases`: claims and returns the leases of runs, in the rows of `runs`: one process at a time works on a run."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from ..graph.clock import steady
from ..graph.errors import RunBusy
from ..graph.notices import notice
from ..graph.version import check_version
from . import lease
from .claims import Claim, busy, busy_here, claim_of, lost
from .database import Database
from .row_connection import RowConnection
from .work_reports import WorkReports, write_reports
from .work_time import known_seconds

_log = logging.getLogger(__name__)
_RETURNED = "owner = NULL, at_work = NULL"
_UNFINISHED = "status = CASE status WHEN 'cancelling' THEN 'cancelled' ELSE 'interrupted' END, "


class Working(NamedTuple):
    """What works on a run in this process."""

    execution: str
    """Of the graph; empty: a caller that will begin one."""
    loop: asyncio.AbstractEventLoop
    """Closed: nothing works any more."""


class RunLeases:
    """The leases of the `Runs` port."""

    def __init__(self, database: Database, *, patience: float = lease.STALE) -> None:
        """`patience`: seconds without a beat after which an owner on another host counts as dead."""
        self._database = database
        self._patience = patience
        self._holder = lease.Holder()
        self._owned: set[str] = set()
        self._executions: dict[str, Working] = {}
        """By run: what has or claims its lease."""
        self._on_end: dict[str, Callable[[RunBusy | None], None]] = {}
        """By run: what to call when its execution has to end. Popped by the thread of the database as a lease returns."""
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
        if self._working(run_id) is not None:
            raise busy_here(run_id)
        try:
            await self.own(run_id)
        except asyncio.CancelledError:  # the claim may be committed
            await self.disown(run_id)
            raise

    async def own(self, run_id: str, execution: str = "") -> None:
        """Claim the lease of a run, or keep it. The beats of an owner on another host are watched first."""
        if self._working(run_id) not in (None, "", execution):
            raise busy_here(run_id)
        self._begin(run_id, execution)  # at once: where this is cancelled, `interrupt` returns what was claimed
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

    def _working(self, run_id: str) -> str | None:
        """The execution that has or claims the lease of a run; None where there is none, or its event loop was closed."""
        working = self._executions.get(run_id)
        return None if working is None or working.loop.is_closed() else working.execution

    def _begin(self, run_id: str, execution: str) -> None:
        self._executions[run_id] = Working(execution, asyncio.get_running_loop())

    def _claimed_at_once(self, run_id: str) -> dict[str, str]:
        """The columns of a new run that has its lease from the first moment. For the thread of the database."""
        self._counted[run_id] = steady()
        return {"owner": self._holder.mark}

    def on_end(self, run_id: str, call: Callable[[RunBusy | None], None]) -> None:
        """Have `call` called, from a thread, when a run of this process is to be cancelled, or with why it has lost it."""
        self._on_end[run_id] = call

    async def interrupt(self, run_id: str, execution: str = "") -> None:
        """Record that a run was left unfinished, or cancelled, and return its lease, if that execution has it."""
        if run_id in self._executions and self._executions[run_id].execution == execution:
            await self._return(run_id, _UNFINISHED)

    async def disown(self, run_id: str) -> None:
        """Return the lease."""
        await self._return(run_id)

    async def _return(self, run_id: str, change: str = "") -> None:
        try:
            await self._database.write(partial(self._give_back, run_id, change))
        finally:  # it is written also where the caller is cancelled meanwhile
            self._release(run_id)
        _log.info("run %s: lease returned", run_id)

    def _give_back(self, run_id: str, change: str, db: RowConnection) -> None:
        self._on_end.pop(run_id, None)
        self._change([run_id], f"{change}{_RETURNED}", db)
        self._counted.pop(run_id, None)

    def _give_back_for(self, working: Working, run_id: str, db: RowConnection) -> None:
        """Return the lease of an execution whose event loop was closed before it could."""
        if self._executions.get(run_id) is working:
            self._release(run_id)
            self._give_back(run_id, _UNFINISHED, db)

    def _release(self, run_id: str) -> None:
        self._owned.discard(run_id)
        self._executions.pop(run_id, None)
        self._on_end.pop(run_id, None)
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
                raise busy(run_id, seen.owner)

    def _own(self, run_id: str, execution: str, silent: Claim | None, db: RowConnection) -> Claim | None:
        """Compare and swap: of two processes that see the same dead owner, one wins. An execution sets the run running.

        Returns the claim to watch when only its beats show whether the owner lives. `silent`: one that was watched.
        """
        _, owner, beats = seen = claim_of(run_id, db)
        (version,) = db.execute("SELECT version FROM runs WHERE run_id = ?", [run_id]).fetchone()
        alive = bool(owner) and owner != self._holder.mark and lease.alive(owner)
        if alive is None and (silent is None or seen[1:] != silent[1:]):
            if silent:
                raise busy(run_id, owner)
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
        raise busy(run_id, owner)

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
        """End what has to end, and write what tasks are doing."""
        if reports := dict(self._reports.changed()):
            self._database.submit(partial(write_reports, reports, self._holder.mark), writes=True)
        for run_id, working in list(self._executions.items()):
            if working.loop.is_closed():
                self._database.submit(partial(self._give_back_for, working, run_id), writes=True)
        if self._on_end:
            self._database.submit(self._end_others, writes=False)

    def _end_others(self, db: RowConnection) -> None:
        """Have the executions end whose runs are to be cancelled, or were taken over while this process stood still."""
        for run_id, end in list(self._on_end.items()):
            found = db.execute("SELECT status, owner FROM runs WHERE run_id = ?", [run_id]).fetchone()
            if found is None or found[1] != self._holder.mark:
                end(lost(run_id))
            elif found[0] == "cancelling":
                end(None)
