"""`without_totals`: a table without its rows of totals and subtotals, which are sums of other rows."""

import re
from decimal import Decimal
from typing import TypeVar

from ...graph.caveats import caveat
from .cell_numbers import is_missing
from .columns import Columns, Row
from .folding import fold

T = TypeVar("T", bound=Columns)
MAX_SHOWN = 30
"""Rows of totals that are named."""
_WEAK = frozenset(("sum", "all", "suma", "soma", "somme"))
"""Words for a total, as `fold` leaves them, that may be something else: a last row with one is a total if it adds up."""
_STRONG = re.compile(
    r"(?:sub ?-?|grand |sous-|total )?totals?(?: general| geral)?|subtotal(?:es|is)?|total general|totaux"
    r"|(?:gesamt|zwischen|end)?summen?"
    r"|gesamt|合计|总计|小计|合計|小計|総計"
)


def without_totals(table: T) -> tuple[T, str]:
    """The rows that are no totals, and the rows of totals as a text; the table itself, and nothing, where it has none.

    A row of totals is labelled so in its only text (`Total`, `Subtotal`), its other cells are numbers or empty; or it is
    the last, its numbers are the sums of their columns, and it has a word for a total or nothing where others have texts.
    """
    if table.count < 2 or table.is_text:
        return table, ""
    found = table.suspects(f"(?:{_STRONG.pattern}|{'|'.join(_WEAK)})")
    totals = [n for n, row in found.items() if _is_labelled(table, row)]
    last = max(found)
    if last not in totals and table.count > 2 and _adds_up(table, last, found[last]):
        totals.append(last)
    if not totals or len(totals) == table.count:
        return table, ""
    shown = "; ".join(table.row_text(found[n]) for n in totals[:MAX_SHOWN])
    more = f"; ... ({len(totals)})" if len(totals) > MAX_SHOWN else ""
    return table.without(totals), shown + more


def body(table: T) -> T:
    """The rows that are no totals; what is left out is said."""
    rows, totals = without_totals(table)
    if totals:
        caveat(f"without the row of totals of {table.label}: {totals}")
    return rows


def _label(cell: str) -> str:
    return fold(cell).rstrip(": ")


def _is_labelled(table: Columns, row: Row) -> bool:
    texts = [cell for cell in row if not is_missing(cell) and table.number(cell) is None]
    return len(texts) == 1 and len(row) > 1 and _STRONG.fullmatch(_label(texts[0])) is not None


def _adds_up(table: Columns, number: int, last: Row) -> bool:
    """Whether the last row is called a total, or has only numbers beside other rows' texts; and they are the sums."""
    rest = table.without([number])
    named = any(_label(cell) in _WEAK or _STRONG.fullmatch(_label(cell)) for cell in last)
    empty = [n for n, cell in enumerate(last) if is_missing(cell)]
    bare = [n for n, cell in enumerate(last) if n not in empty and table.number(cell) is None]
    unlabelled = not bare and any(not rest.missing(n) and not rest.is_numeric(n) for n in empty)
    if not named and not unlabelled:
        return False
    numbers = {n: found for n, cell in enumerate(last) if (found := table.number(cell)) is not None}
    return any(numbers.values()) and all(_total(rest, n) == found for n, found in numbers.items())


def _total(table: Columns, column: int) -> Decimal | None:
    found = table.sums(column).get("")
    return found.total if found else None
