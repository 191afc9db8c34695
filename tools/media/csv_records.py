"""`read_records`: the records of delimited text, within limits for columns and cells; `rows.py` makes rows of them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from ...graph.errors import ExpertError, input_error, input_too_large

MAX_COLUMNS = 5_000
MAX_CELLS = 2_000_000
"""Rows times columns: a row is a dictionary with all column names, about 100 bytes a cell, even an empty one."""
DELIMITERS = ",;\t|"
SNIFFED = 64 * 1024
"""Characters from which the delimiter is recognised."""
MOST_TITLES = 5
"""Lines above the names of the columns."""
_SEP = re.compile(r"sep=(.)[\r\n]+", re.IGNORECASE)
TSV = "text/tab-separated-values"
MEDIA_TYPES = ("text/csv", TSV)


def read_records(text: str, label: str, media_type: str) -> Iterator[list[str]]:
    """The records, column names first; an empty one for each blank line below them, or line of empty cells.

    Raises `ExpertError` (input fault) beyond limits, and `csv.Error`.
    """
    columns = 0
    stated = _SEP.match(text)
    delimiter = stated[1] if stated else delimiter_of(text, media_type)
    body = io.StringIO(text[stated.end() :] if stated else text, newline="")
    for number, record in enumerate(_without_titles(_filled(csv.reader(body, delimiter=delimiter), label))):
        columns = columns or len(record)
        if number * columns > MAX_CELLS:
            raise _too_large(label, f"more than {MAX_CELLS:,} cells, in {columns:,} columns")
        yield record


def check_quotes(text: str, label: str, media_type: str) -> None:
    """Raises `ExpertError` for a quotation mark that is not closed: the rows behind it would be part of one cell."""
    if '"' not in text:
        return
    stated = _SEP.match(text)
    delimiter = stated[1] if stated else delimiter_of(text, media_type)
    records, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    try:
        for _ in records:
            line = records.line_num
    except csv.Error as error:
        if records.line_num - line > 1 or "end of data" in str(error):
            raise input_error(
                f"a quotation mark in line {line + 1} of {label} is not closed",
                hint="Close it or leave it out: all rows behind it are part of that cell.",
            ) from None


def _filled(records: Iterable[list[str]], label: str) -> Iterator[list[str]]:
    """The records, those of empty cells as empty ones."""
    for record in records:
        if len(record) > MAX_COLUMNS:
            raise _too_large(label, f"{len(record):,} columns; {MAX_COLUMNS:,} are the most")
        yield record if any(map(str.strip, record)) else []


def delimiter_of(text: str, media_type: str) -> str:
    """The delimiter that gives most records the same number of fields, at least two; else that of the media type."""
    usual = "\t" if media_type == TSV else ","
    found = {
        delimiter: _agreeing(text[:SNIFFED], delimiter)
        for delimiter in sorted(DELIMITERS, key=usual.find, reverse=True)
    }
    best = max(found, key=lambda delimiter: found[delimiter])
    return best if found[best] > (0.0, 0) else usual


def _agreeing(start: str, delimiter: str) -> tuple[float, int]:
    """The share of records with the commonest number of fields, and that number; 0 for a single field."""
    records = list[list[str]]()
    with suppress(csv.Error):
        records.extend(filter(None, csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)))
    if len(start) == SNIFFED and len(records) > 1:  # the last one is cut off
        records.pop()
    several = Counter(len(record) for record in records if len(record) > 1)
    if not several:
        return 0.0, 0
    number, many = several.most_common(1)[0]
    return many / len(records), number


def _without_titles(records: Iterable[list[str]]) -> Iterator[list[str]]:
    """The records from the names of the columns on: a title above them fills one cell, and they fill several."""
    remaining = iter(records)
    titles, pair = list[list[str]](), list[str]()
    for record in remaining:
        if not record:
            titles += [pair] if pair else []
            pair = []
        elif pair or not _is_title(record) or len(titles) == MOST_TITLES:
            yield from titles if len(record) == 1 or len(titles) == MOST_TITLES else ()
            yield from filter(None, (pair, record))
            break
        elif len(record) == 2:  # the names of two columns, the second of them empty, unless a blank line follows
            pair = record
        else:
            titles.append(record)
    else:
        yield from filter(None, (*titles, pair))
    yield from remaining


def _is_title(record: list[str]) -> bool:
    """Whether only the first cell is filled."""
    return bool(record[0].strip()) and not any(map(str.strip, record[1:]))


def _too_large(label: str, how: str) -> ExpertError:
    return input_too_large(f"{label} has {how}", hint="Cut it into smaller tables.")
