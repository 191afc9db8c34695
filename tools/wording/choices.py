"""`choices_behind_colon`: the labels that a request offers behind a colon: "which is it: billing, shipping or support?"."""

import re
from functools import cache

from .nearest import words_pattern
from .wording import folded, wording

_ITEM = r"[^\W\d_][\w’'-]*(?: [\w’'-]+){0,2}?"
_ITEM_UNSPACED = r"[^\W\d_]{1,8}?"


def choices_behind_colon(text: str, code: str) -> tuple[int, tuple[str, ...]] | None:
    """Where the colon stands and the items behind it, as written; None where no list of at least two ends the text."""
    found = _pattern(code).search(folded(text))
    if found is None:
        return None
    start, end = found.span("items")
    cuts = [*_joint(code).finditer(folded(text), start, end)]
    starts, ends = [start, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), end]
    return found.start(), tuple(text[a:b].strip() for a, b in zip(starts, ends, strict=True))


@cache
def _joint(code: str) -> re.Pattern[str]:
    """What stands between two items."""
    either = words_pattern(wording(code).clauses.get("or", ()), wording(code))
    gap = r"\s*" if wording(code).unspaced else r"\s+"
    return re.compile(rf"\s*[,，、/]\s*(?:{either.pattern}{gap})?|{gap}{either.pattern}{gap}")


@cache
def _pattern(code: str) -> re.Pattern[str]:
    item = _ITEM_UNSPACED if wording(code).unspaced else _ITEM
    return re.compile(rf"[:：]\s*(?P<items>{item}(?:(?:{_joint(code).pattern}){item})+)[\s.?!。？！]*\Z")
