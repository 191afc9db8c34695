"""`lines_in_reading_order`: the text boxes of a page (of OCR or a PDF) as a person reads them, by their geometry."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

COLUMN_TEXT = 15
"""Least mean characters of a line in a column of prose; the prices of a receipt have fewer, and belong to their rows."""


@dataclass(frozen=True)
class TextBox:
    """A piece of text on a page, and the upright rectangle around it."""

    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height of its centre line."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Of the letters, about."""
        return self.bottom - self.top


Corners = Sequence[Sequence[float]]
"""Four points (x, y): top left, top right, bottom right, bottom left, as the text runs."""


def straighten(boxes: Iterable[tuple[Corners, str, float]]) -> list[TextBox]:
    """The boxes of a tilted page, turned back by the slope that most lines share."""
    boxes = list(boxes)
    slopes = [math.atan2(c[1][1] - c[0][1], c[1][0] - c[0][0]) for c, _, _ in boxes]
    lengths = [math.dist(c[0], c[1]) for c, _, _ in boxes]
    longest = sorted(zip(lengths, slopes, strict=True), reverse=True)[: max(1, len(boxes) // 2)]
    slope = median(angle for _, angle in longest) if boxes else 0.0
    cos, sin = math.cos(slope), math.sin(slope)
    pieces = []
    for corners, text, score in boxes:
        xs = [x * cos + y * sin for x, y in corners]
        ys = [y * cos - x * sin for x, y in corners]
        pieces.append(TextBox(text, score, min(xs), min(ys), max(xs), max(ys)))
    return pieces


def lines_in_reading_order(pieces: Sequence[TextBox]) -> list[str]:
    """The text line by line: columns of prose one after another, all else row by row."""
    gutter = gutter_of(pieces)
    if gutter is None:
        return [" ".join(piece.text for piece in row) for row in rows_of(pieces)]
    across = sorted((p for p in pieces if p.left < gutter < p.right), key=lambda p: p.middle)
    edges = [-math.inf, *(p.middle for p in across), math.inf]
    found: list[str] = []
    for number, (above, below) in enumerate(pairwise(edges)):
        band = [p for p in pieces if above < p.middle <= below and p not in across]
        found += lines_in_reading_order([p for p in band if p.right <= gutter])
        found += lines_in_reading_order([p for p in band if p.left >= gutter])
        found += [p.text for p in across[number : number + 1]]
    return found


def rows_of(pieces: Sequence[TextBox]) -> list[list[TextBox]]:
    """The pieces that stand beside each other, row by row, from left to right."""
    rows: list[list[TextBox]] = []
    for piece in sorted(pieces, key=lambda p: p.middle):
        row = rows[-1] if rows else []
        if row and piece.middle - mean(p.middle for p in row) < 0.5 * min(piece.height, mean(p.height for p in row)):
            row.append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda p: p.left) for row in rows]


def gutter_of(pieces: Sequence[TextBox]) -> float | None:
    """Where a page of two or more columns is divided, or None: prose on both sides, hardly a line across."""
    if len(pieces) < 6:
        return None
    wide = 0.8 * median(p.height for p in pieces)
    best: tuple[int, float] | None = None
    for piece in pieces:
        x = piece.right + wide / 2
        across = sum(p.left < x + wide / 2 and p.right > x - wide / 4 for p in pieces)
        sides = [p for p in pieces if p.right <= x], [p for p in pieces if p.left >= x]
        prose = all(len(side) >= 3 and mean(len(p.text) for p in side) >= COLUMN_TEXT for side in sides)
        if prose and across <= len(pieces) // 8 and (best is None or across < best[0]):
            best = across, x
    return best[1] if best else None
