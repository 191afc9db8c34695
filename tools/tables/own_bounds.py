"""`own_bound`: a bound that stands in the table: "above average", "earns more than Tom", "stock below the reorder level"."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from .codes import is_code
from .columns import Columns
from .conditions import kept
from .marks import Mark

_SIGNS = (">", ">=", "<", "<=")


class OwnBound(NamedTuple):
    """What a comparison compares, and the marks that say so."""

    column: int
    used: tuple[Mark, ...]
    text: str = ""
    """The bound of every row."""
    other: int | None = None
    """The column that holds the bound of each row."""


def own_bound(marks: Sequence[Mark], number: int, table: Columns) -> OwnBound | None:
    """The bound of the comparison that is the mark of that number; None where another kind of bound follows it."""
    near = {step: marks[number + step] for step in (-1, 1, 2) if 0 <= number + step < len(marks)}
    before, bound, behind = near.get(-1), near.get(1), near.get(2)
    if marks[number].role not in _SIGNS or bound is None or _of_groups(marks, table):
        return None
    if measures_rows(bound, table):
        plain = before and measures_rows(before, table) and not (behind and behind.role in ("number", "value"))
        return OwnBound(before.column, (before, marks[number], bound), other=bound.column) if plain and before else None
    named = [mark for mark in (behind, before) if mark and measures_rows(mark, table)]
    quantities = [n for n in range(len(table.names)) if table.is_numeric(n) and is_code(table, n) is False]
    columns = [mark.column for mark in named] or quantities
    if not columns or (not named and len(columns) > 1):
        return None
    text = ""
    if bound.role == "average":
        text = _average(table, columns[0])
    elif bound.role == "value" and not (table.is_dated(bound.column) or table.is_numeric(bound.column)):
        alone = sum(mark.role == "value" and mark.column == bound.column for mark in marks) == 1
        text = _only_cell(table, bound, columns[0]) if alone else ""
    used = (marks[number], bound, *(mark for mark in named if mark.column == columns[0]))
    return OwnBound(columns[0], used, text) if text else None


def measures_rows(mark: Mark, table: Columns) -> bool:
    """Whether a mark is of a column of numbers that do not tell the rows apart."""
    key = mark.column == 0 and len(table.names) > 1
    return mark.role == "column" and table.is_numeric(mark.column) and not (key and is_code(table, 0) is not False)


def _of_groups(marks: Sequence[Mark], table: Columns) -> bool:
    """Whether it is of something that is in several rows: no single row of them satisfies the condition for it."""
    named = {mark.column for mark in marks if mark.role == "column" and not table.is_numeric(mark.column)}
    return any(not table.is_dated(column) and table.different(column) < table.count for column in named)


def _average(table: Columns, column: int) -> str:
    found = table.sums(column)[""]
    exact = Decimal(1).scaleb(-(found.places + 6))
    return table.written((found.total / found.numbers).quantize(exact).normalize() + 0)


def _only_cell(table: Columns, mark: Mark, column: int) -> str:
    rows = kept(table, [f"{table.names[mark.column]} = {mark.text}"])
    return rows.first(1)[0][column] if rows.count == 1 else ""
