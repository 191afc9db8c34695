"""`rows_of`: the rows of a conversation and of the runs that it was forked from; `insert_rows`, `differing` elsewhere."""

from collections.abc import Sequence
from typing import Any, Final

from .archive import Rows
from .row_connection import RowConnection
from .run_rows import status_of_row

TABLES: Final = ("runs", "tasks", "resources", "assignments", "llm_calls")
OF_THE_PROCESS: Final = ("owner", "heartbeat", "at_work")
"""Columns that have a meaning for the processes of one machine only."""
_OF_THE_HOME: Final = {"resources": ("id",), "llm_calls": ("id",)}
"""Columns that a home numbers by itself."""
_LINE = """
    WITH RECURSIVE line(run_id, parent) AS (
        SELECT run_id, parent FROM runs WHERE thread_id = ?
        UNION SELECT runs.run_id, runs.parent FROM runs JOIN line ON runs.run_id = line.parent)
    SELECT runs.run_id FROM runs JOIN line USING (run_id) ORDER BY runs.rowid"""


def line_of(db: RowConnection, thread_id: str) -> list[str]:
    """The runs of a conversation and all that they descend from, oldest first."""
    return list(dict.fromkeys(run_id for (run_id,) in db.execute(_LINE, [thread_id])))


def rows_of(db: RowConnection, run_ids: Sequence[str]) -> Rows:
    """All rows of these runs, in their order, as they are when no process works on a run."""
    return {table: [_row(table, row) for run_id in run_ids for row in _rows(db, table, run_id)] for table in TABLES}


def insert_rows(db: RowConnection, rows: Rows) -> None:
    """Insert them in their order. Raises SQLite's errors for a row that is there, or has other columns."""
    for table in TABLES:
        for row in rows.get(table, ()):
            db.insert(table, row)


def differing(db: RowConnection, rows: Rows) -> tuple[list[str], list[str]]:
    """Of the runs in these rows, those that are here and the same, and those that are here and differ."""
    same, other = list[str](), list[str]()
    for row in rows.get("runs", ()):
        run_id = str(row["run_id"])
        if here := rows_of(db, [run_id]):
            if not here["runs"]:
                continue
            there = {table: [each for each in rows.get(table, ()) if each["run_id"] == run_id] for table in TABLES}
            (same if _comparable(here) == _comparable(there) else other).append(run_id)
    return same, other


def _rows(db: RowConnection, table: str, run_id: str) -> list[dict[str, Any]]:
    return list(db.query(f"SELECT * FROM {table} WHERE run_id = ? ORDER BY rowid", [run_id]))


def _row(table: str, row: dict[str, Any]) -> dict[str, Any]:
    left_out = _OF_THE_HOME.get(table, ())
    known = dict.fromkeys(OF_THE_PROCESS) | {"status": status_of_row(row)} if table == "runs" else {}
    return {name: value for name, value in (row | known).items() if name not in left_out}


def _comparable(rows: Rows) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Without columns that have no value: an archive of an earlier version may lack them."""
    pairs = (
        (table, sorted((k, v) for k, v in row.items() if v is not None)) for table in TABLES for row in rows[table]
    )
    return sorted(pairs, key=repr)
