"""`Mark`: what some words of a question about a table are: a column, a value of a cell, a number, an operation."""

from dataclasses import dataclass

RANKS = ("top", "bottom", "highest", "lowest")
MAX_PHRASE = 6
"""Words of a column name, a value or an operation."""


@dataclass(frozen=True)
class Mark:
    """Words of the question from `start` to `end`, by number."""

    role: str
    """`column`, `value`, `period` (a month or year), `number`, `nth`, `than`, or a name of
    `OPERATIONS`, `COMPARISONS` or `TEXTS`."""
    start: int
    end: int
    text: str = ""
    column: int = -1
