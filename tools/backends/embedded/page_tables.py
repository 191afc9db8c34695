"""`tables_of`: the tables that pages show, from the boxes of their text; `answer_of`: what the rows of tables answer."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from ....graph.errors import ExpertError
from ...media.reading_order import TextBox, rows_of
from ...tables.table import Table

if TYPE_CHECKING:
    from ...tables.tables_in_text import Answer

Line = Sequence[TextBox]
MIN_COLUMNS = 2
MIN_ROWS = 2
MOST_ABOVE = 2
"""Lines above the rows of a table that goes on."""


def answer_of(tables: Sequence[Table], question: str, text: str) -> "Answer | None":
    """What the rows of a page's tables answer; None for any other question, and where several answer.

    A total that the page states itself is left to its `text`, unless the question names the column to add.
    """
    if not tables:
        return None
    from ...tables.question_words import question_language  # here: to list the experts needs none of it
    from ...tables.tables_in_text import answer_of_tables
    from ...wording.receipts import without_page

    asked = without_page(question, question_language(question, tables[0]))
    try:
        return answer_of_tables(tables, asked, text)
    except ExpertError:
        return None


def tables_of(pages: Sequence[Sequence[TextBox]], label: str) -> list[Table]:
    """The largest table of each page; one that goes on over pages, with or without its names on each, is one."""
    found, heads = list[Table](), list[Line]()
    for pieces in pages:
        lines = rows_of(pieces)
        best, more = _best(lines, label), _continued(heads[-1], lines) if heads else ()
        if heads and best and best.table.names == found[-1].names:
            more = best.table.cells
        if more:
            found[-1] = replace(found[-1], cells=(*found[-1].cells, *more))
        elif best:
            found.append(best.table)
            heads.append(best.head)
    return found


def table_of(pieces: Sequence[TextBox], label: str) -> Table | None:
    """The largest table of a page; None where no row of names has two rows of cells below it."""
    best = _best(rows_of(pieces), label)
    return best and best.table


class _Found(NamedTuple):
    table: Table
    head: Line


def _best(lines: Sequence[Line], label: str) -> _Found | None:
    found = [each for number in range(len(lines)) if (each := _below(lines, number, label))]
    return max(found, key=lambda each: len(each.table.names) * len(each.table.cells), default=None)


def _continued(head: Line, lines: Sequence[Line]) -> tuple[tuple[str, ...], ...]:
    """The rows at the top of a page that stand under the names of the page before; a running title may be above them."""
    cells = [_cells(head, line) for line in lines]
    first = next((n for n, row in enumerate(cells) if row), len(cells))
    if first > MOST_ABOVE:
        return ()
    return tuple(row for row in takewhile(bool, cells[first:]) if row)


def _below(lines: Sequence[Line], number: int, label: str) -> _Found | None:
    """The table under a line of names; None where rows follow that do not join it: it would not be whole."""
    names = lines[number]
    if len(names) < MIN_COLUMNS or any(re.search(r"\d", name.text) for name in names):  # a line of cells, no names
        return None
    cells = [_cells(names, line) for line in lines[number + 1 :]]
    rows = tuple(row for row in takewhile(bool, cells) if row)
    if len(rows) < MIN_ROWS or any(cells[len(rows) :]):
        return None
    return _Found(Table(label, tuple(name.text.strip() for name in names), rows), names)


def _cells(names: Sequence[TextBox], line: Sequence[TextBox]) -> tuple[str, ...] | None:
    """The cells of a line by column; None where a piece is under no name, or there are fewer than two or half of them."""
    cells = [""] * len(names)
    for piece in line:
        column = min(range(len(names)), key=lambda n: _distance(names[n], piece))
        gap = min((abs(names[n].left - names[column].left) for n in range(len(names)) if n != column), default=0.0)
        if cells[column] or _distance(names[column], piece) > gap / 2:
            return None
        cells[column] = piece.text.strip()
    filled = sum(map(bool, cells))
    return tuple(cells) if filled >= max(MIN_COLUMNS, len(names) / 2) else None


def _distance(name: TextBox, piece: TextBox) -> float:
    """How far a piece is from standing under a name: flush left, flush right or centred."""
    centres = abs((name.left + name.right) - (piece.left + piece.right)) / 2
    return min(abs(name.left - piece.left), abs(name.right - piece.right), centres)
