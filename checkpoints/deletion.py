"""`Deletion`: deletes rows and checkpoints of runs in one transaction, then the files to which nothing refers any more.

A file whose row is not committed yet is safe: storing sets its time of change (`store.py`), and files that were stored
since the oldest living run began, or in the last minutes, are left for the next deletion.
"""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

from ..graph.advice import command
from ..graph.errors import RunBusy
from . import lease
from .database import Database
from .reading import copied
from .row_connection import RowConnection
from .state_parts import delete_unreferenced, parts
from .state_rows import contents, delete_states, states_of, writes_of
from .stored_files import hashes_in, remove_files, stored_files

IN_FLIGHT: Final = 600.0
"""Seconds that may pass between the storing of a file and its row, for files that are given to a run."""
_OF_A_RUN: Final = ("tasks", "resources", "assignments", "llm_calls", "runs")
_REFERRING: Final = (("resources", "sha256"), ("tasks", "result"), ("runs", "plan"))


@dataclass
class Deleted:
    """What a deletion deletes; of a trial, what it would."""

    runs: list[str] = field(default_factory=list)
    checkpoints: int = 0
    files: int = 0
    bytes: int = 0
    files_left: int = 0
    """Files without reference that a run of this moment may be about to refer to; the next deletion removes them."""
    database_bytes: int = 0
    """Pages of the database that are free now."""


class WorkedOn(RunBusy):
    """A run of a conversation that is to be deleted has an owner. One on another host may be dead: claiming shows it."""

    def __init__(self, run_id: str, thread_id: str) -> None:
        super().__init__(
            f"run {run_id} of conversation {thread_id} is being worked on by another process",
            hint=f"nothing was deleted; wait for it, or end it: {command(f'cancel {run_id}')}",
        )
        self.run_id = run_id


class _Undo(Exception):
    """Ends the transaction of a trial."""


class Deletion:
    """Deletes within one transaction of the database thread, and notes to which files the deleted rows referred."""

    def __init__(self, db: RowConnection) -> None:
        self.db = db
        self.done = Deleted()
        self.hashes: set[str] = set()
        self.settled = 0.0
        """When the last of the deleted rows was written: no other run has stored their files again if they are older."""

    def rows(self, run_ids: Collection[str]) -> None:
        """Delete all rows of these runs."""
        for run_id in run_ids:
            self._note("SELECT plan FROM runs WHERE run_id = ?", [run_id])
            self._note("SELECT sha256 FROM resources WHERE run_id = ?", [run_id])
            self._note("SELECT result FROM tasks WHERE run_id = ?", [run_id])
            query = (
                "SELECT max(started_at), max(finished_at), (SELECT max(created_at) FROM resources WHERE run_id = :run) "
                "FROM runs WHERE run_id = :run"
            )
            times = self.db.execute(query, {"run": run_id}).fetchone()
            self.settled = max(self.settled, *(when or 0.0 for when in times))
            for table in _OF_A_RUN:
                self.db.execute(f"DELETE FROM {table} WHERE run_id = ?", [run_id])
            self.done.runs.append(run_id)

    def checkpoint(self, thread_id: str, namespace: str, checkpoint_id: str) -> None:
        """Delete a checkpoint and what was written after it."""
        self._checkpoints(thread_id, namespace, checkpoint_id)

    def thread(self, thread_id: str) -> None:
        """Delete a conversation: its checkpoints, and the rows of its runs."""
        self._checkpoints(thread_id)
        self.rows([run_id for (run_id,) in self.db.execute("SELECT run_id FROM runs WHERE thread_id = ?", [thread_id])])

    def parts(self) -> None:
        """Delete the parts of states to which no checkpoint refers any more."""
        if self.done.checkpoints:
            for value in delete_unreferenced(self.db):
                self.hashes |= hashes_in(value)

    def _checkpoints(self, *where: str) -> None:
        for state in states_of(self.db, *where):
            self.hashes |= hashes_in(state.state)
        for write in writes_of(self.db, *where):
            self.hashes |= hashes_in(write.value)
        self.done.checkpoints += delete_states(self.db, *where)

    def _note(self, query: str, values: Iterable[str]) -> None:
        for (value,) in self.db.execute(query, list(values)):
            self.hashes |= hashes_in(value)

    def unreferenced(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes to which no row and no checkpoint refers."""
        left = set(hashes)
        for table, column in _REFERRING:
            for (value,) in self.db.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
                left -= hashes_in(value)
        for value in chain((data for _, data in contents(self.db)), parts(self.db)):
            if not left:
                break
            left -= hashes_in(value)
        return left


def delete(
    database: Database, work: Callable[[Deletion], None], *, all_files: bool = False, trial: bool = False
) -> Deleted:
    """Do `work` in a transaction, then remove files. Blocks; killed in between, `all_files` finds what was left.

    `all_files`: every file without reference, not only those of the deleted rows. `trial`: change nothing; a database that
    is only read is enough, and its work is done in a copy.
    """
    home, result = database.file.parent, Deleted()

    def transaction(db: RowConnection) -> tuple[list[Path], float]:
        nonlocal result
        deletion = Deletion(db)
        work(deletion)
        deletion.parts()
        result = deletion.done
        stored = stored_files(home, None if all_files else deletion.hashes)
        free = deletion.unreferenced(stored)
        pages = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_size")]
        result.database_bytes = pages[0] * pages[1]
        limit = max(deletion.settled, time.time() - IN_FLIGHT)
        oldest = min((began for _, _, began in living(db)), default=limit + IN_FLIGHT)
        found = [path for sha256 in sorted(free) for path in stored[sha256]], min(limit, oldest - IN_FLIGHT)
        if trial:
            raise _Undo(*found)
        return found

    def in_a_copy(db: RowConnection) -> tuple[list[Path], float]:
        with closing(copied(db)) as copy:
            return transaction(copy)

    try:
        reading = database.reading
        paths, limit = database.submit(in_a_copy if reading else transaction, writes=not reading).result()
    except _Undo as undone:
        paths, limit = undone.args
    result.files, result.bytes = remove_files(home, paths, before=limit, trial=trial)
    result.files_left = len(paths) - result.files
    return result


def living(db: RowConnection, *, of_other_processes: bool = False) -> list[tuple[str, str, float]]:
    """Run, thread and start of the runs whose owner works on them, or may do so on another host."""
    rows = db.execute("SELECT run_id, thread_id, started_at, owner FROM runs WHERE owner IS NOT NULL").fetchall()
    return [
        (run_id, thread_id, began or 0.0)
        for run_id, thread_id, began, owner in rows
        if lease.alive(owner) is not False
        and not lease.seems_over(owner)
        and not (of_other_processes and lease.is_of_this_process(owner))
    ]


def refuse_living(db: RowConnection, thread_ids: Collection[str]) -> None:
    """Raises `RunBusy` where another process works in one of the conversations."""
    for run_id, thread_id, _ in living(db, of_other_processes=True):
        if thread_id in thread_ids:
            raise WorkedOn(run_id, thread_id)
