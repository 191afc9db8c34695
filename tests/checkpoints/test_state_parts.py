"""States in parts: read back as they were, whatever they hold; each part is kept once, and as long as it is needed."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Send

from hugginggpt.checkpoints.pruning import prune
from hugginggpt.checkpoints.row_connection import RowConnection
from hugginggpt.checkpoints.serializer import strict_serializer
from hugginggpt.checkpoints.state_parts import IN_PARTS, PartsSerializer
from hugginggpt.checkpoints.state_splitting import joined, references, split
from hugginggpt.graph.errors import StorageError
from hugginggpt.graph.result import Run
from hugginggpt.tools.scripted import ScriptedController
from scripting import OpenScripted, ask, last, step

TEXTS = st.text(max_size=20) | st.builds(lambda text, times: text * times, st.text(max_size=9), st.integers(50, 400))
MESSAGES = st.builds(HumanMessage, TEXTS) | st.builds(AIMessage, TEXTS, id=st.just("a"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.binary() | TEXTS
    | MESSAGES | st.builds(Send, st.just("task"), st.dictionaries(st.text(max_size=5), TEXTS)),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=5),
)  # fmt: skip


@pytest.fixture
def connection() -> Iterator[RowConnection]:
    with closing(sqlite3.connect(":memory:", factory=RowConnection)) as connection:
        connection.execute("CREATE TABLE state_parts (hash BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        yield connection


@given(VALUES, st.booleans())
def test_a_state_is_joined_to_the_bytes_that_were_split(value: Any, whole: bool) -> None:
    _, data = strict_serializer().dumps_typed(
        {"channel_values": {"a": value}, "channel_versions": {}} if whole else [value]
    )
    left, parts = split(data)
    assert (joined(left, parts.__getitem__) if parts else left) == data
    known: dict[bytes, bytes] = {}
    for kept in (dict(parts), dict(parts)):  # again by a connection that has seen it
        again, new = split(data, known)
        assert again == left
        assert {key: value or kept[key] for key, value in new.items()}.items() <= parts.items()
    every = [left, *parts.values()]
    assert set(parts) <= {key for each in every for key in references(each)}


def test_a_list_that_grows_has_few_references_and_shares_its_parts(connection: RowConnection) -> None:
    serializer = PartsSerializer(strict_serializer(), connection)
    messages = [HumanMessage(f"turn {number} " * 50, id=str(number)) for number in range(300)]
    for length in range(1, 301):
        if length in (100, 200):
            connection.execute("DELETE FROM state_parts")  # as `prune` does, or a transaction that is rolled back
        kind, data = serializer.dumps_typed({"channel_values": {"messages": messages[:length]}, "channel_versions": {}})
        assert serializer.loads_typed((kind, data))["channel_values"]["messages"] == messages[:length]
    assert len(data) < 1_000
    (stored,) = connection.execute("SELECT sum(length(value)) FROM state_parts").fetchone()
    assert stored < 2 * sum(len(str(message.content)) for message in messages)


def test_a_turn_of_a_long_conversation_splits_its_own_messages_only() -> None:
    def state(length: int) -> bytes:
        messages = [HumanMessage(f"turn {number} " * 200, id=str(number)) for number in range(length)]
        return strict_serializer().dumps_typed({"channel_values": {"messages": messages}, "channel_versions": {}})[1]

    known: dict[bytes, bytes] = {}
    split(state(200), known)
    _, parts = split(state(202), known)
    assert len([value for value in parts.values() if value]) == 4  # two messages, each with a long text
    assert len(parts) < 30


def test_a_list_that_has_not_changed_is_not_serialized_again_and_read_as_it_was(connection: RowConnection) -> None:
    """Also after its parts were deleted, and by a connection that has not seen it."""
    sizes = list[int]()

    class Measuring(JsonPlusSerializer):
        def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
            kind, data = super().dumps_typed(obj)
            sizes.append(len(data))
            return kind, data

    serializer = PartsSerializer(Measuring(), connection)
    messages = [HumanMessage(f"turn {number} " * 50, id=str(number)) for number in range(70)]

    def is_serialized(version: str, length: int) -> bool:
        values = {"first": 1, "messages": messages[:length], "run": {"id": version * 200}}
        checkpoint: Any = {"id": "c", "channel_values": values, "channel_versions": {"messages": version}}
        sizes.clear()
        saved = serializer.dumps_checkpoint("t", "", checkpoint)
        assert serializer.loads_typed(saved) == checkpoint
        connection.known._whole.clear()  # as another connection reads it
        assert serializer.loads_typed(saved) == checkpoint
        return max(sizes) > 30_000

    assert [is_serialized("1", 69), is_serialized("1", 69), is_serialized("2", 70)] == [True, False, True]
    connection.execute("DELETE FROM state_parts")
    assert [is_serialized("2", 70), is_serialized("2", 70)] == [True, False]


@given(st.binary(max_size=60), st.binary(min_size=16, max_size=16))
def test_no_reference_is_overlooked_beside_bytes_that_look_like_one(before: bytes, key: bytes) -> None:
    value = [ormsgpack.Ext(7, before + b"\xd8\x65"), ormsgpack.Ext(101, key)]
    assert key in references(ormsgpack.packb(value))


def test_bytes_that_are_no_reference_and_msgpack_in_another_form_stay_as_they_are() -> None:
    for inside in (b"\xd8\x65" + b"x" * 16, b"\xcd\x00\x01", b"\xc1", b"\xd9\x01a" + b"\xd8\x65" + b"x" * 16):
        data = ormsgpack.packb([ormsgpack.Ext(7, inside), "long" * 500])
        left, parts = split(data)
        assert (joined(left, parts.__getitem__) if parts else left) == data
    for size in (1, 5, 16, 300, 70_000):
        foreign = ormsgpack.packb({"channel_values": {"a": ["long" * 500, ormsgpack.Ext(101, b"x" * size)]}})
        assert split(foreign) == (foreign, {})
    assert split(b"\xcd\x00\x01") == (b"\xcd\x00\x01", {})  # 1, in more bytes than it needs


def test_parts_within_parts_are_read_together(connection: RowConnection) -> None:
    sent = [Send("task", {"text": f"{number} " * 200}) for number in range(200)]
    serde, queries = PartsSerializer(strict_serializer(), connection), list[str]()
    saved = serde.dumps_typed({"channel_values": {"sent": sent}, "channel_versions": {}})
    connection.set_trace_callback(queries.append)
    assert serde.loads_typed(saved)["channel_values"]["sent"] == sent
    assert len(queries) <= 3


def test_a_missing_part_is_an_error(connection: RowConnection) -> None:
    serializer = PartsSerializer(strict_serializer(), connection)
    kind, data = serializer.dumps_typed({"answer": "long" * 500})
    assert kind == IN_PARTS
    assert serializer.loads_typed((kind, data)) == {"answer": "long" * 500}
    connection.execute("DELETE FROM state_parts")
    with pytest.raises(StorageError, match="missing"):
        serializer.loads_typed((kind, data))


async def test_a_conversation_takes_a_few_times_the_bytes_of_its_answers_and_a_prune_deletes_their_parts(
    scripted: OpenScripted, home: Path
) -> None:
    def answer(run: Run) -> str:
        return " ".join(f"{run.run_id}-{number}" for number in range(1000))

    def parts() -> int:
        with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
            return int(db.execute("SELECT sum(length(value)) FROM state_parts").fetchone()[0] or 0)

    async with scripted(ScriptedController([step(0)], answer=answer)) as world:
        answers = [last(await ask(world, f"turn {turn}")).answer for turn in range(10)]
        state = await world.graph.aget_state({"configurable": {"thread_id": "t"}})
        assert [message.content for message in state.values["messages"][1::2]] == answers
        text = sum(map(len, answers))
        assert 0 < parts() < 1.5 * text
        await asyncio.to_thread(prune, world.ledger.database, older=None, keep_last=0)
        assert parts() == 0
    assert (home / "hugginggpt.db").stat().st_size < text
