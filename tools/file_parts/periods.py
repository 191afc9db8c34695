"""`read_period`: the days, months and weekdays that a question names, as what a date has to be."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..tables.folding import fold
from ..tables.table_words import months
from ..wording.wording import either

_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_YEAR = re.compile(r"\b(?:in )?((?:19|20)\d\d)\b")
_BETWEEN = re.compile(r"\s*(?:and|to|until|till|-|–|bis|und|et|au|y|al|e|ate)\s*(?:the |on )?")


@dataclass(frozen=True)
class Span:
    """A day, month or year; what is None is any."""

    year: int | None
    month: int | None
    day: int | None

    def key(self, day: date) -> tuple[int, ...]:
        """The parts of a date that the span names, as numbers in order."""
        named = ((self.year, day.year), (self.month, day.month), (self.day, day.day))
        return tuple(number for given, number in named if given is not None)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Its own, as `key` gives those of a date."""
        return tuple(n for n in (self.year, self.month, self.day) if n is not None)


@dataclass(frozen=True)
class Period:
    """What a date has to be."""

    holds: Callable[[date], bool]
    year: int | None
    """Where it names one."""
    words: str
    """As the question writes it."""


def read_period(text: str, code: str, words: Mapping[str, Sequence[str]], today: date) -> tuple[Period | None, str]:
    """The period of a folded question, None for none, and the question without it."""
    spans = sorted(_spans(text, code), key=lambda found: found[1])
    if not spans:
        return _by_name(text, words, today)
    (first, start, end), held = spans[0], spans[0][2]
    if len(spans) > 1 and _BETWEEN.fullmatch(text, end, spans[1][1]):
        last, _, held = spans[1]
        holds = _from_to(Span(first.year or last.year, first.month or last.month, first.day), last)
        first = last
    elif len(spans) > 1:
        return None, text
    else:
        lead = re.sub(r"\b(?:the|on|le|el|dem|den|o)$", "", text[:start].rstrip()).rstrip()
        side = next((name for name in _SIDES if re.search(rf"\b{either(words[name])}$", lead)), "")
        if side:
            start = len(re.sub(rf"\b{either(words[side])}$", "", lead))
        holds = _SIDES[side](first) if side else _within(first)
    weekday = re.compile(rf"\b{either(words['weekdays'])}\b,?\s*")
    rest = f"{weekday.sub(' ', text[:start]) if first.day else text[:start]} {text[held:]}"
    return Period(holds, first.year, text[start:held].strip()), rest


def _by_name(text: str, words: Mapping[str, Sequence[str]], today: date) -> tuple[Period | None, str]:
    """Today, tomorrow, or the days of a week by name."""
    for word, days in (("today", 0), ("tomorrow", 1)):
        if re.search(rf"\b{word}\b", text):
            day = today + timedelta(days=days)
            span = Span(day.year, day.month, day.day)
            return Period(_within(span), day.year, f"{word}, {day}"), re.sub(rf"\b{word}\b", " ", text)
    match = re.search(rf"\b({either(words['weekdays'])})s?\b", text)
    if match is None:
        return None, text
    number = [fold(day) for day in words["weekdays"]].index(match[1])
    return Period(
        lambda each: each.weekday() == number, None, match[1]
    ), f"{text[: match.start()]} {text[match.end() :]}"


def _spans(text: str, code: str) -> list[tuple[Span, int, int]]:
    found = [(Span(int(m[1]), int(m[2]), int(m[3])), *m.span()) for m in _ISO.finditer(text)]
    found += [(Span(int(m[3]), int(m[2]), int(m[1])), *m.span()) for m in _DOTTED.finditer(text)]
    names = {name: n for n, name in enumerate(months(code), 1)}
    names |= {name[:3]: n for name, n in names.items() if code == "en"}
    name = either([*names])
    of, ordinal = r"(?:\s*(?:of|de|do)\s+|[\s.]*)", r"(?:st|nd|rd|th|er|\.|o)?"
    written = re.compile(
        rf"\b(?:(?P<day>\d{{1,2}}){ordinal}{of})?(?P<month>{name})\b\.?(?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*:))?"
        rf"(?:,?(?:\s*(?:of|de|do)\s+|\s+)?(?P<year>(?:19|20)\d\d))?\b"
    )
    alone = re.compile(
        rf"\b(?P<day>\d{{1,2}}){ordinal}(?=\s*(?:and|to|until|-|–|bis|und|et|au|y|al|e|ate)\s*\d{{1,2}})"
    )
    for m in written.finditer(text):
        day = m["day"] or m["after"]
        if (
            not day
            and code == "en"
            and m["month"] == "may"
            and not re.search(r"\b(?:in|of|during|for)\s*$", text[: m.start()])
        ):
            continue
        found.append(
            (Span(int(m["year"]) if m["year"] else None, names[m["month"]], int(day) if day else None), *m.span())
        )
    found += [
        (Span(None, None, int(m["day"])), *m.span())
        for m in alone.finditer(text)
        if any(span.month and start - m.end() < 8 and start >= m.end() for span, start, _ in found)
    ]
    taken = [(start, end) for _, start, end in found]
    found += [
        (Span(int(m[1]), None, None), *m.span())
        for m in _YEAR.finditer(text)
        if not any(a <= m.start(1) < b for a, b in taken)
    ]
    return found


def _within(span: Span) -> Callable[[date], bool]:
    return lambda day: span.key(day) == span.numbers


def _from_to(first: Span, last: Span) -> Callable[[date], bool]:
    return lambda day: first.key(day) >= first.numbers and last.key(day) <= last.numbers


_SIDES: Mapping[str, Callable[[Span], Callable[[date], bool]]] = {
    "before": lambda span: lambda day: span.key(day) < span.numbers,
    "until": lambda span: lambda day: span.key(day) <= span.numbers,
    "after": lambda span: lambda day: span.key(day) > span.numbers,
    "since": lambda span: lambda day: span.key(day) >= span.numbers,
}
"""What the words before a span make of it, by their group in words.toml."""
