"""`find_scopes`: words of a request that say over what, or over how many, a task is done: "both", "the rest", "each page".

Words: `[scopes]` of the wording. Where such words stand for files ("the others"), and were replaced by these, they are
found as typed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from ...wording.nearest import words_pattern
from ...wording.page_words import read_pages
from ...wording.wording import either, folded, wording
from .clauses import ParsedRequest
from .counted_files import file_nouns

_SENTENCE_END = re.compile(r"[.!?;\n](?:\s|\Z)|[。！？]")


class Scope(NamedTuple):
    """Words of scope in a masked request."""

    name: str
    """The obligation, as in `[scopes]`."""
    start: int
    end: int
    words: Mapping[str, str]
    """The `noun`, `number` and `result` that stand with it; `off` or `out` where they say what is left out."""


def find_scopes(parsed: ParsedRequest) -> Iterator[Scope]:
    """The words of scope of a request, in order."""
    text = _said(parsed)
    for name, pattern in _patterns(parsed.language).items():
        for match in pattern.finditer(text):
            yield Scope(name, *match.span(), {k.rstrip("s"): word for k, word in match.groupdict().items() if word})
    language = wording(parsed.language)
    later = {
        "each-of-it": words_pattern(language.clauses.get("back", ()), language),
        "each-of-them": words_pattern(language.clauses.get("apart", ()), language),
    }
    for number, clause in enumerate(parsed.clauses):
        each = [pages for pages in read_pages(text[clause.start : clause.end], parsed.language) if pages.each]
        for pages in each:
            yield Scope("each-page", clause.start + pages.start, clause.start + pages.end, {})
        for after in parsed.clauses[number + 1 : number + 2] if each else ():
            if _SENTENCE_END.search(text, clause.start, after.start):
                continue
            for name, words in later.items():
                if one := words.search(text, after.start, after.end):
                    yield Scope(name, *one.span(), {})


def _said(parsed: ParsedRequest) -> str:
    """The masked text with the words that stand for files ("the others"), and not the names of these."""
    letters = [*parsed.masked]
    for file in parsed.files:
        words = parsed.text[max(file.start, 0) : max(file.end, 0)]
        if file.resource.label not in words and (file.resource.name or "\0") not in words:
            letters[max(file.start, 0) : max(file.end, 0)] = words
    return folded("".join(letters))


@cache
def _patterns(code: str) -> Mapping[str, re.Pattern[str]]:
    language, words = wording(code), wording(code).section("scopes")
    excluding = language.section("excluding")

    edge, space = ("", "") if language.unspaced else (r"\b", " ")
    nouns = either([*file_nouns(code), *excluding["file"]])
    article = rf"(?:(?:{either([*excluding['article'], *words['of']])}){space})*"
    parts = either([*language.ordinals, *(unit for unit in language.units if unit not in file_nouns(code))])
    results = either([noun for row in words["results"].values() for noun in row])
    forms = {
        "both": rf"(?:{either(words['both'])}){edge}"
        rf"(?:{space}{article}(?P<noun>(?:{nouns})(?<={words['plural']})){edge}|(?!{space}{article}(?:{parts}){edge}){words['not_both']})",
        "all": rf"(?:{either(words['all'])}){edge}"
        rf"|(?:(?:{either(words['every'])}){space}{article}(?P<nouns>(?:{nouns})(?<={words['plural']}))"
        rf"|(?:{either(words['each'])}){space}{article}(?P<noun>{nouns})){edge}",
        "named": rf"(?:{either(words['the'])}){space}{article}(?P<results>{results}){edge}",
        **{name: rf"(?:{either(words[name])}){edge}" for name in ("rest", "together", "apart", "among")},
    }
    off = f"(?:(?P<off>{either(language.ranges.get('off', ()))}){space})?"
    forms["rest"] = rf"{off}{forms['rest']}(?:{space}(?P<noun>{nouns}){edge})?"
    if words["goes_on"]:
        ordinals = either([word for word in language.ordinals if word not in language.units])
        number = rf"(?P<number>{either([word for word, value in language.numbers.items() if value > 1])}|\d)"
        ends = rf"(?=\W*(?:$|[.,;!?])| (?:{either([*words['goes_on'], *words['of']])})\b)"
        some = rf"(?=\w+ (?:{either(words['of'])}) {article}(?:{nouns}|{either(words['them'])})\b)"
        out = rf"(?:(?P<out>{either([*excluding['before'], *excluding['after_every']])}) {article})?"
        forms["number"] = rf"{out}(?:(?:{ordinals}) (?=\w+(?: (?:{nouns})\b|{ends}))|{some}){number}\b"
    return {name: re.compile(f"{edge}(?:{form})") for name, form in forms.items()}
