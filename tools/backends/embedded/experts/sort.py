"""sort: sorts the rows of a table by a column, or the lines of a text."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from .....graph.call import Artifact, Call
from ....tables.cell_numbers import is_missing
from ....tables.conditions import ordered, size_of
from ....tables.folding import fold
from ....tables.number_check import no_number
from ....tables.table import Table, read_table
from ..registry import expert
from .filter import as_csv


@expert("sort", name="sort", description="sorts rows by a column, or lines, exactly", light=True)
def sort(call: Call) -> Sequence[Artifact]:
    """All items one after another, each sorted: tables as CSV, texts as lines.

    Cells without a value (empty; `n/a` among numbers) come last. Raises `ExpertError` for numbers among other texts.
    """
    by, falling = str(call.task.parameters.get("by") or ""), bool(call.task.parameters.get("descending"))
    tables = [_sorted(read_table(item), by, falling) for item in call.inputs.get("items", ())]
    written = ["\n".join(row[0] for row in table.cells) if table.is_text else as_csv(table) for table in tables]
    media_type = "text/csv" if tables and not tables[0].is_text else "text/plain"
    return [Artifact(output="text", kind="text", media_type=media_type, text="\n".join(written))]


def _sorted(table: Table, by: str, falling: bool) -> Table:
    column = 0 if table.is_text or not by else table.column_or_error(by)
    key = _key(table, column, by)
    sized = table.is_numeric(column) or table.is_dated(column)
    empty = [row for row in table.cells if (is_missing(row[column]) if sized else not row[column].strip())]
    missing = set(empty)
    filled = [row for row in table.cells if row not in missing]
    rows = (*sorted(filled, key=lambda row: key(row[column]), reverse=falling), *empty)
    return Table(table.label, table.names, rows, table.decimal_comma, table.is_text)


def _key(table: Table, column: int, by: str) -> Callable[[str], Any]:
    if table.is_text and "length" in by:
        return len
    if table.is_numeric(column):
        return lambda cell: table.number(cell) or Decimal()
    if table.is_dated(column):
        ordered(table, column)
        return lambda cell: str(size_of(cell, table))
    if not table.is_text and table.is_mostly_numeric(column):
        raise no_number(table, column)
    return fold
