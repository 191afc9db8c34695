"""`rows_in_periods`: the rows of a table within the months and years that a question names."""

from collections.abc import Sequence

from .conditions import ordered, size_of
from .question_words import Mark
from .table import Table
from .table_query import not_understood
from .table_words import is_within, period_name


def rows_in_periods(table: Table, periods: Sequence[Mark], *, compared: bool) -> Table:
    """The rows in any of the months and in any of the years. Raises `ExpertError` where several are `compared`."""
    for months in (True, False):
        alike = [mark for mark in periods if mark.text.startswith("-") is months]
        if len(alike) > 1 and compared:  # "which had more, April or May?"
            raise not_understood(table, [period_name(mark.text) for mark in alike])
        if alike:
            column = alike[0].column
            ordered(table, column)
            dates = ((row, size_of(row[column], table)) for row in table.cells)
            rows = tuple(row for row, date in dates if any(is_within(date, mark.text) for mark in alike))
            table = Table(table.label, table.names, rows, table.decimal_comma)
    return table
