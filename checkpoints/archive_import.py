"""`import_archive`: takes the runs of an archive into a home, all of them or nothing."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from ..graph.advice import command, setting
from ..graph.errors import StorageError, UsageError
from ..graph.homes import SCRATCH
from .archive import Rows
from .archive_reading import Archive
from .archive_rows import TABLES, differing, insert_rows
from .database import Database
from .row_connection import RowConnection
from .state_rows import has_thread
from .thread_states import save_whole, save_whole_writes, saved_states, saved_writes


class Imported(NamedTuple):
    """What an import has added."""

    runs: tuple[str, ...]
    """Ids; empty where all of them were here already."""
    files: int


def import_archive(archive: Archive, database: Database) -> Imported:
    """Blocks. Raises `UsageError` where a run or conversation of the same name is here and another one, `StorageError`."""
    home = database.file.parent
    if not database.submit(lambda db: _new(db, archive), writes=False).result():
        return Imported((), 0)
    with _added_files(archive, home) as added:
        runs = database.submit(lambda db: _insert(db, archive), writes=True).result()
    return Imported(runs, len(added))


def _new(db: RowConnection, archive: Archive) -> Rows:
    """The rows that are not here; none where the run is. Raises `UsageError`."""
    same, other = differing(db, archive.rows)
    thread_id = archive.manifest.thread_id
    if other:
        raise UsageError(
            f"run {other[0]} is here already, and is not as {archive.path} has it",
            hint=f"delete it first: {command(f'delete {other[0]}')}; or import into another home: {setting('home', 'DIR')}",
        )
    conversation = [row["run_id"] for row in archive.rows["runs"] if row["thread_id"] == thread_id]
    if set(conversation) <= set(same):
        return {}
    if has_thread(db, thread_id) or db.execute("SELECT 1 FROM runs WHERE thread_id = ?", [thread_id]).fetchone():
        raise UsageError(
            f"conversation {thread_id} is here already, with other runs",
            hint=f"delete it first: {command(f'delete --thread {thread_id}')}; or import into another home: "
            f"{setting('home', 'DIR')}",
        )
    return {table: [row for row in archive.rows[table] if row["run_id"] not in same] for table in TABLES}


def _insert(db: RowConnection, archive: Archive) -> tuple[str, ...]:
    rows, thread_id = _new(db, archive), archive.manifest.thread_id
    if not rows:
        return ()
    insert_rows(db, rows)
    for state in saved_states(archive.db, thread_id):
        save_whole(db, state)
    for namespace, checkpoint_id, writes in saved_writes(archive.db, thread_id):
        save_whole_writes(db, thread_id, namespace, checkpoint_id, writes)
    return tuple(row["run_id"] for row in rows["runs"])


@contextmanager
def _added_files(archive: Archive, home: Path) -> Iterator[list[Path]]:
    """The files that were not here, under their names; after an error in the body, they are removed."""
    draft, added = home / SCRATCH / f"import-{uuid4().hex}", list[Path]()
    try:
        draft.mkdir(mode=0o700)
        _unpack(archive, draft)
        for name in archive.files:
            if not (home / name).exists():
                (home / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                (draft / name.replace("/", "-")).replace(home / name)
                added.append(home / name)
        yield added
    except BaseException as error:
        for file in added:
            with suppress(OSError):
                file.unlink()
        if isinstance(error, OSError):
            raise StorageError(
                f"{archive.path} can't be imported: {error.strerror or error}",
                hint=f"nothing was changed; make room, or import into another home: {setting('home', 'DIR')}",
            ) from error
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unpack(archive: Archive, folder: Path) -> None:
    with zipfile.ZipFile(archive.path) as source:
        for name in archive.files:
            file = os.open(folder / name.replace("/", "-"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with source.open(name) as content, os.fdopen(file, "wb") as target:
                shutil.copyfileobj(content, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
