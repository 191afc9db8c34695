"""`expected_kind`, `candidates`: the kind of value that a question asks for, and where a sentence has values of it."""

import re
from collections.abc import Iterable
from functools import cache

from ...wording.wording import folded
from .asked_words import asks_several, kinds_asked, places_of, small_words, spans_of
from .day_and_time import with_times
from .entity_patterns import find_entities
from .question_synonyms import synonyms
from .tokenization import STOP_WORDS, content_words

_CAPITAL = f"[{''.join(char for char in map(chr, range(0x530)) if char.isupper())}]"
"""A capital letter of the Latin, Greek or Cyrillic script."""
NAME = re.compile(rf"(?:{_CAPITAL}[\w'’.-]*[\w](?:\s+(?:(?:of|the|von|van|de|la|del|am|der)\s+)*(?={_CAPITAL}))?)+")
_UNIT = r"(?:\s(?:thousand|million|billion))?(?:[\s-][^\W\d_]+)?"
_COUNT = re.compile(
    r"\b(?:\d[\d,.]*\d|\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?)"
    rf"(?:\s(?:hundred|thousand|million|billion))*{_UNIT}\b",
    re.IGNORECASE,
)
_FREQUENCY = re.compile(
    r"\b(?:(?:every|each)\s(?:[^,.;:()]|:(?=\d))+|(?:hourly|daily|weekly|fortnightly|monthly|quarterly|yearly|annually)\b"
    r"|(?:once|twice|\w+ times)(?:\s(?:an?|per|every|each)\s\w+)?\b)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"([^:.!?]{1,40}):\s")
_BY = re.compile(r"\bby\s+(?:the\s+|an?\s+)?$")
_NO_NAMES = frozenset(("EMAIL", "URL", "DATE", "TIME"))
"""What has letters of names and places in it, and is neither."""
_NO_CODES = frozenset(("EMAIL", "URL", "DATE", "TIME", "MONEY", "PERCENT"))
_CODE = re.compile(r"(?<![\w.,])#?(?=[\w/.-]*\d)[A-Z0-9][A-Z0-9]*(?:[/.-][A-Z0-9]+)*(?![\w/-])", re.ASCII)
"""A number or a code of something: `A-5591`, `4711`, `QX7T2P`."""
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d{2}\b")
_BEFORE_PLACE = "in|at|on|near|from|to|off|outside|inside|beside|opposite"

_LENGTH = r"met(?:re|er)s?|kilomet(?:re|er)s?|km|cm|mm|miles?|f(?:oo|ee)t|ft|inch(?:es)?|yards?|storeys?|stories|m"
_TIME = r"seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)"
_UNITS: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("tall", "high", "deep", "wide"), re.compile(rf"(?:{_LENGTH})$", re.I)),
    **dict.fromkeys(("long", "far"), re.compile(rf"(?:{_LENGTH}|{_TIME}|pages|words)$", re.I)),
    "old": re.compile(rf"(?:{_TIME}|age)$", re.I),
    "heavy": re.compile(r"(?:g|kg|kilos?|kilograms?|grams?|tons?|tonnes?|pounds?|lbs?)$", re.I),
}
"""The unit at the end of a measure, by the adjective after `how`."""

SELF_EVIDENT = ("email", "url", "phone")
"""Kinds of which a single value in a text is the answer, whatever words are beside it."""


def expected_kind(question: str) -> str:
    """The kind of value that a question asks for, e.g. `money`, `date`, `count`, `person`; empty for none or several."""
    kinds = [] if asks_several(question) else kinds_asked(question)
    return kinds[0] if kinds else ""


