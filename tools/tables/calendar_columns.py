"""`with_period`: a table of dates with a column of its months, days, weeks, quarters or years that a question names."""

from dataclasses import replace
from datetime import date

from ..wording.wording import wording
from .columns import Columns
from .conditions import sizes_of
from .folding import fold, singular
from .question_words import mark_words, question_language
from .table import Table

_UNITS = {"year": 4, "quarter": 7, "month": 7, "week": 10, "day": 10}
"""Periods, and how many characters of year-month-day a date needs to lie in one."""


def with_period(table: Columns, question: str) -> Columns:
    """The table with a column for "per month", where it has none of the name and one column of dates; else as it is.

    Large tables are left as they are. Raises `ExpertError` for dates whose order of day and month is unsure.
    """
    dated = [n for n in range(len(table.names)) if table.is_dated(n)]
    if not isinstance(table, Table) or len(dated) != 1:
        return table
    language = question_language(question, table)
    calendar = wording(language).section("calendar")
    names = {singular(fold(word)): unit for unit in _UNITS for word in calendar[unit]}
    names |= {fold(word): unit for unit in _UNITS for word in calendar[unit]}
    found = {word: names[key] for word in mark_words(question, table, language)[1] for key in _forms(word, names)}
    if len(found) != 1:
        return table
    ((word, unit),) = found.items()
    sizes = {cell: str(size or "") for cell, size in sizes_of(table, dated[0]).items()}
    if any(0 < len(size) < _UNITS[unit] for size in sizes.values()):
        return table  # months have no days
    periods = {cell: _period(size, unit) for cell, size in sizes.items()}
    cells = tuple((*row, periods[row[dated[0]]]) for row in table.cells)
    return replace(table, names=(*table.names, word), cells=cells)


def _forms(word: str, names: dict[str, str]) -> list[str]:
    return [form for form in (word, singular(word)) if form in names][:1]


def _period(day: str, unit: str) -> str:
    """The name of the period of a date: `2025-03`, `2025-Q1`, `2025-W10`; empty for no date."""
    if not day or unit in ("day", "month", "year"):
        return day[: _UNITS[unit]]
    if unit == "quarter":
        return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"
