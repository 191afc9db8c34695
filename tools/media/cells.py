"""Cells: the records of a table one by one, counted before they are made."""

import csv
import io
from collections.abc import Iterator

from ...graph.errors import ExpertError

MOST_COLUMNS = 5_000
MOST_DELIMITERS = 50_000
"""Of one record, those within quotation marks too."""
MOST_CELLS = 2_000_000
"""Rows by columns: a row is kept by the names of all columns, about 100 bytes a cell, however little it holds."""


def records(text: str, label: str, dialect: csv.Dialect | type[csv.Dialect]) -> Iterator[list[str]]:
    """The records of a CSV file, the names first. Raises `ExpertError` (input fault) beyond the limits; `csv.Error`."""
    pending = columns = 0

    def lines() -> Iterator[str]:
        nonlocal pending
        for line in io.StringIO(text, newline=""):
            pending += line.count(dialect.delimiter)
            if pending > MOST_DELIMITERS:  # before a record is made of them: one may be as long as the file
                raise _too_large(label, f"more than {MOST_COLUMNS:,} columns")
            yield line

    for number, record in enumerate(csv.reader(lines(), dialect)):
        pending, columns = 0, columns or len(record)
        if len(record) > MOST_COLUMNS:
            raise _too_large(label, f"{len(record):,} columns; {MOST_COLUMNS:,} are the most")
        if number * columns > MOST_CELLS:
            raise _too_large(label, f"more than {MOST_CELLS:,} cells, in {columns:,} columns")
        yield record


def _too_large(label: str, how: str) -> ExpertError:
    return ExpertError(f"{label} has {how}", hint="Cut it into smaller tables.", kind="too_large", input_fault=True)
