"""sort: sorts the rows of a table by a column, or the lines of a text."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .....graph.call import Artifact, Call
from ..registry import expert

if TYPE_CHECKING:
    from ....tables.columns import Columns
    from ....tables.written_tables import Rows


@expert("sort", name="sort", description="sorts rows by a column, or lines, exactly", light=True)
def sort(call: Call) -> Sequence[Artifact]:
    """All items one after another, each sorted: tables as CSV, texts as lines.

    Cells without a value (empty; `n/a` among numbers) come last. Raises `ExpertError` for numbers among other texts.
    """
    from ....tables.written_tables import written

    by, falling = str(call.task.parameters.get("by") or ""), bool(call.task.parameters.get("descending"))
    return [written(call, call.inputs.get("items", ()), partial(_sorted, by=by, falling=falling))]


def _sorted(table: "Columns", by: str, falling: bool) -> "Rows":
    from ....tables.number_check import no_number
    from ....tables.table import Table
    from ....tables.total_row import body

    column = 0 if table.is_text or not by else table.column_or_error(by)
    if isinstance(table, Table) and table.is_text and "length" in by:
        cells = tuple(sorted(table.cells, key=lambda row: len(row[0]), reverse=falling))
        return replace(table, cells=cells), None, False
    rows = body(table)
    dated = rows.is_dated(column)
    if not table.is_text and not dated and not rows.is_numeric(column) and rows.is_mostly_numeric(column):
        raise no_number(rows, column)
    return rows, column, falling
