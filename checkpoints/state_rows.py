"""Rows of LangGraph's checkpoints and writes, in the database thread: short keys, compressed contents.

states        a checkpoint: its namespace, id and parent, and the state with its metadata
state_writes  what one call of `put_writes` saved after a checkpoint; never changed, what counts is decided on reading
namespaces    the thread and namespace of both, once

Ids of LangGraph are UUIDs, which are stored in 16 bytes and keep their order; any others are stored as they are. The newest
checkpoint is the one that was saved last: the ids begin with the time of day, which may be set back.
"""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection
from typing import Any, Final, NamedTuple

import ormsgpack

from .compression import compressed, damaged, original
from .redacting_connection import Redacted

TABLES: Final = ("namespaces", "states", "state_writes")
_OF_THREAD: Final = ("thread_id = ?", "thread_id = ? AND checkpoint_ns = ?")
_UUID_LENGTH, _UUID_BYTES = 36, 16


class SavedState(NamedTuple):
    """A checkpoint, serialized."""

    thread_id: str
    namespace: str
    checkpoint_id: str
    parent: str | None
    kind: str
    state: bytes
    """As the serializer made it, which calls its form `kind`."""
    metadata: str
    """JSON."""


class SavedWrite(NamedTuple):
    """A value that was written to a channel, serialized."""

    task_id: str
    task_path: str
    number: int
    channel: str
    kind: str
    value: bytes


def create_tables(db: Connection) -> None:
    """Create the tables, in the caller's transaction."""
    db.execute(
        "CREATE TABLE namespaces (id INTEGER PRIMARY KEY, thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL, "
        "UNIQUE (thread_id, checkpoint_ns))"
    )
    _create_states(db)
    db.execute(
        "CREATE TABLE state_writes (id INTEGER PRIMARY KEY, namespace INTEGER NOT NULL, checkpoint_id BLOB NOT NULL, "
        "writes BLOB NOT NULL)"
    )
    db.execute("CREATE INDEX state_writes_of_state ON state_writes (namespace, checkpoint_id)")


def _create_states(db: Connection) -> None:
    db.execute(
        "CREATE TABLE states (id INTEGER PRIMARY KEY, namespace INTEGER NOT NULL, checkpoint_id BLOB NOT NULL, parent BLOB, "
        "state BLOB NOT NULL, UNIQUE (namespace, checkpoint_id))"
    )
    db.execute("CREATE INDEX states_of_namespace ON states (namespace)")


def number_states(db: Connection) -> None:
    """Number the checkpoints of formats in which their ids said which is the newest, in the caller's transaction."""
    if "id" not in {column for _, column, *_ in db.execute("PRAGMA table_info(states)")}:
        db.execute("ALTER TABLE states RENAME TO states_without_number")
        _create_states(db)
        columns = "namespace, checkpoint_id, parent, state"
        db.execute(f"INSERT INTO states ({columns}) SELECT {columns} FROM states_without_number ORDER BY checkpoint_id")
        db.execute("DROP TABLE states_without_number")


# -- writing --------------------------------------------------------------------------------------------------------


def save_state(db: Connection, saved: SavedState, *, replace: bool = True) -> None:
    """Save a checkpoint; `replace`: also where there is one of that id, which keeps its number."""
    content = compressed(ormsgpack.packb([saved.kind, saved.metadata, saved.state]))
    insert = "INSERT INTO states (namespace, checkpoint_id, parent, state)"
    change = "UPDATE SET parent = excluded.parent, state = excluded.state" if replace else "NOTHING"
    values = [_key(saved.checkpoint_id), _key(saved.parent), content]
    _insert(db, insert, values, saved.thread_id, saved.namespace, f"ON CONFLICT (namespace, checkpoint_id) DO {change}")


def save_writes(
    db: Connection,
    thread_id: str,
    namespace: str,
    checkpoint_id: str,
    writes: Sequence[SavedWrite],
    *,
    replace: bool = False,
) -> None:
    """Save what one task wrote after a checkpoint; `replace`: in place of what it wrote before."""
    if not writes:
        return
    task_id, task_path = writes[0].task_id, writes[0].task_path
    content = compressed(ormsgpack.packb([task_id, task_path, replace, [each[2:] for each in writes]]))
    insert = "INSERT INTO state_writes (namespace, checkpoint_id, writes)"
    _insert(db, insert, [_key(checkpoint_id), content], thread_id, namespace)


def _insert(
    db: Connection, insert: str, values: list[Any], thread_id: str, namespace: str, otherwise: str = ""
) -> None:
    """Insert a row whose first column is the number of a namespace, a new one where it has none.

    `otherwise`: what is done where there is such a row.
    """
    select = f"SELECT id{', ?' * len(values)} FROM namespaces WHERE {_OF_THREAD[1]} {otherwise}"
    place = [thread_id, namespace]
    if not db.execute(f"{insert} {select}", [*values, *place]).rowcount:
        db.execute("INSERT OR IGNORE INTO namespaces (thread_id, checkpoint_ns) VALUES (?, ?)", place)
        db.execute(f"{insert} {select}", [*values, *place])


# -- reading --------------------------------------------------------------------------------------------------------


