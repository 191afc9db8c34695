"""Rows of checkpoints: short, without secrets, and with every checkpoint that LangGraph's own saver had."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.base import CheckpointTuple, empty_checkpoint
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from sqlite_utils import Database as SqliteUtils
from typing_extensions import TypedDict

from hugginggpt.checkpoints.common_bytes import COMMON
from hugginggpt.checkpoints.compression import compressed, original
from hugginggpt.checkpoints.migrations import migrate, migrations
from hugginggpt.checkpoints.redacting_connection import Redactors
from hugginggpt.checkpoints.row_connection import RowConnection
from hugginggpt.checkpoints.serializer import strict_serializer
from hugginggpt.checkpoints.state_parts import parts
from hugginggpt.checkpoints.state_rows import TABLES, contents, delete_states, states_of
from hugginggpt.checkpoints.states import States
from hugginggpt.graph.errors import StorageError
from hugginggpt.graph.redactor import Redactor

KEY = "sk-Canary/7Q2x9+LmZ4bT8vN1kR6wYpD3"


@pytest.fixture
def db() -> Iterator[RowConnection]:
    with closing(sqlite3.connect(":memory:", factory=RowConnection)) as db:
        db.redactors = Redactors()
        migrate(db)
        yield db


def config(checkpoint_id: str | None = None, **more: str) -> Any:
    ids = {"checkpoint_id": checkpoint_id} if checkpoint_id else {}
    return {"configurable": {"thread_id": "t", "checkpoint_ns": "", **ids, **more}}


def saved(states: States, checkpoint_id: str, parent: str | None = None, value: Any = 1) -> None:
    checkpoint = {**empty_checkpoint(), "id": checkpoint_id, "channel_values": {"x": value}}
    states.put(config(parent), checkpoint, {"source": "loop", "step": 1, "run_id": "r"})  # type: ignore[typeddict-unknown-key, arg-type]


@given(st.binary())
def test_bytes_are_the_same_after_they_were_compressed(data: bytes) -> None:
    assert original(compressed(data)) == data
    assert len(compressed(data)) <= len(data) + 1


@given(st.binary())
def test_any_bytes_in_place_of_compressed_ones_are_an_error_in_words_or_some_bytes(data: bytes) -> None:
    with suppress(StorageError):
        assert isinstance(original(data), bytes)


def test_what_is_known_beforehand_never_changes() -> None:
    """Homes can't be read without it: other bytes are another form, with a first byte of its own."""
    assert hashlib.sha256(COMMON).hexdigest() == "2b6655c5cd6e72fe82e8aeab64bb6c829e7431e746b5d6544e6a8b4c38239184"


def test_no_secret_is_in_a_compressed_state(db: RowConnection) -> None:
    db.redactors.add(Redactor([KEY]))
    states = States(db, strict_serializer())
    saved(states, "1", value={"short": KEY, "long": [f"{KEY} " * 200]})
    states.put_writes(config("1"), [("x", f"say {KEY}"), ("y", f"{KEY} " * 200)], "task")
    everything = b"".join([*(data for _, data in contents(db)), *parts(db)])
    assert b"say " in everything
    assert KEY[:12].encode() not in everything


def test_the_first_write_of_a_task_counts_and_only_questions_and_errors_are_replaced(db: RowConnection) -> None:
    states = States(db, strict_serializer())
    saved(states, "1")
    for value in (1, 2):
        states.put_writes(config("1"), [("x", value), ("y", value)][:value], "a")
        states.put_writes(config("1"), [("__interrupt__", value)], "b")
        states.put_writes(config("1"), [("__error__", value), ("x", value)], "c")
    found = states.get_tuple(config())
    assert found
    assert sorted(found.pending_writes or ()) == [
        ("a", "x", 1),
        ("a", "y", 2),
        ("b", "__interrupt__", 2),
        ("c", "__error__", 1),
        ("c", "x", 1),
    ]


def test_ids_that_are_no_uuids_are_kept_as_they_are_and_order_like_texts(db: RowConnection) -> None:
    states = States(db, strict_serializer())
    odd = ["1EF4F797-8335-6428-8001-8A1503F9B875", "1ef4f797 8335 6428 8001 8a1503f9b875", "2", "Ä" * 36]
    for parent, checkpoint_id in zip([None, *odd], odd, strict=False):
        saved(states, checkpoint_id, parent)
    assert [state.checkpoint_id for state in states_of(db, "t")] == sorted(odd, reverse=True)
    assert [state.parent for state in states_of(db, "t", "", odd[1])] == [odd[0]]
    assert [t.config["configurable"]["checkpoint_id"] for t in states.list(config(), before=config("2"))] == odd[1::-1]


