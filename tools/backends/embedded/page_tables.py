"""`table_of`: the table that a page shows, from the boxes of its text; `answer_of`: what the rows of tables answer."""

import re
from collections.abc import Sequence

from ....graph.errors import ExpertError
from ...media.reading_order import TextBox, rows_of
from ...tables.table import Table
from .goal_words import has_word

MIN_COLUMNS = 2
MIN_ROWS = 2


def answer_of(tables: Sequence[Table], question: str) -> str:
    """What the rows of one table answer; empty for any other question, and where several answer.

    Totals are left to the page itself, which may state them.
    """
    found = [answer for table in tables if (answer := _answer(table, question))]
    return found[0] if len(found) == 1 else ""


def _answer(table: Table, question: str) -> str:
    from ...tables.calculation import answer_about  # here: to list the experts needs none of it
    from ...tables.query import read_query
    from ...tables.question_words import question_language
    from ...wording.receipts import without_page

    question = without_page(question, question_language(question, table))
    try:
        asked = read_query(question, table)
        totals = "sum" in asked.operations or has_word(question.lower(), r"totals?\b")
        return "" if totals else answer_about(table, question)
    except ExpertError:
        return ""


def table_of(pieces: Sequence[TextBox], label: str) -> Table | None:
    """The largest table of a page; None where no row of names has two rows of cells below it."""
    lines = rows_of(pieces)
    found = [table for number in range(len(lines)) if (table := _below(lines, number, label))]
    return max(found, key=lambda table: len(table.names) * len(table.cells), default=None)


def _below(lines: Sequence[Sequence[TextBox]], number: int, label: str) -> Table | None:
    names = lines[number]
    if len(names) < MIN_COLUMNS or any(re.search(r"\d", name.text) for name in names):  # a line of cells, no names
        return None
    cells = []
    for line in lines[number + 1 :]:
        row = _cells(names, line)
        if row is None:
            break
        cells.append(row)
    if len(cells) < MIN_ROWS:
        return None
    return Table(label, tuple(name.text.strip() for name in names), tuple(cells))


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
