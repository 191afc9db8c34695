"""The database: one SQLite file, one connection, one thread; what arrives during a commit shares the next transaction.

LangGraph's checkpoints and our ledger both write here, so they never wait for each other's lock (SQLite's waiting is a
sleep), and a burst of small writes costs one commit. A call returns when its transaction is committed: killed at any
instant, what was returned is there. After a power cut the file is whole; tasks of the last moments may be done again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from sqlite3 import DatabaseError, connect
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from sqlite_utils import Database as SqliteUtils

from ..graph.errors import StorageError
from ..graph.redactor import Redactor
from .clean import CleanConnection
from .home import DATABASE, prepare_home
from .tables import create_tables

T = TypeVar("T")


class _Job(NamedTuple):
    work: Callable[[SqliteUtils], Any]
    writes: bool
    future: "Future[Any]"


class Database:
    """The SQLite file of a home folder, opened at the first call; usable from any number of event loops."""

    def __init__(self, home: Path) -> None:
        self.file = home / DATABASE
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = False
        self._db: SqliteUtils | None = None
        self._redactors: list[Redactor] = []

    def redact_with(self, redact: Redactor) -> None:
        """Write nothing that holds a secret of `redact`; beside those of who shares this database."""
        self._redactors.append(redact)

    async def read(self, work: Callable[[SqliteUtils], T]) -> T:
        """What `work` gives. Raises `StorageError` for what SQLite complains of."""
        return await asyncio.wrap_future(self.submit(work, writes=False))

    async def write(self, work: Callable[[SqliteUtils], T]) -> T:
        """Do `work` in a transaction, whole or not at all, and commit; also when the caller is cancelled meanwhile."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(work, writes=True)))

    def submit(self, work: Callable[[SqliteUtils], T], *, writes: bool) -> "Future[T]":
        """The same for threads without an event loop."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StorageError(f"the database {self.file} was closed")
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="database", daemon=True)
                self._thread.start()
            self._jobs.put(_Job(work, writes, future))
        return future

    def close(self) -> None:
        """Finish what was submitted, and close the connection."""
        with self._lock:
            self._closed = True
            self._jobs.put(None)
            thread = self._thread
        if thread is not None:
            thread.join()

    def _serve(self) -> None:
        """The thread: take all that waits, do it in one transaction, answer, again."""
        going = True
        while going:
            batch = [self._jobs.get()]
            try:
                while True:
                    batch.append(self._jobs.get_nowait())
            except Empty:
                pass
            going = None not in batch
            self._do([job for job in batch if job is not None and job.future.set_running_or_notify_cancel()])
        if self._db is not None:
            self._db.conn.close()
            self._db = None

    def _do(self, batch: list[_Job]) -> None:
        outcomes: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            db = self._db = self._db or self._open()
            if writing := any(job.writes for job in batch):
                db.execute(
                    "BEGIN IMMEDIATE"
                )  # asks for the write lock at once: a reader that turns writer may be refused
            try:
                outcomes = [(job, *self._one(job, db)) for job in batch]
                if writing:
                    db.conn.execute("COMMIT")
            finally:
                if db.conn.in_transaction:
                    db.conn.rollback()
        except BaseException as failure:  # whatever it is, it goes to those who wait; this thread serves the next
            outcomes = [(job, None, self._told(failure)) for job in batch]
        for job, value, error in outcomes:
            if error is None:
                job.future.set_result(value)
            else:
                job.future.set_exception(error)

    def _one(self, job: _Job, db: SqliteUtils) -> tuple[Any, BaseException | None]:
        """One job's value or error; what a failed one wrote is taken back, and nobody else's."""
        try:
            if not job.writes:
                return job.work(db), None
            with db.atomic():  # a savepoint: the transaction is the batch's
                return job.work(db), None
        except Exception as error:  # handed to the caller whose work it was
            return None, self._told(error)

    def _open(self) -> SqliteUtils:
        prepare_home(self.file.parent)
        connection = connect(self.file, timeout=30, check_same_thread=False, factory=CleanConnection)
        connection.redactors = self._redactors
        db = SqliteUtils(connection)
        db.conn.execute("PRAGMA journal_mode=WAL")
        db.conn.execute(
            "PRAGMA synchronous=NORMAL"
        )  # a power cut may take back the last moments, a killed process none
        create_tables(db)
        return db

    def _told(self, error: BaseException) -> BaseException:
        return damaged(self.file, error) if isinstance(error, DatabaseError) else error


def damaged(file: Path, error: Exception) -> StorageError:
    """What to say of a database that can't be read or written."""
    text = str(error)
    if "locked" in text:
        what, hint = "stayed locked by another program", "close it (a database browser?) and try again"
    elif "full" in text or "disk I/O" in text:
        what, hint = f"can't grow: the disk is full or failing ({text})", "make room, then: hugginggpt resume"
    elif "readonly" in text or "unable to open" in text:
        what, hint = f"can't be written ({text})", "name another home with --home DIR"
    else:
        kept = file.parent / "resources"
        what = f"is damaged ({text})"
        hint = f"move it away (mv {file} {file}.broken) or name another home with --home DIR; files made are in {kept}"
    return StorageError(f"the database {file} {what}", hint=hint)
