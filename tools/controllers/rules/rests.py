"""`with_rests`: a request in which "the rest" brings the text whose part it names before: "the first page, and the rest".

`rest_of`, `pages_left`: what such words mean, once it is known which part they leave over. English only.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from ....graph.resource import Resource
from ...wording.page_words import Pages, read_pages
from ...wording.text_parts import TextPart, read_parts
from ...wording.wording import either, wording
from .clauses import Clause, ParsedRequest
from .masking import FileMention, Quotation
from .referents import earlier_data

_PARTED = ("text", "document")


def with_rests(parsed: ParsedRequest, earlier: Sequence[Resource]) -> ParsedRequest:
    """The request with a mention of the text at each "the rest" that follows a part of it by number.

    A part of the same unit without a text of its own is one of that text too: "page 1 of a.pdf, then page 2".
    """
    added, source = list[FileMention | Quotation](), list[FileMention | Quotation]()
    before, starts = "", [*(each.start for each in parsed.files), *(each.start for each in parsed.quotations)]
    for clause in parsed.clauses:
        words = parsed.words_of(clause)
        rest, parts, pages = rest_in(words), read_parts(words, "en"), read_pages(words, "en")
        unit = "page" if pages else parts[0].unit if parts else ""
        named = any(clause.start <= start < clause.end for start in starts)
        if before and not named and (rest or unit == before):
            start = clause.start + (rest.start() if rest else (pages or parts)[0].start)
            added += [replace(each, start=start, end=start) for each in source]
        elif unit:
            source, before = _source(parsed, clause, earlier), unit
    files = (each for each in added if isinstance(each, FileMention))
    quotations = (each for each in added if isinstance(each, Quotation))
    return replace(parsed, files=(*parsed.files, *files), quotations=(*parsed.quotations, *quotations))


def _source(parsed: ParsedRequest, clause: Clause, earlier: Sequence[Resource]) -> list[FileMention | Quotation]:
    """The texts that a clause names, else the only one that there is."""
    files = (file for file in parsed.files if file.resource.kind in _PARTED)
    given: list[FileMention | Quotation] = [*files, *(each for each in parsed.quotations if not each.question)]
    if named := [each for each in given if clause.start <= each.start < clause.end]:
        return named
    if not given:
        known = [each for each in earlier_data(earlier) if each.kind in _PARTED and each.producer is None]
        given = [FileMention(each, -1, -1) for each in known[-1:]]
    return given if len(given) == 1 else []


def rest_in(words: str) -> re.Match[str] | None:
    """The words of a clause that mean what is left of a text."""
    return _rest().search(words)


def rest_of(parts: Sequence[TextPart], rest: re.Match[str]) -> list[TextPart]:
    """What some parts of a text leave over, named by other words; none where parts lie in each other."""
    start, end = rest.span()
    if any(part.within for part in parts):
        return []
    return [replace(part, start=start, end=end, left_out=not part.left_out) for part in parts]


def pages_left(taken: Iterable[Pages], rest: re.Match[str]) -> tuple[Pages, ...]:
    """The pages beside one range, or beside several that follow each other; else none."""
    whole: Pages | None = None
    for pages in sorted(taken, key=lambda each: each.first or 0):
        if pages.each or pages.first is None or (whole and pages.first != (whole.last or 0) + 1):
            return ()
        whole = replace(whole or pages, last=pages.last)
    if whole is None:
        return ()
    start, end = rest.span()
    if whole.first == 1 and whole.last and not whole.left_out:
        return (Pages(start, end, whole.last + 1, -1),)
    return (replace(whole, start=start, end=end, left_out=not whole.left_out),)


@cache
def _rest() -> re.Pattern[str]:
    language = wording("en")
    units = "|".join(word for word, unit in language.units.items() if unit in ("page", "paragraph", "sentence", "row"))
    left = either(language.ranges["rest"])
    return re.compile(
        rf"\b(?:{left}|the others|the (?:remaining|other) (?:{units}))\b(?: of (?:it|them|that|(?:the|this) \w+)\b)?"
    )
