"""`prune` deletes old runs, `delete_named` a run or conversation; both compact the database afterwards.

Both block their thread. `trial` reports what would be deleted, and changes nothing.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..graph.advice import listed
from ..graph.errors import StorageError, UnknownRun, UsageError
from ..graph.result import RESUMABLE, RunStatus
from .database import Database
from .deletion import Deleted, Deletion, delete, living
from .row_connection import RowConnection
from .run_deletion import delete_runs, delete_threads
from .run_rows import status_of_row
from .state_rows import has_thread


class Head(NamedTuple):
    """What a list shows of a run."""

    run_id: str
    thread_id: str
    status: RunStatus
    started_at: float
    request: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Head":
        """Of a row of `runs`."""
        return cls(*(row[name] for name in cls._fields))._replace(status=status_of_row(row))

    @property
    def resumable(self) -> bool:
        """It can be resumed."""
        return self.status in RESUMABLE


@dataclass
class Report:
    """What was deleted, or of a trial would be."""

    runs: list[Head] = field(default_factory=list)
    kept: list[tuple[Head, str]] = field(default_factory=list)
    """Runs that are old enough, each with the reason why it is kept."""
    repeated_in: list[str] = field(default_factory=list)
    """Conversations that go on after a deleted run: their messages repeat its request and answer."""
    deleted: Deleted = field(default_factory=Deleted)
    not_compacted: str = ""
    """Why the file of the database is as large as before."""


def prune(
    database: Database,
    *,
    older: float | None,
    keep_last: int | None,
    keep_resumable: bool = False,
    trial: bool = False,
) -> Report:
    """Delete the runs that are older than so many seconds and not among the newest, and files without reference.

    `keep_resumable`: those that wait, were interrupted or were cancelled stay, with the runs that they take results from.
    """
    report, now = Report(), time.time()

    def work(deletion: Deletion) -> None:
        query = "SELECT *, max(started_at, coalesce(finished_at, 0)) AS touched FROM runs ORDER BY rowid DESC"
        rows = list(deletion.db.query(query))
        old = {row["run_id"] for row in rows[keep_last or 0 :] if older is None or row["touched"] < now - older}
        heads = {row["run_id"]: Head.of(row) for row in reversed(rows)}
        resumable = {run_id for run_id in old if keep_resumable and heads[run_id].resumable}
        in_use = {thread_id: run_id for run_id, thread_id, _ in living(deletion.db)}
        staying = {
            run_id for run_id, head in heads.items() if run_id not in old or head.thread_id in in_use
        } | resumable
        needed = _needed(deletion.db, staying)
        for head in heads.values():
            if head.run_id not in old:
                continue
            if head.thread_id in in_use:
                report.kept.append((head, f"run {in_use[head.thread_id]} of its conversation is being worked on"))
            elif head.run_id in resumable:
                report.kept.append((head, f"it can be resumed: hugginggpt resume {head.run_id}"))
            elif head.run_id in needed:
                report.kept.append((head, f"run {needed[head.run_id]}, which can be resumed, takes results from it"))
            else:
                report.runs.append(head)
        _delete_runs(deletion, report)

    return _done(database, report, work, all_files=True, trial=trial)


def delete_named(
    database: Database, name: str | None = None, *, thread: str | None = None, trial: bool = False
) -> Report:
    """Delete the run or the conversation of that name; `thread`: a conversation. Raises `UnknownRun`, `RunBusy`."""
    report = Report()

    def work(deletion: Deletion) -> None:
        whole, report.runs = _named(deletion.db, database.file.parent, name, thread)
        _refuse_needed(deletion.db, {head.run_id for head in report.runs})
        if whole:
            delete_threads(deletion, [whole])
        else:
            _delete_runs(deletion, report)

    return _done(database, report, work, trial=trial)


def _refuse_needed(db: RowConnection, chosen: Collection[str]) -> None:
    """Raises `UsageError` where a run that stays can be resumed and takes results from one of these."""
    others = {run_id for (run_id,) in db.execute("SELECT run_id FROM runs")}.difference(chosen)
    for run_id, by in _needed(db, others).items():
        if run_id in chosen:
            raise UsageError(
                f"run {by} can be resumed, and takes results from run {run_id}; nothing was deleted",
                hint=f"finish it first (hugginggpt resume {by}), or delete it (hugginggpt delete {by})",
            )


def _delete_runs(deletion: Deletion, report: Report) -> None:
    chosen = {head.run_id for head in report.runs}
    query = "SELECT thread_id, run_id FROM runs ORDER BY rowid"
    last = dict(deletion.db.execute(query))
    threads = dict.fromkeys(head.thread_id for head in report.runs)
    report.repeated_in = [thread_id for thread_id in threads if last[thread_id] not in chosen]
    delete_runs(deletion, chosen)


def _needed(db: RowConnection, staying: Collection[str]) -> dict[str, str]:
    """By run: one of those that stay, can be resumed, and descends from it."""
    rows = {row["run_id"]: row for row in db.query("SELECT run_id, parent, status, owner, answer FROM runs")}
    needed: dict[str, str] = {}
    for run_id in staying:
        above = rows[run_id]["parent"] if status_of_row(rows[run_id]) in RESUMABLE else None
        while above in rows and above not in needed:
            needed[str(above)] = run_id
            above = rows[above]["parent"]
    return needed


def _named(db: RowConnection, home: Path, name: str | None, thread: str | None) -> tuple[str | None, list[Head]]:
    """The conversation, if it is one, and the runs."""
    columns = ", ".join((*Head._fields, "owner", "answer"))
    whole = thread or name or ""
    of_thread = [Head.of(row) for row in db.query(f"SELECT {columns} FROM runs WHERE thread_id = ?", [whole])]
    is_thread = bool(of_thread) or has_thread(db, whole)
    query = f"SELECT {columns} FROM runs WHERE substr(run_id, 1, length(?1)) = ?1"
    runs = [] if thread or not name else [Head.of(row) for row in db.query(query, [name])]
    runs = [head for head in runs if head.run_id == name] or runs
    if not is_thread and not runs:
        what = "conversation" if thread else "run or conversation"
        raise UnknownRun(f"there is no {what} {whole}", hint=listed(home))
    if is_thread and runs and runs != of_thread:
        raise UsageError(
            f"{name} is a conversation, and may be run {', '.join(head.run_id for head in runs[:5])}",
            hint=f"write more of the run's id; for the conversation: hugginggpt delete --thread {name}",
        )
    if len(runs) > 1 and not is_thread:
        raise UnknownRun(f"{name} may be any of {', '.join(head.run_id for head in runs[:5])}", hint="write more of it")
    return (whole, of_thread) if is_thread else (None, runs)


def _done(
    database: Database, report: Report, work: Callable[[Deletion], None], *, all_files: bool = False, trial: bool
) -> Report:
    report.deleted = delete(database, work, all_files=all_files, trial=trial)
    if not trial and (report.deleted.runs or report.deleted.checkpoints):
        report.not_compacted = _compact(database)
    return report


def _compact(database: Database) -> str:
    """Return free pages to the disk, and with them what the deleted rows said. Returns why that failed."""

    def vacuum(db: RowConnection) -> None:
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    try:
        database.submit(vacuum, writes=False, alone=True).result()
    except StorageError as error:  # locked by another program, or no room for the copy
        return error.message
    return ""
