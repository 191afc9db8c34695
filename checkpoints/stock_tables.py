"""`move_stock_tables`: the tables of LangGraph's own SQLite saver, which homes of earlier formats have, become our rows."""

from collections.abc import Iterator
from itertools import groupby
from sqlite3 import Connection
from typing import Final

from .state_rows import SavedState, SavedWrite, save_state, save_writes

_STATE: Final = "thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata"
_PLACE: Final = "thread_id, checkpoint_ns, checkpoint_id, task_id"


def move_stock_tables(db: Connection) -> None:
    """Copy all rows, then drop the tables, in the caller's transaction."""
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "checkpoints" in there:
        for state in _states(db):
            save_state(db, state)
        db.execute("DROP TABLE checkpoints")
    if "writes" in there:
        for (thread_id, namespace, checkpoint_id, _), rows in groupby(_writes(db), lambda row: row[0]):
            save_writes(db, thread_id, namespace, checkpoint_id, [write for _, write in rows])
        db.execute("DROP TABLE writes")


def _states(db: Connection) -> Iterator[SavedState]:
    query = f"SELECT {_STATE} FROM checkpoints ORDER BY rowid"
    for thread_id, namespace, checkpoint_id, parent, kind, state, metadata in db.execute(query):
        text = metadata.decode("utf-8", "replace") if isinstance(metadata, bytes) else metadata or "{}"
        yield SavedState(thread_id, namespace, checkpoint_id, parent, kind or "null", state or b"", text)


def _writes(db: Connection) -> Iterator[tuple[tuple[str, str, str, str], SavedWrite]]:
    columns = {name for _, name, *_ in db.execute("PRAGMA table_info(writes)")}
    path = "task_path" if "task_path" in columns else "''"
    first = f"min(rowid) OVER (PARTITION BY {_PLACE})"
    query = f"SELECT {_PLACE}, {path}, idx, channel, type, value FROM writes ORDER BY {first}, {_PLACE}, idx"
    for thread_id, namespace, checkpoint_id, task_id, task_path, index, channel, kind, value in db.execute(query):
        place = (thread_id, namespace, checkpoint_id, task_id)
        yield place, SavedWrite(task_id, task_path, index, channel, kind or "null", value or b"")
