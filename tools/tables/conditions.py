"""`kept`: the rows of a table that satisfy conditions, each written `column operator value`, e.g. `region = North`.

The column `*` is any column. A value may be several, joined by `or`. Texts are compared without case, and without accents
where no cell has the same ones; numbers and dates by their size. Lines of a text are rows with the single column `line`.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from ...graph.caveats import lacks
from ...graph.errors import input_error
from .accents import with_accents
from .cell_numbers import is_missing, read_number
from .columns import Columns
from .condition import NEGATED, Condition, condition_of
from .folding import MARKS, fold, singulars, spelt
from .table_words import is_within, period_of
from .written_dates import day_of

T = TypeVar("T", bound=Columns)
ANY = "*"
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
_CENTURY = 70
"""A year of two digits from here on is of the 20th century."""
MAX_COMPARED = 100_000
"""Rows of a table of which two columns are compared."""
MAX_SHOWN = 8
"""Values of a column that an error names."""


def kept(table: T, where: Sequence[str]) -> T:
    """The table with only the rows that satisfy all conditions.

    Raises `ExpertError` (input fault) for a column that is not there, and for a value that occurs nowhere.
    """
    rows = table
    for text in where:
        condition, columns = _placed(table, condition_of(text))
        condition = with_accents(table, condition, columns)
        found = table.matching(condition, columns)
        for column in columns if condition.column != ANY and not table.is_text else ():
            if table.labels_groups(column):
                lacks(
                    f"{table.without_cell(column)} of {table.count} cells of {table.names[column]} are empty: their rows"
                    " are not counted with the group above them"
                )
        phrase = len(columns) > 1 and " " in condition.value  # perhaps a column and its value: "without status open"
        text_only = condition.operator == "!=" and size_of(condition.value, table.decimal_comma) is None
        named = text_only or (condition.operator == "not contains" and phrase)
        if (condition.operator == "=" and not found.count) or (named and found.count == table.count):
            raise _nowhere(table, condition, columns)
        rows = rows.matching(condition, columns)
    return rows


def _placed(table: Columns, condition: Condition) -> tuple[Condition, list[int]]:
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


def row_test(table: Columns, condition: Condition, column: int) -> Callable[[str], bool]:
    """Whether a cell of a column satisfies a condition. Raises `ExpertError` (input fault) for no comparable value."""
    operator, value = condition.operator, condition.value.strip(MARKS)
    if operator in _COMPARED:
        compare, bound = _COMPARED[operator], size_of(value, table.decimal_comma)
        if table.is_dated(column) and re.fullmatch(r"(?:19|20)\d\d", value):
            bound = value  # a year
        if bound is None:
            raise input_error(f"“{condition}” compares, but “{value}” is neither a number nor a date")
        check_comparable(table, column, bound)

        def compares(cell: str) -> bool:
            size = size_of(cell, table.decimal_comma)
            return type(size) is type(bound) and compare(_as_exact(size, bound), bound)

        return compares
    if operator in ("=", "!="):
        number = None if table.is_lettered(column) else size_of(value, table.decimal_comma)
        months = periods_of(table, condition, column)

        def same(cell: str) -> bool:
            size = size_of(cell, table.decimal_comma)
            dated = isinstance(size, str) and any(is_within(size, month) for month in months)
            written = fold(cell) in condition.unaccented or spelt(cell) in condition.spelt
            return written or dated or (number is not None and _as_exact(size, number) == number)

        return same if operator == "=" else lambda cell: not same(cell)
    asked, read = (condition.spelt[0], spelt) if condition.spelt else (condition.unaccented[0], fold)
    holds: dict[str, Callable[[str], bool]] = {
        "starts with": lambda cell: read(cell).startswith(asked),
        "ends with": lambda cell: read(cell).endswith(asked),
        "contains": lambda cell: asked in read(cell),
    }
    plain = holds[operator.removeprefix("not ")]
    return (lambda cell: not plain(cell)) if operator in NEGATED else plain


def periods_of(table: Columns, condition: Condition, column: int) -> list[str]:
    """The months and years among the options of a condition, for a column of dates."""
    return [found for part in condition.options if table.is_dated(column) and (found := period_of(fold(part)))]


def size_of(text: str, decimal_comma: bool) -> Decimal | str | None:
    """What a cell is compared by: a number, or a date as year-month-day; None for other text."""
    if date := re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text.strip()):
        return "-".join(part for part in date.groups() if part)
    if date := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})", text.strip()):
        day, month, year = (int(part) for part in date.groups())
        year += 0 if year > 99 else 1900 if year >= _CENTURY else 2000
        return f"{year}-{month:02}-{day:02}" if month <= 12 and day <= 31 else None
    return day_of(text) or read_number(text, decimal_comma)


def unsure_dates(table: Columns, column: int) -> str:
    """How dates like 02/03/2024 were read, where none of a column says which number is the month; else empty."""
    slashed = [re.fullmatch(r"(\d{1,2})/(\d{1,2})/\d{2,4}", cell.strip()) for cell in table.known(column).cells]
    pairs = [(int(match[1]), int(match[2])) for match in slashed if match]
    unsure = pairs and all(max(pair) <= 12 for pair in pairs) and any(day != month for day, month in pairs)
    if not unsure:
        return ""
    shown = next(match[0] for match in slashed if match and match[1] != match[2])
    return f"{table.names[column]} of {table.label} has dates like {shown}, which are read as day/month/year"


def check_comparable(table: Columns, column: int, bound: Decimal | str) -> None:
    """Raises `ExpertError` (input fault) for a column without a number, or a date, to compare with one."""
    sizes = sizes_of(table, column) if isinstance(bound, str) else _sizes(table, column)
    plain = isinstance(bound, Decimal) and table.known(column).numbers > 0
    if not plain and not any(type(size) is type(bound) for size in sizes.values()):
        raise input_error(f"column {table.names[column]} of {table.label} has no numbers to compare with “{bound}”")


def _sizes(table: Columns, column: int) -> dict[str, Decimal | str | None]:
    sizes = {cell: size_of(cell, table.decimal_comma) for cell in table.known(column).cells}
    return {cell: table.number(cell) if size is None else size for cell, size in sizes.items()}  # durations


def sizes_of(table: Columns, column: int) -> dict[str, Decimal | str | None]:
    """The size of each different cell of a column; None for missing ones and other texts.

    Raises `ExpertError` (input fault) for a column of dates with one that can not be ordered.
    """
    sizes = _sizes(table, column)
    if table.is_dated(column) and (read := unsure_dates(table, column)):
        lacks(read)
    for cell, size in sizes.items():
        if size is None and not is_missing(cell) and table.is_dated(column):
            raise input_error(
                f"“{cell}” in column {table.names[column]} of {table.label} is no date that I can order",
                hint="Dates are written year-month-day, day.month.year or day/month/year.",
            )
    return sizes


def unlike(table: Columns, first: int, sign: str, second: int) -> list[int]:
    """The numbers of the rows of which one column does not compare so with another."""
    if table.count > MAX_COMPARED:
        raise input_error(f"{table.label} has more than {MAX_COMPARED} rows; two columns of it are not compared")
    rows = enumerate(table.first(table.count))
    pairs = ((n, table.number(row[first]), table.number(row[second])) for n, row in rows)
    return [n for n, one, two in pairs if one is None or two is None or not _COMPARED[sign](one, two)]


def _as_exact(size: Any, bound: Any) -> Any:
    """A date as exact as another: of a month, if that is a month."""
    return size[: len(bound)] if isinstance(size, str) and isinstance(bound, str) else size


def _nowhere(table: Columns, condition: Condition, columns: Sequence[int]) -> Exception:
    if table.is_text or len(columns) > 1:
        place = "no line is" if len(table.names) == 1 else f"“{condition.value}” is in no cell of"
        return input_error(
            f"{place} “{condition.value}”" if table.is_text else f"{place} {table.label}",
            hint="" if table.is_text else f"Its columns are {', '.join(table.names)}.",
        )
    name, more = table.names[columns[0]], table.different(columns[0]) - MAX_SHOWN
    shown = ", ".join(table.distinct(columns[0], MAX_SHOWN)) + (f" and {more} more" if more > 0 else "")
    return input_error(
        f"“{condition.value}” is nowhere in column {name} of {table.label}",
        hint=f"It holds {shown}. The columns are {', '.join(table.names)}.",
    )
