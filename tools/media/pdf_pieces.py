"""`drawn_pieces`: the text of a PDF page in pieces that stand together; `is_drawn_across`: row by row over its columns.

A PDF holds its letters in the order in which a program drew them. Some programs draw a page of two columns line by line
from left to right, and the text layer joins the columns then, as if they were one text.
"""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from .reading_order import TextBox, gutter_of, rows_of

APART = 1.5
"""Heights of its letters between two pieces of a line; words of one text stand closer."""
LEAST_ROWS = 4
"""Rows that are drawn from one column into the next, of a page that is drawn so."""
FILLED = 0.6
"""Share of the widest line of a column that its lines have in the median; cells of a table have any width."""
_CHARACTERS = 100_000
"""Of a page, beyond which its order is left as it is drawn."""


def drawn_pieces(layer: Any) -> list[TextBox]:
    """The pieces of a text layer in the order in which they were drawn; heights count downwards, in points."""
    pieces, text, box, tall = list[TextBox](), "", (0.0, 0.0, 0.0, 0.0), 0.0
    for letter, left, top, right, bottom in _letters(layer):
        high, low = min(box[1], top), max(box[3], bottom)
        beside = bool(text) and top < box[3] and bottom > box[1]
        if text and (letter in "\r\n" or not beside or not -tall < left - box[2] < APART * max(tall, bottom - top)):
            pieces.append(TextBox(text.strip(), 1.0, *box))
            text = ""
        if letter.isspace():
            text += " " if text and text[-1] != " " and letter not in "\r\n" else ""
            continue
        box = (box[0], high, right, low) if text else (left, top, right, bottom)
        tall = max(tall, bottom - top) if text else bottom - top
        text += letter
    return [*pieces, *([TextBox(text.strip(), 1.0, *box)] if text.strip() else [])]


def _letters(layer: Any) -> Iterator[tuple[str, float, float, float, float]]:
    """Each letter with its left, top, right and bottom; a space keeps the place of the letter before it."""
    from pypdfium2 import raw

    count = layer.count_chars()
    if count > _CHARACTERS:
        return
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    place = (0.0, 0.0, 0.0, 0.0)
    for number in range(count):
        letter = chr(raw.FPDFText_GetUnicode(layer, number))
        if not letter.isspace() and raw.FPDFText_GetCharBox(layer, number, left, right, bottom, top):
            place = left.value, -top.value, right.value, -bottom.value
        yield letter, *place


def is_drawn_across(pieces: Sequence[TextBox]) -> bool:
    """Whether a page has columns of prose, and its pieces go from one into the other on most rows."""
    gutter = gutter_of(pieces)
    if gutter is None:
        return False
    sides = [p for p in pieces if p.right <= gutter], [p for p in pieces if p.left >= gutter]
    if any(median(widths) < FILLED * max(widths) for side in sides if (widths := [p.right - p.left for p in side])):
        return False
    rows = sum({p.left >= gutter for p in row} == {True, False} for row in rows_of(pieces))
    across = sum(
        first.right <= gutter <= then.left and first.top < then.middle < first.bottom
        for first, then in pairwise(pieces)
    )
    return across >= max(LEAST_ROWS, rows / 2)
