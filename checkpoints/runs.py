"""`SqliteRuns`: rows of the table `runs`, which only the owner of a run writes."""

import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..graph.at_work import AtWork
from ..graph.clock import now
from ..graph.deadline import TimeLimits
from ..graph.options import CHANGEABLE, Options
from ..graph.ports import Beside
from ..graph.result import Proposal, Run, RunStatus
from .budgets import kept_limits, time_limits
from .claims import Claim, another_run, lost
from .row_connection import RowConnection
from .run_leases import RunLeases
from .run_rows import read_run

_log = logging.getLogger(__name__)


_STATUS = """
    status = CASE WHEN status = 'cancelling' AND :status IN ('running', 'waiting') THEN status ELSE :status END"""
"""A request to cancel stays until the run has ended."""


class SqliteRuns(RunLeases):
    """The `Runs` port on a database: rows; their leases are inherited."""

    async def start(self, run: Run, execution: str = "", *, beside: Beside = "any") -> str:
        """Record a new run, or take up the row of one that was killed while planning. Claims its lease.

        Returns the controller that began it.
        Raises `RunBusy` while a living process works on another run of its conversation that is not allowed `beside` it.
        """
        row = run.model_dump(include={"run_id", "thread_id", "parent", "controller", "started_at", "version"})
        row |= {"status": "running", "request": run.request.text, "options": run.options.model_dump_json()}
        row["files"] = json.dumps([file.name for file in run.request.files])

        silent, began = dict[str, Claim](), [run.controller]

        def insert(db: RowConnection) -> tuple[str, Claim] | None:
            if other := another_run(run, beside, silent, db):
                return other
            db.insert("runs", row | self._claimed_at_once(run.run_id), ignore=True)
            began[:] = db.execute("SELECT controller FROM runs WHERE run_id = ?", [run.run_id]).fetchone()
            return None

        if self._working(run.run_id) is None:
            self._begin(run.run_id, execution)  # where this is cancelled, `interrupt` returns the lease
        while watched := await self._database.write(insert):
            await self._watch(*watched)
            silent.update([watched])
        await self.own(run.run_id, execution)
        return began[0] or run.controller

    def at_work(self, run_id: str, work: AtWork) -> None:
        """What a task is doing now, for those who look at the run; written within a second."""
        self._reports.put(run_id, work)

    def left(self, run_id: str, key: str) -> None:
        """A task does nothing any more: it has a result, or was stopped."""
        self._reports.remove(run_id, key)

    async def planned(self, run_id: str, epoch: str, proposal: Proposal, controller: str) -> None:
        """Record the plan of a run."""
        await self._update(
            run_id,
            epoch=epoch,
            plan=proposal.plan.model_dump_json(),
            refusals=json.dumps(proposal.refusals),
            repairs=json.dumps(proposal.repairs),
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
            home=str(self._database.file.parent),
        )
        await self.disown(run.run_id)

    async def set_status(self, run_id: str, status: RunStatus) -> None:
        """Record that a run waits, continues, or was interrupted; a request to cancel it stays."""
        await self._update(run_id, status=status)

    async def set_limits(self, run_id: str, options: Options) -> None:
        """Change how much a run, and a call in it, may spend; limits that `options` leaves open stay as they are."""
        changes = options.begun(now()).model_dump(include=set(CHANGEABLE), exclude_none=True)

        def update(db: RowConnection) -> None:
            (text,) = db.execute("SELECT options FROM runs WHERE run_id = ?", [run_id]).fetchone()
            changed = json.dumps(json.loads(text) | changes)
            db.execute("UPDATE runs SET options = ? WHERE run_id = ?", [changed, run_id])

        await self._database.write(update)

    async def time_limits(self, run_id: str) -> TimeLimits:
        """How much time a run, and a call in it, may take from now on."""
        return await self._database.read(partial(time_limits, run_id))

    async def kept_limits(self, thread_id: str) -> Mapping[str, Any]:
        """The limits of a conversation that its newest run has, by name."""
        return await self._database.read(partial(kept_limits, thread_id))

    async def set_options(self, run_id: str, options: Options) -> None:
        """Change the options of a run."""
        await self._update(run_id, options=options.model_dump_json())

    async def recorded(self, run_id: str) -> Run | None:
        """A run as its row and the ledger have it; None where there is no row."""

        def read(db: RowConnection) -> Run | None:
            found = db.query("SELECT * FROM runs WHERE run_id = ?", [run_id])
            return next((read_run(db, row, self._database.file.parent) for row in found), None)

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
            raise lost(run_id)
