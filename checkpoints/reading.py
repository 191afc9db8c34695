"""`connect_for_reading`: a connection to the database of a home that writes nothing there, and needs no right to write.

A home that is not there has no rows. One of an earlier format is read as a migrated copy in memory.
"""

from pathlib import Path
from sqlite3 import OperationalError, connect
from typing import Final

from ..graph.advice import setting
from ..graph.errors import StorageError
from ..graph.homes import refuse_links
from .format import is_current
from .row_connection import RowConnection

_WAYS: Final = ("mode=ro", "mode=ro&immutable=1")
"""The second needs no file beside the database, so no right to write; it reads no write-ahead log (sqlite.org/wal.html)."""


def connect_for_reading(file: Path, patience: float) -> RowConnection:
    """`patience`: seconds to wait for another program that holds the file. Raises `StorageError`, or SQLite's errors."""
    refuse_links(file.parent)
    try:
        empty = file.stat().st_size == 0
    except FileNotFoundError:
        empty = True
    except OSError as error:
        raise StorageError(
            f"the home folder {file.parent} can't be read: {error.strerror or error}",
            hint=f"name another one: {setting('home', 'DIR')}",
        ) from error
    if empty:
        return empty_copy()
    db = _opened(file, patience)
    if is_current(db):
        return db
    try:
        return _migrated(db)
    finally:
        db.close()


def _opened(file: Path, patience: float) -> RowConnection:
    for way in _WAYS:
        db = connect(
            f"{file.absolute().as_uri()}?{way}", uri=True, timeout=patience, check_same_thread=False,
            factory=RowConnection,
        )  # fmt: skip
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # only now is the file opened
        except OperationalError as error:
            db.close()
            if "locked" in str(error):
                raise
            log = file.with_name(f"{file.name}-wal")
            if log.exists() and log.stat().st_size:
                raise StorageError(
                    f"the newest rows are in {log}, which can't be read without permission to write beside it ({error})",
                    hint=f"copy the folder, and name the copy: {setting('home', 'DIR')}",
                ) from error
        except BaseException:
            db.close()
            raise
        else:
            return db
    raise StorageError(f"the database {file} can't be opened", hint=f"name another home: {setting('home', 'DIR')}")


def empty_copy() -> RowConnection:
    """A database in memory with today's tables, and no rows."""
    return _migrated(None)


def copied(db: RowConnection) -> RowConnection:
    """A private copy, which may be changed; on disk where it is large (sqlite.org/inmemorydb.html)."""
    copy = connect("", check_same_thread=False, factory=RowConnection)
    db.backup(copy)
    return copy


def _migrated(db: RowConnection | None) -> RowConnection:
    """A copy in memory with today's tables, or without rows. Raises `StorageError` for tables of a newer version."""
    from .migrations import migrate, refuse_newer

    if db:
        refuse_newer(db)
    copy = connect(":memory:", check_same_thread=False, factory=RowConnection)
    if db:
        db.backup(copy)
    migrate(copy)
    return copy
