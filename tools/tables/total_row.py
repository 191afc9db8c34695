"""`without_total`: a table without its last row, where that is the sum of the others and says so."""

from decimal import Decimal

from .folding import fold
from .table import Table

WORDS = frozenset(
    ("total", "totals", "grand total", "sum", "all", "gesamt", "gesamtsumme", "summe", "total general", "somme", "suma",
     "soma", "合计", "总计", "合計")
)  # fmt: skip
"""Words for a total, as `fold` leaves them."""


def without_total(table: Table) -> tuple[Table, str]:
    """The rows that are no totals, and the row of totals as a text; the table itself, and nothing, where it has none.

    The last row is one where a cell of it is a word for a total, and all its numbers are the sums of their columns.
    """
    if len(table.cells) < 3 or table.is_text:
        return table, ""
    *rows, last = table.cells
    if not any(fold(cell).rstrip(":") in WORDS for cell in last):
        return table, ""
    numbers = {n: number for n, cell in enumerate(last) if (number := table.number(cell)) is not None}
    sums = {n: sum((table.number(row[n]) or Decimal() for row in rows), Decimal()) for n in numbers}
    if not numbers or sums != numbers:
        return table, ""
    return Table(table.label, table.names, tuple(rows), table.decimal_comma), table.row_text(last)
