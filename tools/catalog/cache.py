"""`CatalogCache`, the file `catalog.db`: the Hub's model lists, and the counts of calls by which experts are ranked.

It may be deleted at any time. A file of its own, since several threads and processes read the catalogue at once.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from .hub_model import HubModel
from .hub_names import is_commit, is_model_id

T = TypeVar("T")


class CallStats(NamedTuple):
    """Counts of the calls to an expert on this machine."""

    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
    """Sum over the calls that succeeded."""

    @property
    def success_rate(self) -> float:
        """From 0 to 1; near one half after few calls (Laplace's rule of succession)."""
        return (self.calls - self.failures + 1) / (self.calls + 2)

    @property
    def latency(self) -> float:
        """Mean seconds of the calls that succeeded; 0 where none did."""
        return self.seconds / max(1, self.calls - self.failures)


class CatalogCache:
    """Opened for each access, created at the first write. Errors of the database are ignored: it is only a cache."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "catalog.db"
        self.rejected = 0
        """Rows of the list read last that are not a valid model."""
        self._listed: tuple[object, frozenset[str]] = (None, frozenset())
        """The state of the file, and the task types that have a list in it."""

    def models(self, task_type: str) -> tuple[list[HubModel], float | None]:
        """The cached list of a task type, and its age in seconds; None where there is none."""
        nothing: tuple[list[HubModel], float | None] = ([], None)
        if task_type not in self._task_types():
            self.rejected = 0
            return nothing

        def read(db: sqlite3.Connection) -> tuple[list[HubModel], float | None]:
            query = "select model, fetched_at from hub_models where task_type = ? order by rank"
            rows = db.execute(query, [task_type]).fetchall()
            models = [model for text, _ in rows if (model := _model(text))]
            self.rejected = len(rows) - len(models)
            return models, abs(time.time() - rows[0][1]) if rows else None  # abs: the clock may have been set back

        return self._read(read, nothing)

    def _task_types(self) -> frozenset[str]:
        """Those that have a list: read anew where the file has changed, as a listing asks for 86 types, most without any."""
        try:
            status = self._path.stat()
        except OSError:
            return frozenset()
        state = status.st_mtime_ns, status.st_size, status.st_ino
        if self._listed[0] != state:
            query = "select distinct task_type from hub_models"
            self._listed = state, self._read(lambda db: frozenset(name for (name,) in db.execute(query)), frozenset())
        return self._listed[1]

    def save_models(self, task_type: str, models: Sequence[HubModel]) -> None:
        """Replace the cached list of a task type."""

        def write(db: sqlite3.Connection) -> None:
            db.execute(
                "create table if not exists hub_models (task_type text, rank integer, model text, fetched_at float,"
                " primary key (task_type, rank))"
            )
            db.execute("delete from hub_models where task_type = ?", [task_type])
            now = time.time()
            rows = ((task_type, rank, model.model_dump_json(), now) for rank, model in enumerate(models))
            db.executemany("insert into hub_models (task_type, rank, model, fetched_at) values (?, ?, ?, ?)", rows)

        self._write(write)

    def call_stats(self) -> dict[tuple[str, str, str], CallStats]:
        """The counts of each expert, by backend, provider and model id."""

        def read(db: sqlite3.Connection) -> dict[tuple[str, str, str], CallStats]:
            rows = db.execute("select backend, provider, model_id, calls, failures, seconds from fared")
            return {(backend, provider, model_id): CallStats(*counts) for backend, provider, model_id, *counts in rows}

        return self._read(read, {})

    def record_call(self, expert: tuple[str, str, str], seconds: float | None) -> None:
        """Count one more call to an expert; `seconds` None when it failed."""

        def write(db: sqlite3.Connection) -> None:
            db.execute(
                "create table if not exists fared (backend text, provider text, model_id text, calls integer,"
                " failures integer, seconds float, primary key (backend, provider, model_id))"
            )
            db.execute(
                "insert into fared values (?, ?, ?, 1, ?, ?) on conflict do update set calls = calls + 1,"
                " failures = failures + excluded.failures, seconds = seconds + excluded.seconds",
                [*expert, int(seconds is None), seconds or 0.0],
            )

        self._write(write)

    def _read(self, query: Callable[[sqlite3.Connection], T], default: T) -> T:
        if not self._path.is_file():
            return default
        try:
            with closing(sqlite3.connect(self._path, timeout=5)) as connection:
                return query(connection)
        except (sqlite3.Error, ValueError):  # damaged, of another version, or without the table
            return default

    def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        with suppress(sqlite3.Error, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._change(change)
            except sqlite3.OperationalError:  # held by another process, or the disk is full
                raise
            except sqlite3.DatabaseError:  # damaged: start again
                self._path.unlink()
                self._change(change)

    def _change(self, change: Callable[[sqlite3.Connection], None]) -> None:
        with closing(sqlite3.connect(self._path, timeout=5)) as connection, connection:
            change(connection)


def _model(row: str) -> HubModel | None:
    """None for a row with an invalid model id or commit: an earlier version or another program wrote it."""
    try:
        model = HubModel.model_validate_json(row)
    except ValueError:
        return None
    return model if is_model_id(model.model_id) and (not model.revision or is_commit(model.revision)) else None
