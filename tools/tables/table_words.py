"""`operation_words`: the words for operations, comparisons and months in questions about tables, in each language."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from ..wording.wording import wording
from .folding import fold

WORD = re.compile(r"[<>=≥≤≠]+|[^\W_]+(?:['.,:/-][^\W_]+)*|(?<!\S)[-+](?!\S)")
"""A word of a folded question, a number or a sign of comparison."""
_ELIDED = re.compile(r"^([cdjlmnst]|qu)'")
"""A French article before a vowel: `l'orange`."""
_WRITTEN = re.compile(r"(?:\d{4}年)?\d{1,2}月|\d{4}年|[a-z0-9][a-z0-9.,:/-]*")
"""Months, years, numbers and Latin words in a text without spaces."""
OPERATIONS = ("highest", "lowest", "sum", "average", "median", "distinct", "count", "sort", "descending", "ascending",
              "top", "bottom", "per", "not", "empty", "people", "rows", "difference", "calculate", "share")  # fmt: skip
_SOME = (
    "but",
    "whole",
    "before and behind",
    "without",
    "does not",
    "acts on what precedes",
    "how much or many",
    "of money",
    "worth",
    "nor",
    "ordinal prefixes",
    "written",
    "best",
    "column left out",
)
"""Lists that not every language has."""
TEXTS = ("not contains", "contains", "starts with", "ends with")
"""Conditions on parts of a text."""
COMPARISONS = (">=", "<=", ">", "<", "between", "!=")


@cache
def months(language: str = "en") -> tuple[str, ...]:
    """The names of the twelve months, folded."""
    return tuple(map(fold, wording(language).section("calendar")["months"]))


def months_between(cells: Iterable[str], first: str, last: str, language: str) -> list[str]:
    """The cells of a column of months from one to another, through the end of the year where need be."""
    names = months(language)
    places = {cell: next((n for n, name in enumerate(names) if fold(cell) in (name, name[:3])), None) for cell in cells}
    begin, end = places.get(first), places.get(last)
    if begin is None or end is None or None in places.values():
        return []
    wanted = {(begin + n) % 12 for n in range((end - begin) % 12 + 1)}
    return [cell for cell, place in places.items() if place in wanted]


@cache
def operation_words(language: str = "en") -> dict[str, frozenset[str]]:
    """The words of each operation, folded."""
    words, conditions = wording(language), wording(language).section("conditions")
    listed = {
        **{name: each for name, each in words.section("tables").items() if name != "grouping"},
        **{name: conditions[name] for name in COMPARISONS},
    }
    for name in TEXTS:
        own = conditions.get(name, ()) if language == "en" else ()
        listed[name] = [phrase for phrase in listed.get(name, own) if phrase != "without"]
    small = str(words.section("recognise").get("small", "")).split()
    listed["ordinal"] = [word for word, number in words.section("ordinals").items() if number > 1]
    listed["first and last"] = [word for word, number in words.section("ordinals").items() if number in (1, -1)]
    quantifiers = words.section("quantifiers")
    listed["quantifiers"] = [*quantifiers["all"], *quantifiers["other"]]
    for name in _SOME:
        listed.setdefault(name, ())
    listed["empty"] = [*listed["empty"], *listed["without"], *listed["has no"]]
    listed["not"] = [*listed["not"], *listed["does not"]]
    asks = listed.pop("asks", ())
    listed["yes or no"] = asks or str(words.section("answer")["ask_yes_no"]).split()
    listed["ignored"] = [*listed["ignored"], *listed["nor"], *asks, *small, *conditions["="], *conditions["unit"]]
    return {
        name: frozenset(each for phrase in phrases for each in (fold(phrase), _divided(fold(phrase))))
        for name, phrases in listed.items()
    }


@cache
def ordinals(language: str) -> dict[str, int]:
    """The numbers of ordinals, folded."""
    return {fold(word): number for word, number in wording(language).section("ordinals").items()}


def _divided(phrase: str) -> str:
    """A phrase of several words as `divided` divides it: "n'ont pas de"."""
    return " ".join(_ELIDED.sub(r"\1 ", word).strip() for word in phrase.split()) if " " in phrase else phrase


def names_table_operation(text: str, language: str = "en", among: Sequence[str] = OPERATIONS) -> bool:
    """Whether a text has a word of an operation on rows: "just the top two"."""
    words, known = divided(fold(text), language, frozenset()), operation_words(language)
    phrases = {" ".join(words[at : at + size]) for at in range(len(words)) for size in (1, 2)}
    return any(phrases & (known[name] - {"no", "first"}) for name in among)


def divided(text: str, language: str, names: frozenset[str]) -> list[str]:
    """The words of a folded question; where no spaces divide them, the longest known phrases, and what is between."""
    if not wording(language).unspaced:
        return [
            each
            for word in WORD.findall(text)
            for part in _ELIDED.sub(r"\1 ", word).split()
            for each in _ordinal_apart(part, language)
        ]
    known = names.union(*operation_words(language).values(), months(language))
    words, end = list[str](), 0
    for begin, stop in _known_parts(text, known):
        words += [*WORD.findall(text[end:begin]), text[begin:stop]]
        end = stop
    return [*words, *WORD.findall(text[end:])]


def _ordinal_apart(word: str, language: str) -> list[str]:
    """A superlative and the ordinal that is written together with it, as two words: "zweithöchste"."""
    known = operation_words(language)
    for prefix in known["ordinal prefixes"]:
        if word.startswith(prefix) and word.removeprefix(prefix) in known["highest"] | known["lowest"]:
            return [next(each for each in known["ordinal"] if each.startswith(prefix)), word.removeprefix(prefix)]
    return [word]


def _known_parts(text: str, known: Collection[str]) -> list[tuple[int, int]]:
    """The known phrases of a text without spaces, as they leave the fewest letters unknown, and then are the fewest."""
    longest = max(map(len, known), default=0)
    best: list[tuple[int, int, list[tuple[int, int]]]] = [(0, 0, [])]
    for end in range(1, len(text) + 1):
        unknown, many, parts = best[-1]
        options = [(unknown + bool(WORD.search(text[end - 1])), many, parts)]
        for begin in range(max(0, end - longest), end):
            if text[begin:end] in known:
                options.append((best[begin][0], best[begin][1] + 1, [*best[begin][2], (begin, end)]))
        starts = [match.start() for match in _WRITTEN.finditer(text, 0, end) if match.end() == end]
        options += [(best[begin][0], best[begin][1] + 1, [*best[begin][2], (begin, end)]) for begin in starts]
        best.append(min(options, key=lambda option: option[:2]))
    return best[-1][2]


def period_of(phrase: str, language: str = "en") -> str:
    """A day, a month or a year as it is within a date: `2025-03-`, `-03-`, `2025-`; empty for other words."""
    if re.fullmatch(r"(?:19|20)\d\d(?:-\d\d){0,2}", phrase):
        return f"{phrase}-"
    if digits := re.fullmatch(r"(?:((?:19|20)\d\d)年)?(?:(\d{1,2})月)?", phrase):
        return f"{digits[1] or ''}-{int(digits[2]):02}-" if digits[2] else f"{digits[1]}-" if digits[1] else ""
    words = re.fullmatch(r"([^\W\d_]{2,})(?: (?:de |do )?((?:19|20)\d\d))?", phrase)
    known = [f"-{n:02}-" for n, name in enumerate(months(language), 1) if words and words[1] in (name, name[:3])]
    return f"{words[2] or ''}{known[0]}" if words and known else ""


def is_within(date: object, period: str) -> bool:
    """Whether a date as year-month-day is in a period as `period_of` returns it."""
    return f"{date}-".startswith(period, 4 if period.startswith("-") else 0)  # after the year: "-03-" is no day


def period_name(period: str, language: str = "en") -> str:
    """A period of `period_of` as words: `June`, `2025-06`."""
    if not period.startswith("-"):
        return period.strip("-")
    month, _, day = period.strip("-").partition("-")
    return f"{day.lstrip('0')} {months(language)[int(month) - 1].capitalize()}".strip()