def states_of(
    db: Connection,
    thread_id: str | None = None,
    namespace: str | None = None,
    checkpoint_id: str | None = None,
    *,
    before: str | None = None,
) -> Iterator[SavedState]:
    """The checkpoints of that thread, namespace and id, or of all; newest first. `before`: older than that id."""
    given = (
        ("thread_id = ?", thread_id), ("checkpoint_ns = ?", namespace), ("checkpoint_id = ?", _key(checkpoint_id)),
        ("states.id < (SELECT max(id) FROM states WHERE checkpoint_id = ?)", _key(before)),
    )  # fmt: skip
    where = " AND ".join(condition for condition, value in given if value is not None) or "1"
    query = (
        "SELECT thread_id, checkpoint_ns, checkpoint_id, parent, state FROM namespaces JOIN states "
        f"ON namespace = namespaces.id WHERE {where} ORDER BY states.id DESC"
    )
    for thread, of, key, parent, content in db.execute(query, [value for _, value in given if value is not None]):
        kind, metadata, state = _unpacked(content, 3)
        yield SavedState(thread, of, str(_id(key)), _id(parent), kind, state, metadata)


def writes_of(
    db: Connection, thread_id: str, namespace: str | None = None, checkpoint_id: str | None = None
) -> list[SavedWrite]:
    """What was written after a checkpoint, or after all of a namespace or thread, in the order in which it was saved.

    Of two writes of a task with the same number the first counts, unless the second was to replace it.
    """
    given = (("checkpoint_ns = ?", namespace), ("checkpoint_id = ?", _key(checkpoint_id)))
    where = "".join(f" AND {condition}" for condition, value in given if value is not None)
    query = (
        "SELECT namespace, checkpoint_id, writes FROM namespaces JOIN state_writes ON namespace = namespaces.id "
        f"WHERE thread_id = ?{where} ORDER BY state_writes.id"
    )
    found: dict[tuple[int, str | bytes, str, int], SavedWrite] = {}
    for of, key, content in db.execute(query, [thread_id, *(value for _, value in given if value is not None)]):
        task_id, task_path, replace, writes = _unpacked(content, 4)
        for number, *rest in writes:
            place = (of, key, task_id, number)
            if replace or place not in found:
                found[place] = SavedWrite(task_id, task_path, number, *rest)
    return list(found.values())


def contents(db: Connection) -> Iterator[tuple[str, bytes]]:
    """The form and bytes of every state and of every value that was written, in all threads."""
    for (content,) in db.execute("SELECT state FROM states"):
        kind, _, state = _unpacked(content, 3)
        yield kind, state
    for (content,) in db.execute("SELECT writes FROM state_writes"):
        for _, _, kind, value in _unpacked(content, 4)[3]:
            yield kind, value


def written_after(db: Connection, thread_id: str) -> list[tuple[str, str]]:
    """Namespace and id of each checkpoint of a thread after which something was written, oldest write first."""
    query = (
        "SELECT checkpoint_ns, checkpoint_id FROM namespaces JOIN state_writes ON namespace = namespaces.id "
        "WHERE thread_id = ? GROUP BY namespace, checkpoint_id ORDER BY min(state_writes.id)"
    )
    return [(namespace, str(_id(key))) for namespace, key in db.execute(query, [thread_id])]


def newest_of(db: Connection, thread_id: str) -> list[tuple[str, str]]:
    """Each namespace of a thread with the id of its newest checkpoint."""
    query = (
        "SELECT checkpoint_ns, checkpoint_id, max(states.id) FROM namespaces JOIN states ON namespace = namespaces.id "
        "WHERE thread_id = ? GROUP BY namespace"  # SQLite takes the other columns from the row of the maximum
    )
    return [(namespace, str(_id(key))) for namespace, key, _ in db.execute(query, [thread_id])]


def has_thread(db: Connection, thread_id: str) -> bool:
    """Whether anything of a thread is saved."""
    return db.execute("SELECT 1 FROM namespaces WHERE thread_id = ? LIMIT 1", [thread_id]).fetchone() is not None


# -- deleting -------------------------------------------------------------------------------------------------------


def delete_states(
    db: Connection, thread_id: str, namespace: str | None = None, checkpoint_id: str | None = None
) -> int:
    """Delete the checkpoints of that thread, namespace and id with what was written after them; returns how many."""
    given = [thread_id, *([] if namespace is None else [namespace])]
    ids = f"SELECT id FROM namespaces WHERE {_OF_THREAD[len(given) - 1]}"
    where, values = f"namespace IN ({ids})", list[str | bytes | None](given)
    if checkpoint_id is not None:
        where, values = f"{where} AND checkpoint_id = ?", [*values, _key(checkpoint_id)]
    deleted = db.execute(f"DELETE FROM states WHERE {where}", values).rowcount
    db.execute(f"DELETE FROM state_writes WHERE {where}", values)
    left = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} WHERE namespace = namespaces.id)" for table in ("states", "state_writes")
    )
    db.execute(f"DELETE FROM namespaces WHERE {_OF_THREAD[len(given) - 1]} AND {left}", given)
    return deleted


def _unpacked(content: bytes, length: int) -> list[Any]:
    try:
        fields = ormsgpack.unpackb(original(content))
    except ValueError:
        raise damaged() from None
    if not isinstance(fields, list) or len(fields) != length:
        raise damaged()
    return fields


def _key(name: str | None) -> str | bytes | None:
    """An id as it is stored."""
    if name is None or len(name) != _UUID_LENGTH:
        return name
    try:
        key = bytes.fromhex(name.replace("-", ""))
    except ValueError:
        return name
    return Redacted(key) if len(key) == _UUID_BYTES and _id(key) == name else name


def _id(key: str | bytes | None) -> str | None:
    if not isinstance(key, bytes):
        return key
    digits = key.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