def test_a_list_is_filtered_by_metadata_and_limited_after_that(db: RowConnection) -> None:
    states = States(db, strict_serializer())
    for number in range(6):
        checkpoint = {**empty_checkpoint(), "id": str(number)}
        metadata: Any = {"step": number % 2, "writes": {"a": {"b": [1]}}, "none": None}
        states.put(config(), checkpoint, metadata)

    def ids(limit: int | None = None, **wanted: Any) -> list[str]:
        return [t.config["configurable"]["checkpoint_id"] for t in states.list(None, filter=wanted, limit=limit)]

    assert ids(step=1) == ["5", "3", "1"]
    assert ids(2, step=1) == ["5", "3"]
    assert ids(0, step=1) == []
    assert ids(1, **{"writes.a.b": [1], "none": None, "missing": None}) == ["5"]
    assert ids(**{"writes.a.c": [1]}) == []


def test_a_deleted_conversation_leaves_no_row(db: RowConnection) -> None:
    states = States(db, strict_serializer())
    saved(states, "1")
    saved(states, "2", "1")
    states.put_writes(config("2"), [("x", 1)], "task")
    states.put_writes(config("3", checkpoint_ns="inner"), [("x", 1)], "task")
    assert delete_states(db, "t", "", "1") == 1
    assert [state.checkpoint_id for state in states_of(db, "t")] == ["2"]
    assert delete_states(db, "other") == 0
    assert delete_states(db, "t") == 1
    assert [db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES] == [(0,)] * 3


def test_a_damaged_row_is_an_error_in_words(db: RowConnection) -> None:
    states = States(db, strict_serializer())
    saved(states, "1")
    for damage in (b"", b"\0", b"\0\x93", b"\0\x91\x01", b"\1abc", b"\7abc"):
        db.execute("UPDATE states SET state = ?", [damage])
        with pytest.raises(StorageError, match="damaged"):
            states.get_tuple(config())


def test_a_bit_that_flipped_in_a_saved_state_is_an_error_in_words_and_never_another_state(db: RowConnection) -> None:
    """On a failing disk or in failing memory; SQLite itself has no checksums."""
    states = States(db, strict_serializer())
    saved(states, "1", value={"text": "The total of all is 9,113.20 euros. " * 5, "numbers": list(range(40))})
    whole, (content,) = states.get_tuple(config()), db.execute("SELECT state FROM states").fetchone()
    passed = 0
    for bit in range(8 * len(content)):
        flipped = int.from_bytes(content) ^ (1 << bit)
        db.execute("UPDATE states SET state = ?", [flipped.to_bytes(len(content))])
        with suppress(StorageError):
            passed += states.get_tuple(config()) != whole
    assert passed <= 1, "but for the bit that says that there is a checksum"


class Counted(TypedDict):
    """State of a graph that counts and asks."""

    count: int


def counting(saver: SqliteSaver) -> Any:
    def ask(state: Counted) -> dict[str, int]:
        return {"count": state["count"] + interrupt("how many?")}

    graph = StateGraph(Counted)
    graph.add_node("one", lambda state: {"count": state["count"] + 1})
    graph.add_node("ask", ask)
    graph.add_edge(START, "one")
    graph.add_edge("one", "ask")
    graph.add_edge("ask", END)
    return graph.compile(checkpointer=saver)


def test_a_home_of_format_4_has_the_same_checkpoints_and_writes_after_it_was_opened() -> None:
    with closing(sqlite3.connect(":memory:", factory=RowConnection, check_same_thread=False)) as db:
        migrations.apply(SqliteUtils(db), stop_before="short_rows_of_format_5")
        stock = SqliteSaver(db)
        graph = counting(stock)
        for thread in ("a", "b"):
            graph.invoke({"count": 1}, {"configurable": {"thread_id": thread}})
        graph.invoke(Command(resume=10), {"configurable": {"thread_id": "a"}})
        before = by_place(stock.list(None))
        migrate(db)
        after = by_place(States(db, strict_serializer()).list(None))
        assert not {"checkpoints", "writes"} & db.table_names()
        db.commit()
    assert len(before) == 7
    assert after == before


def by_place(tuples: Iterator[CheckpointTuple]) -> dict[tuple[str, str], CheckpointTuple]:
    return {
        (each.config["configurable"]["thread_id"], each.config["configurable"]["checkpoint_id"]): each
        for each in tuples
    }
