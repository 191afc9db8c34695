"""`saved_states`, `saved_writes`: the checkpoints of a conversation, whole, to be copied; `save_whole` saves one."""

from collections.abc import Iterator
from itertools import groupby

from .row_connection import RowConnection
from .state_parts import whole, write_parts
from .state_rows import SavedState, SavedWrite, save_state, save_writes, states_of, writes_of, written_after


def saved_states(db: RowConnection, thread_id: str) -> Iterator[SavedState]:
    """The newest last, as they were saved."""
    for state in reversed(list(states_of(db, thread_id))):
        kind, data = whole(db, state.kind, state.state)
        yield state._replace(kind=kind, state=data)


def saved_writes(db: RowConnection, thread_id: str) -> Iterator[tuple[str, str, list[SavedWrite]]]:
    """What each task wrote after a checkpoint, with namespace and id of that."""
    for namespace, checkpoint_id in written_after(db, thread_id):
        for _, rows in groupby(writes_of(db, thread_id, namespace, checkpoint_id), lambda write: write.task_id):
            written = [(write, *whole(db, write.kind, write.value)) for write in rows]
            yield namespace, checkpoint_id, [write._replace(kind=kind, value=data) for write, kind, data in written]


def save_whole(db: RowConnection, state: SavedState) -> None:
    """Save a checkpoint, unless there is one of that id."""
    kind, data = _in_parts(db, state.kind, state.state)
    save_state(db, state._replace(kind=kind, state=data), replace=False)


def save_whole_writes(
    db: RowConnection, thread_id: str, namespace: str, checkpoint_id: str, writes: list[SavedWrite]
) -> None:
    """Save what one task wrote after a checkpoint."""
    split = [(write, *_in_parts(db, write.kind, write.value)) for write in writes]
    parts = [write._replace(kind=kind, value=data) for write, kind, data in split]
    save_writes(db, thread_id, namespace, checkpoint_id, parts)


def _in_parts(db: RowConnection, kind: str, data: bytes) -> tuple[str, bytes]:
    (data,) = db.redact([data])  # before it is compressed: then no secret can be found in it
    return write_parts(db, data) if kind == "msgpack" else (kind, data)
