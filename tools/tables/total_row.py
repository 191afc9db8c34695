"""`without_totals`: a table without its rows of totals and subtotals, which are sums of other rows."""

import re
from collections.abc import Sequence
from decimal import Decimal

from .cell_numbers import is_missing
from .folding import fold
from .table import Table

_WEAK = frozenset(("sum", "all", "suma", "soma", "somme"))
"""Words for a total, as `fold` leaves them, that may be something else: a last row with one is a total if it adds up."""
_STRONG = re.compile(
    r"(?:sub ?-?|grand |sous-|total )?totals?(?: general| geral)?|subtotal(?:es|is)?|total general|totaux"
    r"|(?:gesamt|zwischen|end)?summen?"
    r"|gesamt|合计|总计|小计|合計|小計|総計"
)


def without_totals(table: Table) -> tuple[Table, str]:
    """The rows that are no totals, and the rows of totals as a text; the table itself, and nothing, where it has none.

    A row of totals is labelled so in its only text (`Total`, `Subtotal`), its other cells are numbers or empty; or it is
    the last, has a word for a total, and its numbers are the sums of their columns.
    """
    if len(table.cells) < 2 or table.is_text:
        return table, ""
    totals = [n for n, row in enumerate(table.cells) if _is_labelled(table, row)]
    last = len(table.cells) - 1
    if last not in totals and last > 1 and _adds_up(table):
        totals.append(last)
    if not totals or len(totals) == len(table.cells):
        return table, ""
    kept = tuple(row for n, row in enumerate(table.cells) if n not in set(totals))
    shown = "; ".join(table.row_text(table.cells[n]) for n in totals)
    return Table(table.label, table.names, kept, table.decimal_comma), shown


def _label(cell: str) -> str:
    return fold(cell).rstrip(": ")


def _is_labelled(table: Table, row: Sequence[str]) -> bool:
    texts = [cell for cell in row if not is_missing(cell) and table.number(cell) is None]
    return len(texts) == 1 and len(row) > 1 and _STRONG.fullmatch(_label(texts[0])) is not None


def _adds_up(table: Table) -> bool:
    *rows, last = table.cells
    if not any(_label(cell) in _WEAK or _STRONG.fullmatch(_label(cell)) for cell in last):
        return False
    numbers = {n: number for n, cell in enumerate(last) if (number := table.number(cell)) is not None}
    sums = {n: sum((table.number(row[n]) or Decimal() for row in rows), Decimal()) for n in numbers}
    return bool(numbers) and sums == numbers
