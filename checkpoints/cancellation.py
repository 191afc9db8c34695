"""`cancel`: ends a run from any process: marks one that no process works on, and requests the owner of another to end it.

The request is the status `cancelling` in the run's row, which the owner looks at with its heartbeat (`lease.py`).
"""

import asyncio
import time
from functools import partial
from typing import Final, NamedTuple

from ..graph.errors import RunBusy, UnknownRun, UsageError
from ..graph.result import UNFINISHED
from . import lease
from .database import Database
from .row_connection import RowConnection

PATIENCE: Final = 10.0
"""Seconds that an owner on this machine has to end a run; one on another host has the time after which it counts as dead."""
_LOOK: Final = 0.05


async def cancel(database: Database, run_id: str) -> None:
    """Return when the run is cancelled. Raises `UsageError` if it is finished, `RunBusy` if its owner did not end it."""
    claim = await database.write(partial(_request, run_id, None))
    first, began = claim, time.monotonic()
    while claim.owner and not claim.is_late(time.monotonic() - began):
        await asyncio.sleep(_LOOK)
        claim = await database.read(partial(_claim, run_id))
        if claim.status != "cancelling" or lease.alive(claim.owner) is False:
            claim = await database.write(partial(_request, run_id, None))
    if claim.owner and claim.elsewhere and claim == first:  # no beat for all that time: its process is dead
        claim = await database.write(partial(_request, run_id, claim.owner))
    if claim.owner:
        raise RunBusy(
            f"run {run_id} belongs to {lease.describe(claim.owner)}, which has not ended it yet",
            hint="the request stays; `hugginggpt runs` shows when it is cancelled, or stop that process",
        )


class _Claim(NamedTuple):
    status: str
    owner: str
    """Empty where there is none."""
    beats: float

    @property
    def elsewhere(self) -> bool:
        """Only its beats show whether the owner lives."""
        return lease.alive(self.owner) is None

    def is_late(self, seconds: float) -> bool:
        """Whether the owner had time enough to end the run."""
        return seconds > (lease.STALE if self.elsewhere else PATIENCE)


def _claim(run_id: str, db: RowConnection) -> _Claim:
    row = db.execute("SELECT status, owner, heartbeat FROM runs WHERE run_id = ?", [run_id]).fetchone()
    if row is None:
        raise UnknownRun(f"there is no run {run_id}", hint="`hugginggpt runs` lists them")
    return _Claim(row[0], row[1] or "", row[2] or 0.0)


def _request(run_id: str, dead: str | None, db: RowConnection) -> _Claim:
    """The claim of the owner that is to end the run; one without owner once it is cancelled. `dead`: an owner that is."""
    claim = _claim(run_id, db)
    if claim.status == "cancelled":
        return claim._replace(owner="")
    if claim.status not in UNFINISHED:
        raise UsageError(f"run {run_id} is finished ({claim.status}); there is nothing to cancel")
    if claim.owner and claim.owner != dead and lease.alive(claim.owner) is not False:
        db.execute("UPDATE runs SET status = 'cancelling' WHERE run_id = ?", [run_id])
        return claim._replace(status="cancelling")
    db.execute("UPDATE runs SET status = 'cancelled', owner = NULL WHERE run_id = ?", [run_id])
    return _Claim("cancelled", "", claim.beats)