def candidates(kind: str, sentence: str, query: Iterable[str], code: str = "en") -> list[tuple[int, int]]:
    """Where in a sentence values of a kind are; never the question's own words. `code`: the question's language."""
    forms = {"email": "EMAIL", "url": "URL", "phone": "PHONE", "percent": "PERCENT", "time": "TIME", "date": "DATE"}
    found = find_entities(sentence)
    spans = [(f.start, f.end) for f in found if f.group == forms.get(kind)]
    if kind == "money":
        spans = [(f.start, f.end) for f in found if f.group == "MONEY"] or [
            (f.start, f.end) for f in found if f.group == "NUMBER" and re.search(r"[.,]\d\d$", f.word)
        ]
        spans = spans or [m.span() for m in _COUNT.finditer(sentence) if re.search(r"illion|thousand", m.group())]
    elif kind == "year" or (kind == "date" and not spans):
        spans = [match.span() for match in _YEAR.finditer(sentence)] or [
            (f.start, f.end) for f in found if kind == "date" and f.group == "TIME"
        ]
    elif kind == "date":
        spans = with_times(spans, [(f.start, f.end) for f in found if f.group == "TIME"], sentence)
    elif kind == "count":
        counted = set([*query][:1])
        spans = [match.span() for match in _COUNT.finditer(sentence)]
        # "Chapter 1" numbers what the question counts, and a year counts nothing
        spans = [(a, b) for a, b in spans if not counted.intersection(content_words(_word_before(sentence, a)))]
        spans = [(a, b) for a, b in spans if not (_YEAR.match(sentence[a:b]) and len(content_words(sentence[a:b])) < 2)]
        # a number of the question tells which thing is meant: "lighthouse 137" is not 137 metres high
        spans = [(a, b) for a, b in spans if not numbers_of(query).intersection(content_words(sentence[a:b]))]
        unit = next((_UNITS[word] for word in query if word in _UNITS), None)
        spans = [(a, b) for a, b in spans if not unit or unit.search(sentence[a:b])]
    elif kind == "span":
        spans = [match.span() for match in spans_of(code).finditer(sentence)]
    elif kind == "code":
        taken = [(f.start, f.end) for f in found if f.group in _NO_CODES]
        spans = [(f.start, f.end) for f in found if f.group == "IBAN"]
        spans = spans or [
            (a, b)
            for a, b in (m.span() for m in _CODE.finditer(sentence))
            if not any(s < b and a < e for s, e in taken)
        ]
    elif kind == "frequency":
        spans = [match.span() for match in _FREQUENCY.finditer(sentence)]
    elif kind == "place":
        spans = [match.span(1) for match in _place(code).finditer(sentence) if not match[1][0].isdigit()]
    elif kind in ("person", "name"):
        small = STOP_WORDS if code == "en" else STOP_WORDS | small_words(code)
        spans = [match.span() for match in NAME.finditer(sentence) if folded(match.group()) not in small]
        spans = [span for span in spans if not _in_label(span, sentence, query)]
        spans = [span for span in spans if kind == "person" and _BY.search(sentence[: span[0]])] or spans
    if kind in ("place", "person", "name"):
        other = [(f.start, f.end) for f in found if f.group in _NO_NAMES]
        spans = [(a, b) for a, b in spans if not any(a < end and start < b for start, end in other)]
    if kind == "place":
        spans = [(a, b) for a, b in spans if not any(start < a and end == b for start, end in spans)]
    known = {other for word in query for other in synonyms(word)} if kind == "person" else set(query)
    return [(a, b) for a, b in spans if kind == "count" or not set(content_words(sentence[a:b])) <= known]


def _in_label(span: tuple[int, int], sentence: str, query: Iterable[str]) -> bool:
    """Whether a name is a part of a label, or all of one whose value the question names: `Title: Caretaker`."""
    label = _LABEL.match(sentence)
    if label is None or span[1] > label.end(1):
        return False
    return span[1] < label.end(1) or set(content_words(sentence[label.end() :])) <= set(query)


@cache
def _place(code: str) -> re.Pattern[str]:
    """Without taking the words: "on Thursday in the library" has a place behind what is none."""
    before = "|".join(filter(None, (_BEFORE_PLACE if code == "en" else "", places_of(code)))) or "(?!)"
    return re.compile(rf"(?=\b(?:{before})\s+((?:the\s+|a\s+)?[^,.;:!?()]+))", re.I)


def dates_of(text: str) -> set[str]:
    """The different days that a text names."""
    return {found.word for found in find_entities(text) if found.group == "DATE"}


def numbers_of(query: Iterable[str]) -> set[str]:
    """The numbers among the words of a question, but years."""
    return {word for word in query if word.isdecimal() and not _YEAR.fullmatch(word)}


def _word_before(sentence: str, start: int) -> str:
    before = re.search(r"[^\W\d_]+\s+$", sentence[:start])
    return before.group() if before else ""
