"""`copy_thread` copies a conversation: checkpoints, and the rows of its runs, under ids of their own.

Two conversations must not share a run: it has one row, one lease and one answer. So ids are replaced in the copied states
too, as msgpack, whatever types a state holds.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from .msgpack_tree import Extension, nested, packed, unpacked
from .row_connection import RowConnection
from .thread_states import save_whole, save_whole_writes, saved_states, saved_writes

_COPIED: Final = ("tasks", "resources", "assignments")
"""With the run's own row. `llm_calls` stay with the run that made them: a copy has spent nothing."""
_LONGEST_ID: Final = 100
Replace = Callable[[Any], Any]


def copy_thread(db: RowConnection, source: str, target: str) -> None:
    """Copy in the transaction of the caller. What the target has under the same id stays as it is."""
    query = "SELECT run_id FROM runs WHERE thread_id = ? AND plan IS NOT NULL ORDER BY rowid"  # others are planned anew
    runs = [run_id for (run_id,) in db.execute(query, [source])]
    ids = {run_id: hashlib.sha256(f"{target}|{run_id}".encode()).hexdigest()[:10] for run_id in runs}
    for run_id in runs:
        _copy_run(db, run_id, ids, target)
    _copy_states(db, source, target, partial(_replaced, ids=ids, source=source, target=target) if ids else None)


def _copy_run(db: RowConnection, run_id: str, ids: Mapping[str, str], target: str) -> None:
    """The rows of a run. Its copy is owned by no process: what still runs in the source is interrupted here."""
    (run,) = db.query("SELECT * FROM runs WHERE run_id = ?", [run_id])
    status = "interrupted" if run["status"] == "running" else run["status"]
    new = {"run_id": ids[run_id], "thread_id": target}
    changed = {"parent": run_id, "status": status, "owner": None, "heartbeat": None, "epoch": _epoch(run["epoch"], ids)}
    if db.insert("runs", run | new | changed, ignore=True):
        for table in _COPIED:
            for row in list(db.query(f"SELECT * FROM {table} WHERE run_id = ? ORDER BY rowid", [run_id])):
                own = {**row, **new, "epoch": _epoch(row.get("epoch"), ids)}
                db.insert(table, {name: own[name] for name in row if name != "id"})


def _epoch(epoch: str | None, ids: Mapping[str, str]) -> str | None:
    run_id, colon, digest = (epoch or "").partition(":")
    return ids.get(run_id, run_id) + colon + digest if epoch else epoch


def _copy_states(db: RowConnection, source: str, target: str, replace: Replace | None) -> None:
    def copied(kind: str, data: bytes) -> bytes:
        return packed(replace(unpacked(data))) if replace and kind == "msgpack" else data

    for state in saved_states(db, source):
        save_whole(db, state._replace(thread_id=target, state=copied(state.kind, state.state)))
    for namespace, checkpoint_id, writes in saved_writes(db, source):
        changed = [write._replace(value=copied(write.kind, write.value)) for write in writes]
        save_whole_writes(db, target, namespace, checkpoint_id, changed)


def _replaced(value: Any, *, ids: Mapping[str, str], source: str, target: str) -> Any:
    """A state in which the runs and the conversation have their new ids."""
    again = partial(_replaced, ids=ids, source=source, target=target)
    match value:
        case dict():
            return {
                key: target if key == "thread_id" and each == source else again(each) for key, each in value.items()
            }
        case list():
            return [again(each) for each in value]
        case str() if len(value) < _LONGEST_ID:  # an id, or an epoch that begins with one
            return _epoch(value, ids)
        case Extension():
            return nested(value, again)
        case _:
            return value
