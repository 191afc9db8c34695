"""`ranks_rows`, `most_rows`: whether the highest or most are rows of the table: "the smallest open order" of orders.csv."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from .folding import fold, singulars
from .marks import Mark
from .table_words import WORD, operation_words

_SIZES = re.compile("small|large|big|high|low|klein|gro[sß]|hoch|niedrig|plus (?:grand|petit)|mayor|menor|maior")
"""Words about sizes; the most may be the most rows."""
_NEAR = 3
"""Words behind the word for a size within which the rows are named."""


def most_rows(mark: Mark, words: Sequence[str], label: str, language: str) -> bool:
    """Whether the most or fewest are of the rows, which are named behind it: "the most orders" of orders.csv."""
    many = mark.role in ("highest", "lowest") and mark.text in operation_words(language)["most rows"]
    return many and any(singulars(each) in _rows(label) for each in words[mark.end : mark.end + 1])


def ranks_rows(mark: Mark, words: Sequence[str], label: str) -> bool:
    """`words`: those of the question; `label`: the file's name."""
    sized = mark.role in ("highest", "lowest") and _SIZES.match(mark.text)
    return bool(sized) and any(singulars(each) in _rows(label) for each in words[mark.end : mark.end + _NEAR])


def _rows(label: str) -> set[str]:
    return {singulars(part) for part in WORD.findall(fold(PurePath(label).stem))}
