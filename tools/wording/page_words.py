"""`read_pages`: the pages of a document that words name: "page 3", "pages 2 to 4", "the last two pages", "each page".

Page numbers and ordinals come from the language's data file. Not covered: several ranges, even and odd pages.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from .wording import folded, wording

_TO = r"\s*(?:-|–|—|to|through|until|up to|thru|bis|a|à|até|hasta|到|至|から|、)\s*"


@dataclass(frozen=True)
class Pages:
    """A range of pages and where the words name it. Negative numbers count from the end: -1 is the last page."""

    start: int
    end: int
    first: int | None = None
    last: int | None = None
    each: bool = False
    """One result for each page."""

    def others(self) -> "Pages | None":
        """All pages but these, where they stand at the beginning or at the end."""
        if self.first == 1 and self.last and self.last > 0:
            return replace(self, first=self.last + 1, last=None)
        if self.last == -1 and self.first and self.first < 0:
            return replace(self, first=None, last=self.first - 1)
        return None


@cache
def _patterns(code: str) -> tuple[re.Pattern[str], ...]:
    language = wording(code)
    end = "" if language.unspaced else r"(?!\w)"
    begin = "" if language.unspaced else r"(?<!\w)"

    def either(words: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    page = rf"(?:{either([word for word, unit in language.units.items() if unit == 'page'])}|pp?\.)"
    number = rf"\d{{1,4}}|{either(list(language.numbers)) or '(?!)'}"
    ordinal = rf"{either(list(language.ordinals)) or '(?!)'}|\d{{1,3}}(?:st|nd|rd|th)"
    left_out = either(list(language.clauses.get("except", ()))) or "(?!)"
    each = either(list(language.clauses.get("each", ("each", "every", "per")))) or "(?!)"
    return (
        re.compile(
            rf"{begin}(?:(?:the|all|every|everything|{page})\s+)*(?P<except>{left_out})\s+(?:for\s+)?(?:the\s+)?"
            rf"(?:(?P<ord>{ordinal})(?:\s+(?P<n>{number}))?{end}(?:\s*{page}{end}|(?!\s+[^\W\d_]{{3}}))"
            rf"|{page}\s*(?P<a>{number}){end})"
        ),
        re.compile(rf"{begin}{page}\s*(?:from\s+)?(?P<a>{number})(?:{_TO}|\s+and\s+)(?P<b>{number}){end}"),
        re.compile(rf"{begin}(?P<a>\d{{1,4}}){_TO}(?P<b>\d{{1,4}})\s*{page}{end}"),
        re.compile(rf"{begin}(?P<each>{each}) (?:single )?{page}{end}|{begin}{page} by {page}{end}"),
        re.compile(rf"{begin}(?P<ord>{ordinal})\s+(?P<n>{number})\s+{page}{end}"),
        re.compile(rf"{begin}(?:第\s*)?(?P<ord>{ordinal})\.?\s*{page}{end}|第\s*(?P<a>{number})\s*{page}"),
        re.compile(rf"{begin}{page}\s*(?:number\s+|no\.?\s*)?(?P<a>{number}){end}"),
        re.compile(rf"{begin}(?P<a>\d{{1,3}})\.\s+{page}{end}"),
        re.compile(page),
    )


def read_pages(text: str, code: str) -> Pages | None:
    """The pages that a masked text names; None for none, and for pages that are not next to each other."""
    words = folded(text)
    patterns = _patterns(code)
    if not patterns[-1].search(words):
        return None
    matches = [match for pattern in patterns[:-1] if (match := pattern.search(words))]
    if not matches:
        return None
    match = min(matches, key=lambda found: found.start())
    found = match.groupdict()
    if "each" in found:
        return Pages(*match.span(), each=True)
    first, last = _bounds(found, code)
    if found.get("except"):
        return _others(match, first, last)
    apart = first is not None and last is not None and last != first + 1 and " and " in match.group()
    return None if first is None or apart else Pages(*match.span(), first, last)


def _others(match: re.Match[str], first: int | None, last: int | None) -> Pages | None:
    """The pages around those that are left out; None where they are no single range."""
    if first == 1 and last is not None:
        return Pages(*match.span(), last + 1, -1)
    return Pages(*match.span(), 1, first - 1) if first is not None and last == -1 else None


def _bounds(found: dict[str, str | None], code: str) -> tuple[int | None, int | None]:
    language = wording(code)

    def value(word: str | None) -> int | None:
        known = {**language.ordinals, **language.numbers}
        if not word:
            return None
        digits = re.match(r"\d+", word)
        return int(digits.group()) if digits else known[word]

    ordinal, many = value(found.get("ord")), value(found.get("n"))
    if ordinal is not None and many is not None:
        if ordinal == 1:
            return 1, many
        return (-many, -1) if ordinal == -1 else (None, None)
    first = ordinal if ordinal is not None else value(found.get("a"))
    return first, value(found.get("b")) or first
