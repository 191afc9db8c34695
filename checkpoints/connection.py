"""`Connection`: the thread that owns a home's SQLite connection, for `Database`; waiting jobs share a transaction.

LangGraph's checkpoints and our ledger both write here, so they never wait for each other's lock (SQLite's waiting is a
sleep), and a burst of small writes costs one commit. A call returns when its transaction is committed: killed at any
instant, what was returned is there. After a power cut the file is whole; tasks of the last moments may be done again.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from sqlite3 import DatabaseError, OperationalError, ProgrammingError, connect
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from ..graph.advice import resume, setting
from ..graph.encodable import unencodable_in
from ..graph.errors import InvalidInput, StorageError
from ..graph.homes import DATABASE
from .format import is_current
from .home import prepare_home
from .locks import refuse_without_locks
from .reading import connect_for_reading
from .redacting_connection import Redactors
from .row_connection import RowConnection

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds to wait for another program that holds the file."""


class Job(NamedTuple):
    """Work for the thread, and the future of its caller."""

    work: Callable[[RowConnection], Any]
    writes: bool
    alone: bool
    """Outside of our transactions: a script with its own commits."""
    future: "Future[Any] | asyncio.Future[Any]"
    """Of a thread, or of an event loop: that one may be cancelled, the work is done."""

    def begins(self) -> bool:
        """Whether the work is still to be done."""
        return not isinstance(self.future, Future) or self.future.set_running_or_notify_cancel()


Outcome = tuple[Job, Any, BaseException | None]
"""A job with its value or its error."""


class Connection:
    """A thread with a connection, opened at the first job."""

    def __init__(self, file: Path, *, reading: bool = False) -> None:
        """`reading`: nothing is written to the home, also where it is not there, is old, or can't be written."""
        self.file = file
        self.reading = reading
        self.holders = 0
        self.redactors = Redactors()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._db: RowConnection | None = None
        self._opened: tuple[int, int] | None = None
        self._thread = Thread(target=self._serve, name="database", daemon=True)
        self._thread.start()

    @property
    def moved(self) -> bool:
        """Whether the open file no longer has its name: it was moved, deleted or replaced."""
        return self._opened is not None and self._opened != identity(self.file)

    def put(self, job: Job) -> None:
        """Queue a job."""
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what was queued, and close the connection."""
        self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        going = True
        while going:
            waiting = [self._jobs.get()]
            try:
                while True:
                    waiting.append(self._jobs.get_nowait())
            except Empty:
                pass
            going = None not in waiting
            for batch in _batches(job for job in waiting if job and job.begins()):
                self._do(batch)
        if self._db is not None:
            self._db.close()
            self._db = None

    def _do(self, batch: list[Job]) -> None:
        outcomes: list[Outcome] = []
        try:
            db = self._db = self._db or self._open()
            if writing := any(job.writes for job in batch):
                db.execute("BEGIN IMMEDIATE")  # the write lock at once: a reader that turns writer may be refused
            try:
                outcomes = [(job, *self._one(job, db)) for job in batch]
                if writing:
                    db.execute("COMMIT")
                    self._check_place()
            finally:
                if db.in_transaction:
                    db.rollback()
        except BaseException as failure:  # of any kind: it goes to the callers, and the thread serves the next jobs
            outcomes = [(job, None, self._as_storage_error(failure)) for job in batch]
        _deliver(outcomes)

    def _one(self, job: Job, db: RowConnection) -> tuple[Any, BaseException | None]:
        """One job's value or error; only the writes of a failed job are rolled back."""
        try:
            if not job.writes:
                return job.work(db), None
            with db.savepoint():  # a savepoint: the transaction is the batch's
                return job.work(db), None
        except Exception as error:  # handed to the caller whose work it was
            return None, self._as_storage_error(error)

    def _open(self) -> RowConnection:
        """Open the file, with retries: while another process creates or closes it, SQLite refuses at once."""
        if self.reading:
            return connect_for_reading(self.file, PATIENCE)
        prepare_home(self.file.parent)
        refuse_without_locks(self.file.parent)
        self._opened = identity(self.file)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._connected()
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def _connected(self) -> RowConnection:
        db = connect(self.file, timeout=PATIENCE, check_same_thread=False, factory=RowConnection)
        try:
            db.redactors = self.redactors
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")  # a power cut may lose the last moments, a kill loses nothing
            if not is_current(db):
                from .migrations import migrate

                migrate(db)
        except BaseException:
            db.close()
            raise
        return db

    def _check_place(self) -> None:
        """Raises `StorageError` when the commit went into a file that no longer has its name."""
        if self.moved:
            raise StorageError(
                f"the database {self.file} was moved away or replaced while it was in use",
                hint="put it back, or start again: work done now is not kept",
            )

    def _as_storage_error(self, error: BaseException) -> BaseException:
        if isinstance(error, UnicodeEncodeError):  # of a caller that nothing above has checked
            return InvalidInput(f"a text can't be stored: it has {unencodable_in(error.object)}")
        ours = isinstance(error, ProgrammingError)  # a value of a wrong type, say: no fault of the file
        return storage_error(self.file, error) if isinstance(error, DatabaseError) and not ours else error


def _deliver(outcomes: Iterable[Outcome]) -> None:
    """Resolve the futures of a batch; an event loop is woken once for all of its own."""
    by_loop = defaultdict[asyncio.AbstractEventLoop, list[Outcome]](list)
    for outcome in outcomes:
        future = outcome[0].future
        if isinstance(future, Future):
            _resolve([outcome])
        else:
            by_loop[future.get_loop()].append(outcome)
    for loop, of_loop in by_loop.items():
        with suppress(RuntimeError):  # it was closed: none of its callers is left
            loop.call_soon_threadsafe(_resolve, of_loop)


def _resolve(outcomes: Iterable[Outcome]) -> None:
    for job, value, error in outcomes:
        if job.future.done():  # its caller was cancelled
            continue
        if error is None:
            job.future.set_result(value)
        else:
            job.future.set_exception(error)


def identity(file: Path) -> tuple[int, int] | None:
    """Device and inode of the file that has that name now, without opening it; None where there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    batch: list[Job] = []
    for job in jobs:
        if job.alone and batch:
            yield batch
            batch = []
        batch.append(job)
        if job.alone:
            yield batch
            batch = []
    if batch:
        yield batch


def storage_error(file: Path, error: Exception) -> StorageError:
    """The error for a database that can't be read or written."""
    text = str(error)
    if "locked" in text:
        what, hint = "stayed locked by another program", "close it (a database browser?) and try again"
    elif "full" in text or "disk I/O" in text:
        what = f"can't grow: the disk is full or failing ({text})"
        hint = (
            f"make room on that disk, a few megabytes to delete runs too, and try again; a run goes on with: {resume()}"
        )
    elif "readonly" in text or "unable to open" in text:
        what, hint = f"can't be written ({text})", f"name another home: {setting('home', 'DIR')}"
    elif "no such table" in text or "no such column" in text:
        what = f"was converted by another version of HuggingGPT while it was in use ({text})"
        hint = f"end this process, and go on with that version; a run goes on with: {resume()}"
    else:  # the home as a whole: the newest rows may be in the log beside the database, which a new database deletes
        home = file.parent
        what = f"is damaged ({text})"
        elsewhere = f"name another home: {setting('home', 'DIR')}"
        hint = (
            f"move the home away (mv {home} {home}.broken), or {elsewhere}. Files made are in its folder `resources`; "
            f"`sqlite3 {DATABASE} .recover` there prints the rows that can still be read"
        )
    return StorageError(f"the database {file} {what}", hint=hint)
