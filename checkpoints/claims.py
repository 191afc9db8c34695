"""What the row of a run says of its owner, and the errors of those who find it owned."""

from collections.abc import Mapping
from typing import NamedTuple

from ..graph.advice import command
from ..graph.errors import RunBusy, UnknownRun
from ..graph.ports import Beside
from ..graph.result import Run
from . import lease
from .row_connection import RowConnection


class Claim(NamedTuple):
    """What a run's row says of its owner."""

    status: str
    owner: str
    """Empty where there is none."""
    beats: float


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


def lost(run_id: str) -> RunBusy:
    """The error of a process that works on a run that is no longer its own."""
    return RunBusy(
        f"run {run_id} was taken over or deleted by another process", hint=f"{command(f'show {run_id}')} shows it"
    )


def busy_here(run_id: str) -> RunBusy:
    return RunBusy(f"run {run_id} is being worked on by this process", hint="wait for it")


def busy(run_id: str, owner: str) -> RunBusy:
    return RunBusy(
        f"run {run_id} belongs to {lease.describe(owner)}, which is still working on it",
        hint=f"wait for it, or end it: {command(f'cancel {run_id}')}; {command(f'show {run_id}')} shows what it records",
    )
