"""Cells: the records of a table one by one, counted as they are read."""

import csv
import io
from collections.abc import Iterator

from ...graph.errors import ExpertError

MOST_COLUMNS = 5_000
MOST_CELLS = 2_000_000
"""Rows by columns: a row is kept by the names of all columns, about 100 bytes a cell, however little it holds."""


def records(text: str, label: str, dialect: csv.Dialect | type[csv.Dialect]) -> Iterator[list[str]]:
    """The records of a CSV file, the names first. Raises `ExpertError` (input fault) beyond the limits; `csv.Error`."""
    columns = 0
    for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), dialect)):
        columns = columns or len(record)
        if len(record) > MOST_COLUMNS:
            raise _too_large(label, f"{len(record):,} columns; {MOST_COLUMNS:,} are the most")
        if number * columns > MOST_CELLS:
            raise _too_large(label, f"more than {MOST_CELLS:,} cells, in {columns:,} columns")
        yield record


def _too_large(label: str, how: str) -> ExpertError:
    return ExpertError(f"{label} has {how}", hint="Cut it into smaller tables.", kind="too_large", input_fault=True)
