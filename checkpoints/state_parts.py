"""`PartsSerializer`: keeps each message, result, plan and long text of a state once, in the table `state_parts`.

LangGraph saves the whole state at every step. Here each is split (`state_splitting.py`): a part that is large enough is
replaced by its hash, and read back in its place, byte by byte as it was. A part is written in the transaction of the
state that refers to it; it is deleted when no state does (`deletion.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from sqlite3 import Connection
from types import MappingProxyType
from typing import Any, Final

from langgraph.checkpoint.base import Checkpoint
from langgraph.checkpoint.serde.base import SerializerProtocol

from ..graph.advice import again
from ..graph.errors import StorageError
from .compression import compressed, original
from .known_states import hashes_in
from .msgpack_tree import packed, unpacked
from .redacting_connection import Redacted, RedactingConnection
from .state_rows import contents
from .state_splitting import Parts, joined, references, split

IN_PARTS: Final = "msgpack in parts"
"""The `type` of a state that refers to parts; others are as LangGraph wrote them."""
_AT_ONCE: Final = 500
"""Hashes in one query."""


class PartsSerializer(SerializerProtocol):
    """A serializer whose states are in parts. Used in the thread and transaction of the connection only."""

    def __init__(self, serializer: SerializerProtocol, connection: RedactingConnection) -> None:
        self._serializer = serializer
        self._connection = connection

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """The state, after its parts were written."""
        kind, data = self._serializer.dumps_typed(obj)
        (data,) = self._connection.redact([data])  # before it is compressed: then no secret can be found in it
        return write_parts(self._connection, data) if kind == "msgpack" else (kind, data)

    def dumps_checkpoint(self, thread_id: str, namespace: str, checkpoint: Checkpoint) -> tuple[str, bytes]:
        """The same for a checkpoint: a long list that has not changed since the one before is not serialized again."""
        place, known = (thread_id, namespace), self._connection.known
        lists = known.lists_in(*place, checkpoint)
        if not lists:
            kind, data = self.dumps_typed(checkpoint)
            if kind == IN_PARTS:
                known.add_lists(*place, checkpoint, unpacked(data))
            return kind, data
        keys = {key for left in lists.values() for key in hashes_in(left)}
        if _stored(self._connection, list(keys)) != keys:
            known.forget()
            return self.dumps_checkpoint(*place, checkpoint)
        values = dict(checkpoint["channel_values"])
        _, data = self.dumps_typed({**checkpoint, "channel_values": values | dict.fromkeys(lists)})
        tree = unpacked(data)
        tree["channel_values"].update(lists)
        return IN_PARTS, packed(tree)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The state, with its parts in their places."""
        return self.loads_all([data])[0]

    def loads_all(self, many: Sequence[tuple[str, bytes]]) -> list[Any]:
        """States and values in one go: the parts to which they refer are read together, then the parts of those."""
        known: Parts = {}
        whole_known = self._connection.known.whole
        wanted = {key for kind, data in many if kind == IN_PARTS and not whole_known(data) for key in references(data)}
        while wanted:
            found = _values(self._connection, list(wanted))
            known |= found
            wanted = {key for value in found.values() for key in references(value)} - known.keys()
        return [
            self._serializer.loads_typed(
                ("msgpack", before) if (before := whole_known(each[1])) else whole(self._connection, *each, known)
            )
            for each in many
        ]


def write_parts(connection: RedactingConnection, data: bytes) -> tuple[str, bytes]:
    """Write the parts of a state; returns its type, and what is left of it.

    A conversation's messages come again in each of its states: those that this connection has seen are not split again.
    """
    known = connection.known
    known.make_room()
    left, parts = split(data, known.parts)
    stored = _stored(connection, list(parts))
    if any(not value and key not in stored for key, value in parts.items()):  # deleted since, or rolled back
        known.forget()
        left, parts = split(data, known.parts)
        stored = _stored(connection, list(parts))
    new = parts.keys() - stored
    insert = "INSERT INTO state_parts (hash, value) VALUES (?, ?)"
    connection.executemany(insert, [(Redacted(key), compressed(value)) for key, value in parts.items() if key in new])
    if not parts:
        return "msgpack", data
    known.add_whole(left, data)
    return IN_PARTS, left


def whole(
    connection: Connection, kind: str, data: bytes, known: Mapping[bytes, bytes] = MappingProxyType({})
) -> tuple[str, bytes]:
    """A state as LangGraph wrote it: its type, and its bytes. `known`: parts that were read already."""

    def fetch(key: bytes) -> bytes:
        return found if (found := known.get(key)) is not None else _value(connection, key)

    return ("msgpack", joined(data, fetch)) if kind == IN_PARTS else (kind, data)


def delete_unreferenced(connection: Connection) -> list[bytes]:
    """Delete the parts to which no state refers, directly or through another part; returns them."""
    stored = {key for (key,) in connection.execute("SELECT hash FROM state_parts")}
    live = set[bytes]()
    to_read = {key for kind, data in contents(connection) if kind == IN_PARTS for key in references(data)}
    while to_read := (to_read & stored) - live:
        live |= to_read
        to_read = {inner for key in to_read for inner in references(_value(connection, key))}
    dead = [(Redacted(key),) for key in stored - live]
    values = [_value(connection, key) for (key,) in dead]
    connection.executemany("DELETE FROM state_parts WHERE hash = ?", dead)
    return values


def parts(connection: Connection) -> Iterator[bytes]:
    """The bytes of all parts."""
    for (value,) in connection.execute("SELECT value FROM state_parts"):
        yield original(value)


def compress_all(connection: Connection) -> None:
    """Compress the parts of a home of an earlier format."""
    keys = [Redacted(key) for (key,) in connection.execute("SELECT hash FROM state_parts")]
    for key in keys:
        (value,) = connection.execute("SELECT value FROM state_parts WHERE hash = ?", [key]).fetchone()
        connection.execute("UPDATE state_parts SET value = ? WHERE hash = ?", [compressed(value), key])


def _stored(connection: Connection, keys: Sequence[bytes]) -> set[bytes]:
    """Those of the hashes whose parts are there."""
    return {key for (key,) in _rows(connection, "hash", keys)}


def _values(connection: Connection, keys: Sequence[bytes]) -> Parts:
    """Those of the hashes that are there, with their parts."""
    return {key: original(value) for key, value in _rows(connection, "hash, value", keys)}


def _rows(connection: Connection, columns: str, keys: Sequence[bytes]) -> Iterator[Any]:
    for at in range(0, len(keys), _AT_ONCE):
        some = [Redacted(key) for key in keys[at : at + _AT_ONCE]]
        yield from connection.execute(
            f"SELECT {columns} FROM state_parts WHERE hash IN ({','.join('?' * len(some))})", some
        )


def _value(connection: Connection, key: bytes) -> bytes:
    found = connection.execute("SELECT value FROM state_parts WHERE hash = ?", [Redacted(key)]).fetchone()
    if found is None:
        raise StorageError(
            f"a part of a saved state is missing ({key.hex()})",
            hint=f"the database was changed or damaged; make the request again: {again()}",
        )
    return original(found[0])
