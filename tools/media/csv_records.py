"""`read_records`: the records of CSV text, within limits for columns and cells; `rows.py` makes dictionaries of them."""

import csv
import io
from collections.abc import Iterator

from ...graph.errors import ExpertError, input_too_large

MAX_COLUMNS = 5_000
MAX_CELLS = 2_000_000
"""Rows times columns: a row is a dictionary with all column names, about 100 bytes a cell, even an empty one."""


def read_records(text: str, label: str, dialect: csv.Dialect | type[csv.Dialect]) -> Iterator[list[str]]:
    """The records of CSV text, the column names first. Raises `ExpertError` (input fault) beyond the limits; `csv.Error`."""
    columns = 0
    for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), dialect)):
        columns = columns or len(record)
        if len(record) > MAX_COLUMNS:
            raise _too_large(label, f"{len(record):,} columns; {MAX_COLUMNS:,} are the most")
        if number * columns > MAX_CELLS:
            raise _too_large(label, f"more than {MAX_CELLS:,} cells, in {columns:,} columns")
        yield record


def _too_large(label: str, how: str) -> ExpertError:
    return input_too_large(f"{label} has {how}", hint="Cut it into smaller tables.")
