"""`day_of`: the date that a text is, with its month in words: "3 March 2025", "March 3, 2025", "3. März 2025"."""

import re
from functools import cache

from ..wording.wording import LANGUAGES, wording
from .cell_numbers import DATE
from .folding import fold
from .table_words import months

_LIKE_ONE = re.compile(r"\d{1,2}\W.*[^\W\d_]{3}.*\b\d{4}|[^\W\d_]{3,}\W+\d{1,2}\W.*\b\d{4}")
_LAST = 31
_LONGEST = 40
"""Characters of a date with its month in words."""
_ABBREVIATED = 3
"""Letters of a month that are enough, where they are those of one month only."""


def is_date(cell: str) -> bool:
    """Whether a cell is a date or a month, in figures or in words."""
    return DATE.fullmatch(cell.strip()) is not None or day_of(cell) != ""


def day_of(text: str) -> str:
    """The date as year-month-day; empty for other texts."""
    if not _LIKE_ONE.fullmatch(text := text.strip()):
        return ""
    match = _written().fullmatch(fold(text))
    day = int(match["day"] or match["after"]) if match else 0
    return (
        f"{match['year'] or match['last']}-{_numbers()[match['month'] or match['first']]:02}-{day:02}"
        if match and day < 32
        else ""
    )


def day_at(text: str, start: int) -> tuple[str, int]:
    """The date that begins at a position as year-month-day, and its end; empty where none does."""
    match = re.match(r"(?:[^\W_]|[ .,-])+", text[start : start + _LONGEST])
    words = match.group() if match else ""
    ends = (end.end() for end in re.finditer(r"\b\d{4}\b", words))
    return next(((day, start + end) for end in ends if (day := day_of(words[:end]))), ("", start))


@cache
def _numbers() -> dict[str, int]:
    """The number of each month by its name, in all languages with spaces."""
    found: dict[str, set[int]] = {}
    for code in (code for code in LANGUAGES if not wording(code).unspaced):
        for number, name in enumerate(months(code), 1):
            for form in (name, name[:_ABBREVIATED]):
                found.setdefault(form, set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


@cache
def _written() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _numbers()), key=len, reverse=True))
    ordinal, of = r"(?:st|nd|rd|th|er|º|\.)?", r"(?:(?:of|de|do)\s+)?"
    return re.compile(
        rf"(?P<day>\d{{1,2}}){ordinal}[\s-]+{of}(?P<month>{names})\.?,?[\s-]+{of}(?P<year>\d{{4}})"
        rf"|(?P<first>{names})\.?\s+(?P<after>\d{{1,2}}){ordinal},?\s+(?P<last>\d{{4}})"
    )
