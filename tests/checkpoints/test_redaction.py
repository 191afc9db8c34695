"""Every way to write a value through the database's connection removes the secrets."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from hugginggpt.checkpoints.redacting_connection import Redactors
from hugginggpt.checkpoints.row_connection import RowConnection
from hugginggpt.graph.redactor import Redactor

KEY = "sk-Canary/7Q2x9+LmZ4bT8vN1kR6wYpD3"
INSERT = "INSERT INTO said (words) VALUES (?)"
WAYS: dict[str, Callable[[RowConnection, object], object]] = {
    "execute": lambda connection, value: connection.execute(INSERT, [value]),
    "executemany": lambda connection, value: connection.executemany(INSERT, [[value]]),
    "insert": lambda connection, value: connection.insert("said", {"words": value}),
    "cursor": lambda connection, value: connection.cursor().execute(INSERT, [value]),
    "cursor of many": lambda connection, value: connection.cursor().executemany(INSERT, [[value]]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", [f"say {KEY}", f"say {KEY}".encode()], ids=["text", "bytes"])
def test_no_secret_is_written(way: str, value: str | bytes) -> None:
    with closing(sqlite3.connect(":memory:", factory=RowConnection)) as connection:
        connection.redactors = Redactors()
        connection.redactors.add(Redactor([KEY]))
        connection.execute("CREATE TABLE said (words)")
        WAYS[way](connection, value)
        ((words,),) = connection.execute("SELECT words FROM said")
    assert KEY not in str(words)
    assert len(words) == len(value)
