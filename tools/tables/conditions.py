"""`kept`: the rows of a table that satisfy conditions, each written `column operator value`, e.g. `region = North`.

The column `*` is any column. A value may be several, joined by `or`. Texts are compared without case and accents, numbers
and dates by their size. Lines of a text are rows with the single column `line`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...graph.errors import input_error
from .cell_numbers import is_missing, read_number
from .folding import MARKS, fold, singulars
from .table import LINE, Table
from .table_words import is_within, period_of

ANY = "*"
_NEGATED = ("!=", "not contains", "not starts with", "not ends with")
"""Of several columns all must satisfy these."""
OPERATORS = (*_NEGATED[1:], "starts with", "ends with", "contains", "!=", ">=", "<=", "=", ">", "<")
_FORM = re.compile(rf"(.+?) ({'|'.join(map(re.escape, OPERATORS))}) (.+)", re.DOTALL)
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
_CENTURY = 70
"""A year of two digits from here on is of the 20th century."""
MAX_SHOWN = 8
"""Values of a column that an error names."""


@dataclass(frozen=True)
class Condition:
    """One condition on a row."""

    column: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.column} {self.operator} {self.value}"


def condition_of(text: str) -> Condition:
    """The condition that a text writes. Raises `ExpertError` (input fault) for any other text."""
    if match := _FORM.fullmatch(text.strip()):
        return Condition(match[1].strip(), match[2], match[3].strip())
    raise input_error(f"“{text}” is no condition", hint=f"Write column, operator ({', '.join(OPERATORS)}), value.")


def kept(table: Table, where: Sequence[str]) -> Table:
    """The table with only the rows that satisfy all conditions.

    Raises `ExpertError` (input fault) for a column that is not there, and for a value that occurs nowhere.
    """
    rows = table.cells
    for text in where:
        condition, columns = _placed(table, condition_of(text))
        matches = [_test(table, condition, column) for column in columns]
        pairs = list(zip(matches, columns, strict=True))
        among = all if condition.operator in _NEGATED else any
        satisfied = {row for row in table.cells if among(match(row[column]) for match, column in pairs)}
        phrase = len(pairs) > 1 and " " in condition.value  # perhaps a column and its value: "without status open"
        text_only = condition.operator == "!=" and size_of(condition.value, table) is None
        named = text_only or (condition.operator == "not contains" and phrase)
        if (condition.operator == "=" and not satisfied) or (named and len(satisfied) == len(set(table.cells))):
            raise _nowhere(table, condition, columns)
        rows = tuple(row for row in rows if row in satisfied)
    return Table(table.label, table.names, rows, table.decimal_comma, table.is_text)


def _placed(table: Table, condition: Condition) -> tuple[Condition, list[int]]:
    """The columns that a condition is about; words of a column name at the beginning of its value are moved to it."""
    if condition.column == ANY or (table.is_text and table.column(condition.column) is None):
        return condition, list(range(len(table.names)))
    words = condition.value.split()
    for taken in range(min(3, len(words))):
        name = " ".join([condition.column, *words[:taken]])
        exact = [n for n, known in enumerate(table.names) if singulars(known) == singulars(name)]
        if exact and taken:
            return Condition(name, condition.operator, " ".join(words[taken:])), exact
    return condition, [table.column_or_error(condition.column)]


def _test(table: Table, condition: Condition, column: int) -> Callable[[str], bool]:
    operator, value = condition.operator, condition.value.strip(MARKS)
    if operator in _COMPARED:
        compare, bound = _COMPARED[operator], size_of(value, table)
        if bound is None:
            raise input_error(f"“{condition}” compares, but “{value}” is neither a number nor a date")
        sizes = ordered(table, column) if isinstance(bound, str) else [size_of(c, table) for c in table.values(column)]
        if not any(type(size) is type(bound) for size in sizes):
            raise input_error(f"column {table.names[column]} of {table.label} has no numbers to compare with “{value}”")
        return lambda cell: type(size := size_of(cell, table)) is type(bound) and compare(_as_exact(size, bound), bound)
    if operator in ("=", "!="):
        number = size_of(value, table)
        options = [fold(value), *(fold(part) for part in re.split(r",? or ", value))]
        options += [fold(part) for part in value.split("|")]
        months = [found for part in options if table.is_dated(column) and (found := period_of(part))]

        def same(cell: str) -> bool:
            size = size_of(cell, table)
            dated = isinstance(size, str) and any(is_within(size, month) for month in months)
            return fold(cell) in options or dated or (number is not None and _as_exact(size, number) == number)

        return same if operator == "=" else lambda cell: not same(cell)
    asked = fold(value)
    holds: dict[str, Callable[[str], bool]] = {
        "starts with": lambda cell: fold(cell).startswith(asked),
        "ends with": lambda cell: fold(cell).endswith(asked),
        "contains": lambda cell: asked in fold(cell),
    }
    plain = holds[operator.removeprefix("not ")]
    return (lambda cell: not plain(cell)) if operator in _NEGATED else plain


def size_of(text: str, table: Table) -> Decimal | str | None:
    """What a cell is compared by: a number, or a date as year-month-day; None for other text."""
    if date := re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text.strip()):
        return "-".join(part for part in date.groups() if part)
    if date := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})", text.strip()):
        day, month, year = (int(part) for part in date.groups())
        year += 0 if year > 99 else 1900 if year >= _CENTURY else 2000
        return f"{year}-{month:02}-{day:02}" if month <= 12 and day <= 31 else None
    return read_number(text, table.decimal_comma)


def ordered(table: Table, column: int) -> list[Decimal | str | None]:
    """The sizes of the cells of a column; None for missing ones and other texts.

    Raises `ExpertError` (input fault) for a column of dates with one that can not be ordered.
    """
    sizes = [size_of(cell, table) for cell in table.values(column)]
    for cell, size in zip(table.values(column), sizes, strict=True):
        if size is None and not is_missing(cell) and table.is_dated(column):
            raise input_error(
                f"“{cell}” in column {table.names[column]} of {table.label} is no date that I can order",
                hint="Dates are written year-month-day, day.month.year or day/month/year.",
            )
    return sizes


def _as_exact(size: Any, bound: Any) -> Any:
    """A date as exact as another: of a month, if that is a month."""
    return size[: len(bound)] if isinstance(size, str) and isinstance(bound, str) else size


def _nowhere(table: Table, condition: Condition, columns: Sequence[int]) -> Exception:
    if table.is_text or len(columns) > 1:
        place = "no line is" if table.names == (LINE,) else f"“{condition.value}” is in no cell of"
        return input_error(
            f"{place} “{condition.value}”" if table.is_text else f"{place} {table.label}",
            hint="" if table.is_text else f"Its columns are {', '.join(table.names)}.",
        )
    name, values = table.names[columns[0]], list(dict.fromkeys(table.values(columns[0])))
    shown = ", ".join(values[:MAX_SHOWN]) + (f" and {len(values) - MAX_SHOWN} more" if len(values) > MAX_SHOWN else "")
    return input_error(
        f"“{condition.value}” is nowhere in column {name} of {table.label}",
        hint=f"It holds {shown}. The columns are {', '.join(table.names)}.",
    )
