"""`cancel`: ends a run from any process: marks one that no process works on, and requests the owner of another to end it.

The request is the status `cancelling` in the run's row, which the owner looks at with its heartbeat (`lease.py`).
"""

import asyncio
import time
from functools import partial
from typing import Final

from ..graph.advice import command
from ..graph.errors import RunBusy, UsageError
from ..graph.result import UNFINISHED
from . import lease
from .claims import Claim, claim_of
from .database import Database
from .row_connection import RowConnection

PATIENCE: Final = 10.0
"""Seconds that an owner on this machine has to end a run; one on another host has the time after which it counts as dead."""
_LOOK: Final = 0.05


async def cancel(database: Database, run_id: str) -> None:
    """Return when the run is cancelled. Raises `UsageError` if it is finished, `RunBusy` if its owner did not end it."""
    claim = await database.write(partial(_request, run_id, None))
    first, began = claim, time.monotonic()
    while claim.owner and not _is_late(claim, time.monotonic() - began):
        await asyncio.sleep(_LOOK)
        claim = await database.read(partial(claim_of, run_id))
        if claim.status != "cancelling" or lease.alive(claim.owner) is False:
            claim = await database.write(partial(_request, run_id, None))
    if claim.owner and _is_elsewhere(claim) and claim == first:  # no beat for all that time: its process is dead
        claim = await database.write(partial(_request, run_id, claim.owner))
    if claim.owner:
        raise RunBusy(
            f"run {run_id} belongs to {lease.describe(claim.owner)}, which has not ended it yet",
            hint=f"the request stays; {command('runs')} shows when it is cancelled, or stop that process",
        )


def _is_elsewhere(claim: Claim) -> bool:
    """Only its beats show whether the owner lives."""
    return lease.alive(claim.owner) is None


def _is_late(claim: Claim, seconds: float) -> bool:
    """Whether the owner had time enough to end the run."""
    return seconds > (lease.STALE if _is_elsewhere(claim) else PATIENCE)


def _request(run_id: str, dead: str | None, db: RowConnection) -> Claim:
    """The claim of the owner that is to end the run; one without owner once it is cancelled. `dead`: an owner that is."""
    claim = claim_of(run_id, db)
    if claim.status == "cancelled":
        return claim._replace(owner="")
    if claim.status not in UNFINISHED:
        raise UsageError(f"run {run_id} is finished ({claim.status}); there is nothing to cancel")
    if claim.owner and claim.owner != dead and lease.alive(claim.owner) is not False:
        db.execute("UPDATE runs SET status = 'cancelling' WHERE run_id = ?", [run_id])
        return claim._replace(status="cancelling")
    db.execute("UPDATE runs SET status = 'cancelled', owner = NULL WHERE run_id = ?", [run_id])
    return Claim("cancelled", "", claim.beats)
