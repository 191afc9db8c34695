"""`ranks_rows`: whether the highest or lowest is a single row of the table: "the smallest open order" of orders.csv."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from .folding import fold, singulars
from .question_words import Mark
from .table_words import WORD

_SIZES = re.compile("small|large|big|high|low|klein|gro[sß]|hoch|niedrig|plus (?:grand|petit)|mayor|menor|maior")
"""Words about sizes; the most may be the most rows."""
_NEAR = 3
"""Words behind the word for a size within which the rows are named."""


def ranks_rows(mark: Mark, words: Sequence[str], label: str) -> bool:
    """`words`: those of the question; `label`: the file's name."""
    rows = {singulars(part) for part in WORD.findall(fold(PurePath(label).stem))}
    sized = mark.role in ("highest", "lowest") and _SIZES.match(mark.text)
    return bool(sized) and any(singulars(each) in rows for each in words[mark.end : mark.end + _NEAR])
