"""`Database`: the SQLite file of a home, opened once by this process however many objects use it.

Code that opens the file other than through SQLite, to copy it say, makes this process lose SQLite's locks on it: closing
any descriptor of a file drops every POSIX lock that the process has on it (sqlite.org/howtocorrupt.html, 2.2). Another
process then treats the write-ahead log as abandoned, and removes it. So nothing else in this program opens that file.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from pathlib import Path
from threading import Lock
from typing import TypeVar

from ..graph.errors import StorageError
from ..graph.homes import DATABASE
from ..graph.redactor import Redactor
from .connection import Connection, Job
from .row_connection import RowConnection

T = TypeVar("T")

_connections: dict[tuple[Path, bool], Connection] = {}
"""Of this process, by file, and whether it only reads."""
_lock = Lock()


def _forget_all() -> None:
    """A forked child has neither the threads nor a right to the connections."""
    global _lock  # noqa: PLW0603  (the parent may have held it)
    _lock = Lock()
    _connections.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


class Database:
    """One opener's handle on the database of a home, connected at the first call; usable from any event loop."""

    def __init__(self, home: Path, *, reading: bool = False) -> None:
        """`reading`: nothing is written to the home, and it is not made where there is none."""
        self.file = home / DATABASE
        self.reading = reading
        self._connection: Connection | None = None
        self._closed = False
        self._process = os.getpid()
        self._redactors: list[Redactor] = []

    def redact_with(self, redact: Redactor) -> None:
        """Redact the secrets of `redact`, like those of every other opener, from all writes while this handle is open."""
        with _lock:
            if redact in self._redactors:
                return
            self._redactors.append(redact)
            if self._connection:
                self._connection.redactors.add(redact)

    async def read(self, work: Callable[[RowConnection], T], *, alone: bool = False) -> T:
        """The value of `work`; `alone`: for a script that commits by itself. Raises `StorageError` for SQLite's errors."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Job(work, False, alone, future))
        return await future

    async def write(self, work: Callable[[RowConnection], T]) -> T:
        """Do `work` in a transaction and commit, also when the caller is cancelled meanwhile."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Job(work, True, False, future))
        return await future

    def submit(self, work: Callable[[RowConnection], T], *, writes: bool, alone: bool = False) -> "Future[T]":
        """The same for threads without an event loop."""
        future: Future[T] = Future()
        self._put(Job(work, writes, alone, future))
        return future

    @property
    def moved(self) -> bool:
        """Whether the open file no longer has its name: it was moved, deleted or replaced."""
        connection = self._connection
        return connection is not None and connection.moved

    def _put(self, job: Job) -> None:
        context, work = copy_context(), job.work  # errors are worded for the caller: see `advice.py`
        job = job._replace(work=lambda db: context.run(work, db))
        with _lock:
            if self._closed:
                raise StorageError(f"the database {self.file} was closed")
            if self._process != os.getpid():  # its thread and its leases are those of the process before the fork
                raise StorageError(
                    f"the database {self.file} was opened before this process was forked",
                    hint="open the world, or build the graph, in the process that uses it",
                )
            self._connection = self._connection or self._take()
            self._connection.put(job)

    def _take(self) -> Connection:
        """The process's connection, or a new one where the file of the known one was moved away."""
        key = Path(os.path.realpath(self.file.parent)) / DATABASE, self.reading
        known = _connections.get(key)
        if known is None or known.moved:
            known = _connections[key] = Connection(key[0], reading=self.reading)
        known.holders += 1
        for redact in self._redactors:
            known.redactors.add(redact)
        return known

    def close(self) -> None:
        """Finish what was submitted; the last opener of the process closes the connection."""
        with _lock:
            connection, self._connection, self._closed = self._connection, None, True
            is_last = connection is not None and _leave(connection)
            redactors, self._redactors = self._redactors, []
            finished: Future[None] = Future()
            if connection and not is_last:
                connection.put(Job(lambda _: None, False, False, finished))
        if connection and is_last:
            connection.close()
        elif connection:
            finished.exception()  # waits; errors were returned to the callers already
            with _lock:
                for redact in redactors:
                    connection.redactors.remove(redact)


def _leave(connection: Connection) -> bool:
    connection.holders -= 1
    key = connection.file, connection.reading
    if connection.holders == 0 and _connections.get(key) is connection:
        del _connections[key]
    return connection.holders == 0
