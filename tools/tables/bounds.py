"""`bound_of`, `written`: what the conditions of a question compare cells with, as `conditions` reads it."""

import re
from collections.abc import Sequence

from ..wording.wording import wording
from .columns import Columns
from .conditions import sizes_of
from .folding import fold
from .marks import Mark
from .measure_words import measure_column
from .table_query import not_understood
from .table_words import months_between, period_name


def bound_of(mark: Mark, table: Columns, over: Columns, language: str) -> str:
    """What a condition compares with; a month without a year is of the only year in its column of `over`."""
    if mark.role != "period":
        return _plain(mark.text, language) if mark.role == "number" else mark.text
    if not mark.text.startswith("-"):
        return mark.text.strip("-")
    years = {str(size)[:4] for size in sizes_of(over, mark.column).values() if size}
    if len(years) != 1:
        raise not_understood(table, [period_name(mark.text, language)])
    return f"{years.pop()}-{mark.text.strip('-')}"


def between_both(first: Mark, last: Mark, table: Columns, over: Columns, language: str) -> list[str]:
    """The conditions of a range of dates, or of the names of months; none for other values."""
    name = table.names[first.column]
    if table.is_dated(first.column):
        return [
            f"{name} >= {bound_of(first, table, over, language)}",
            f"{name} <= {bound_of(last, table, over, language)}",
        ]
    cells = months_between(table.known(first.column).cells, first.text, last.text, language)
    return [f"{name} = {' or '.join(cells)}"] if cells else []


def age_of(people: Mark, table: Columns) -> list[Mark]:
    """`people over 30` compares their age, where the table has it."""
    age = measure_column(table, ("age",))
    return [] if age is None else [Mark("column", people.start, people.end, people.text, age)]


def nothing_in(table: Columns, column: int) -> str:
    """The condition of "no rain" on a column of numbers that says so by zero; empty for one that has none.

    Raises `ExpertError` where cells are empty as well: either may be meant.
    """
    found = table.extremes(column, most=False, limit=1) if table.is_numeric(column) else ()
    if not found or table.number(found[0][column]) != 0:
        return ""
    if table.missing(column):
        raise not_understood(table, [f"no {table.names[column]}"])
    return f"{table.names[column]} = 0"


def written(table: Columns, column: int, sign: str, marks: Sequence[Mark], language: str) -> list[str]:
    """The conditions that a column is, or is not, one of some cells, or holds words of them."""
    cells = {fold(cell) for cell in table.known(column).cells}
    name = table.names[column]
    whole = (mark.role == "number" or cells & {*map(fold, (mark.text, *mark.text.split(" or ")))} for mark in marks)
    if all(whole):
        texts = [bound_of(mark, table, table, language) for mark in marks]
        return [f"{name} = {' or '.join(texts)}"] if sign == "=" else [f"{name} != {text}" for text in texts]
    return [f"{name} {'contains' if sign == '=' else 'not contains'} {mark.text}" for mark in marks]


def _plain(number: str, language: str) -> str:
    """A number without the marks that group its digits in the language of the question, whatever the table's are."""
    group = wording(language).section("tables").get("grouping", ",")
    grouped = re.fullmatch(rf"[-+]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", number)
    return number.replace(group, "") if grouped else number
