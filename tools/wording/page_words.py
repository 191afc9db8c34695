"""`read_pages`: the pages of a document that words name: "page 3", "pages 2 to 4", "the last two pages", "each page".

Their forms are in forms.toml. Not covered: even and odd pages.
"""

import re
from dataclasses import dataclass, replace

from .forms import Form, find_forms, value_of

_DIGITS = re.compile(r"\d+")
_LISTED = re.compile(r"\d+(?:\s*[-–—]\s*\d+)?")
_JOINED = re.compile(r"\s*(?:[,、，]\s*)?(?:and|und|et|y|e|和|と|跟)?\s*(?:the\s+)?")
"""Between two ranges of pages that are both meant."""


@dataclass(frozen=True)
class Pages:
    """A range of pages and where the words name it. Negative numbers count from the end: -1 is the last page."""

    start: int
    end: int
    first: int | None = None
    last: int | None = None
    each: bool = False
    """One result for each page."""
    left_out: bool = False
    """All pages but these."""


def read_pages(text: str, code: str) -> tuple[Pages, ...]:
    """The ranges of pages that a masked text names: one for "pages 2 to 4", two for "pages 2 and 5"."""
    found: list[Pages] = []
    for form in find_forms("pages", text, code):
        if found and (found[0].each or found[0].left_out or not _JOINED.fullmatch(text, found[-1].end, form.start)):
            break
        for pages in _ranges(form, code):
            before = found[-1] if found else None
            if before and before.last is not None and pages.first == before.last + 1:  # "pages 2 and 3" are one range
                found[-1] = replace(before, end=pages.end, last=pages.last)
            else:
                found.append(pages)
    return tuple(found)


def _ranges(form: Form, code: str) -> list[Pages]:
    if "each" in form.words:
        return [Pages(form.start, form.end, each=True)]
    if "list" in form.words:
        bounds = [[int(n) for n in _DIGITS.findall(part)] for part in _LISTED.findall(form.words["list"])]
        return [Pages(form.start, form.end, both[0], both[-1]) for both in bounds]
    first, last = _bounds(form, code)
    if first is None or last is None:
        return []
    if "and" in form.words and last != first + 1 and "except" not in form.words:
        return [Pages(form.start, form.end, page, page) for page in (first, last)]
    if "except" not in form.words:
        return [Pages(form.start, form.end, first, last)]
    if "and" in form.words and last != first + 1:
        return []
    if first == 1:
        return [Pages(form.start, form.end, last + 1, -1)]
    return [
        Pages(form.start, form.end, 1, first - 1)
        if last == -1
        else Pages(form.start, form.end, first, last, left_out=True)
    ]


def _bounds(form: Form, code: str) -> tuple[int | None, int | None]:
    values = {name: value_of(form.words[name], code) for name in ("ord", "n", "a", "b") if name in form.words}
    if "ord" in values and "n" in values:
        many = values["n"]
        return {1: (1, many), -1: (-many, -1)}.get(values["ord"], (None, None))
    first = values["ord"] if "ord" in values else values.get("a")
    return first, values.get("b", first)
