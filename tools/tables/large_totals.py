"""`suspect_rows`: the rows of a large table that may be totals, in SQL; `total_row.py` says which of them are."""

from collections.abc import Iterable, Sequence
from typing import Any

from .columns import Row
from .large_cells import LargeCells

MOST = 20_000
"""Rows that may be totals; a column with more empty cells has rows like others in them."""


def suspect_rows(cells: LargeCells, words: str, texts: Sequence[int]) -> dict[int, Row]:
    """The last row, those in which a folded cell is one of some words (a regular expression), and those in which one of
    the columns of `texts` is empty that is filled in most others; by number, the last `MOST` of them.
    """
    columns = range(len(cells.names))
    labelled = [f"regexp_full_match(rtrim(fold(c{n}), ': '), $1)" for n in columns]
    empty = [f"coalesce(trim(c{n}), '') = ''" for n in texts]
    counts = cells.rows(f"SELECT {', '.join(f'count(*) FILTER ({each})' for each in empty)} FROM t")[0] if empty else ()
    few = [each for each, count in zip(empty, counts, strict=True) if 0 < count <= MOST]
    wanted = " OR ".join([*labelled, *few, "rowid = (SELECT max(rowid) FROM t)"])
    found = cells.rows(f"SELECT rowid, * FROM t WHERE {wanted} ORDER BY rowid DESC LIMIT {MOST}", [words])
    return numbered(reversed(found))


def numbered(rows: Iterable[tuple[Any, ...]]) -> dict[int, Row]:
    """Rows of texts by the number that each begins with."""
    return {row[0]: tuple("" if cell is None else str(cell) for cell in row[1:]) for row in rows}
