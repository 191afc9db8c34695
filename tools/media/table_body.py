"""`table_body`: the names of the columns and the rows of the one table that delimited text holds.

What stands below it is no row of it: remarks are reported, a second table is refused. Rows of other lengths are reported.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from ...graph.caveats import caveat, lacks
from ...graph.errors import input_error
from .csv_records import MOST_TITLES

Record = list[str]
MOST_SHOWN = 120
"""Characters of a row in a message."""
_FIGURE = re.compile(r"[^\w\s]*\s*[-+(]?\s*\d[\d.,'\s]*\)?\s*(?:[^\W\d_]{1,3}|[^\w\s])?")
_FOOTNOTE = re.compile(r"[*†‡¹²³]|\(?\d\)\s")


def table_body(read: Sequence[Record], label: str) -> tuple[Record, list[Record]]:
    """The names and the rows of the records of a table, in which an empty one stands for a blank line.

    Raises `ExpertError` (input fault) where another table stands below it.
    """
    names, *below = read or [[]]
    records = _without_remarks(_one_table(names, below, label), len(names), label)
    if records and all(len(record) == len(names) + 1 and record[-1].strip() for record in records):
        names = ["", *names]  # the names of the rows have none, as R writes tables
    _say_ragged(records, len(names), label)
    if _is_unnamed(names, records):
        lacks(
            f"{label} seems to have no names above its columns: its first row is read as names, and not counted:"
            f" {', '.join(names)[:MOST_SHOWN]}"
        )
    return names, records


def _is_unnamed(names: Record, records: Sequence[Record]) -> bool:
    """Whether the first row holds figures as all rows below it do, but no years and no numbers in sequence (months)."""
    figures = [cell.strip() for cell in names if _FIGURE.fullmatch(cell.strip())]
    columns = [n for n, cell in enumerate(names) if _FIGURE.fullmatch(cell.strip())]
    years = all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in figures)
    counted = len(figures) > 1 and all(cell.isdigit() for cell in figures)
    counted = counted and all(int(after) - int(before) == 1 for before, after in pairwise(figures))
    same = all(n < len(row) and _FIGURE.fullmatch(row[n].strip()) for row in records for n in columns)
    return bool(figures and records) and not years and not counted and same


def _one_table(names: Record, records: Sequence[Record], label: str) -> list[Record]:
    """The records without blank lines, and without names that are repeated behind one."""
    blocks: list[list[Record]] = [[]]
    for record in records:
        if record:
            blocks[-1].append(record)
        elif blocks[-1]:
            blocks.append([])
    found = list(blocks[0])
    for block in blocks[1:]:
        head, *rows = block or [[]]
        if _filled(head) == _filled(names):
            found += rows
        elif found and _is_head(head, rows, found):
            raise input_error(
                f"{label} holds another table below the first, with the columns {', '.join(_filled(head))}",
                hint="Save each table as a file of its own.",
            )
        else:
            found += block
    return found


def _filled(record: Record) -> list[str]:
    return [cell.strip() for cell in record if cell.strip()]


def _is_head(head: Record, rows: Sequence[Record], above: Sequence[Record]) -> bool:
    """Whether a record behind a blank line names columns: only texts, where rows above or below it have figures."""
    if len(_filled(head)) < 2 or not rows or any(map(_FIGURE.fullmatch, _filled(head))):
        return False
    columns = range(len(head))
    return any(
        head[n].strip() and all(n < len(row) and _FIGURE.fullmatch(row[n].strip()) for row in part)
        for n in columns
        for part in (rows, above)
    )


def _without_remarks(records: list[Record], columns: int, label: str) -> list[Record]:
    """The records without remarks below the table (`Source: ...`), which are said."""
    below = list[str]()
    while len(records) > 1 and len(below) < MOST_TITLES and is_remark(records[-1], columns, records[:-1]):
        below.append(records.pop()[0].strip())
    if below:
        caveat(f"what stands below the table of {label} is no row of it: {'; '.join(reversed(below))}")
    return records


def is_remark(record: Record, columns: int, above: Sequence[Record] = ()) -> bool:
    """Whether a last record is a remark: only its first cell is there, or filled with a sentence or `Source: ...`."""
    if columns < 2 or not record[0].strip() or any(map(str.strip, record[1:])):
        return False
    words = record[0].split()
    filled = columns > 2 or all(len(row) > 1 and row[1].strip() for row in above)
    sentence = len(words) > 3 or words[0].endswith(":") or _FOOTNOTE.match(record[0].strip()) is not None
    return len(record) == 1 or (filled and sentence)


def _say_ragged(records: Sequence[Record], columns: int, label: str) -> None:
    """Says that rows have more cells than there are columns, which may be under wrong names then, or fewer."""
    longer = [record for record in records if any(map(str.strip, record[columns:]))]
    if longer:
        lacks(
            f"{len(longer)} of {len(records)} rows of {label} have more cells than its {columns} columns, which may stand"
            f" under wrong names: {', '.join(longer[0])[:MOST_SHOWN]}"
        )
    shorter = [record for record in records if len(record) < columns]
    if moved := _moved(shorter, [record for record in records if len(record) == columns]):
        lacks(
            f"{len(shorter)} of {len(records)} rows of {label} have fewer cells than its {columns} columns, and figures"
            f" among them stand under names of texts or texts under those of figures: {', '.join(moved)[:MOST_SHOWN]}"
        )
    elif shorter:
        caveat(f"{len(shorter)} of {len(records)} rows of {label} have fewer cells than its {columns} columns")


def _moved(shorter: Sequence[Record], whole: Sequence[Record]) -> Record | None:
    """The first row of fewer cells that has a figure where whole rows have texts, or a text where they have figures."""
    columns = [[cell.strip() for cell in column if cell.strip()] for column in zip_longest(*whole, fillvalue="")]
    figures = [all(map(_FIGURE.fullmatch, column)) if column else None for column in columns]
    texts = [not any(map(_FIGURE.fullmatch, column)) if column else None for column in columns]
    for record in shorter if whole else ():
        for cell, figure, text in zip(map(str.strip, record), figures, texts, strict=False):
            if cell and ((text and _FIGURE.fullmatch(cell)) or (figure and cell[0].isalpha())):
                return record
    return None
