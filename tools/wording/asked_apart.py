"""`asked_apart`: the questions that one sentence joins: each asking word (who, when, how much) opens one of its own.

`means_before`: whether a question is about what the one before it is about: "how much is it", "in which room".
`means_found`: the words by which one means what that found: "that customer", "the first order".
"""

import re
from functools import cache
from typing import NamedTuple

from .nearest import words_pattern
from .wording import Wording, folded, wording

FOLLOWED = " → "
"""Between a question and each that is about the same."""
_ENDS = " ,;:?？，、；¿"
_ONLY_ASKS = 2
"""Words of a part that does nothing but ask: "when" of "when and where is it"."""


class Meant(NamedTuple):
    """The words of a question that mean what the one before it found."""

    text: str
    noun: str
    """Behind "that": "that customer"; empty for a pronoun."""
    place: int
    """1 for "the first order", -1 for the last; 0 without."""


_WITHOUT_SUBJECT = ("es", "pt")
"""Languages whose sentences need no pronoun: "cuándo se paga"."""


def asked_apart(text: str, code: str) -> list[str]:
    """The questions of a text in a language, in order; what stands before the first stays with it. One as it is."""
    language, words = wording(code), folded(text)
    asks, cuts = _asks(code), [*_joints(code).finditer(words)]
    parts, begin = list[tuple[int, int]](), 0
    relative = not language.unspaced and all(cut.group().strip() == "," for cut in cuts)  # "the people, who are named"
    for cut in () if relative else cuts:
        inside = asks.search(words, begin, cut.start())
        rest = asks.search(words, cut.end())
        # "who wrote it, to whom and when": neither has a subject, but "when and where is it" has one for both
        only_asks = (
            bool(parts) and rest is not None and not _has_own(words[cut.end() :], rest.end() - cut.end(), language)
        )
        if inside and (only_asks or _has_own(words[begin : cut.start()], inside.end() - begin, language)):
            parts.append((begin, cut.start()))
            begin = cut.end()
    parts.append((begin, len(words)))
    if language.unspaced:
        parts = [part for part in parts if asks.search(words, *part)] if len(parts) > 1 else parts
    return [text[a:b].strip(_ENDS) for a, b in parts] if len(parts) > 1 else [text]


def means_before(question: str, code: str) -> bool:
    """Whether a question has a pronoun for its subject, or no subject: it is about what the one before it is about."""
    words = folded(question)
    match = _pronouns(code).search(words)
    if match and not (words[: match.start()].endswith("-") and _articles(code).search(words)):  # "le bail est-il"
        return True
    match = None if asks_for("person", question, code) else _asks(code).search(words)
    return match is not None and not wording(code).unspaced and _is_short(words[match.end() :], code)


def means_found(question: str, language: str) -> Meant | None:
    """The words by which a question means what the one before it found; None without such."""
    words = folded(question)
    for pattern in (_alone(language), _those(language), _places(language)):
        if match := pattern.search(words):
            named = match.groupdict()
            place = wording(language).ordinals.get(named.get("nth") or "", 0)
            return Meant(question[slice(*match.span())], named.get("noun") or "", place)
    return None


def subject_of(question: str, code: str) -> str:
    """The words of a question that name things: those behind an article; all that it asks about where none has one."""
    words = folded(question)
    named = [question[slice(*match.span(1))] for match in _articles(code).finditer(words)]
    match = _asks(code).search(words)
    return " ".join(named) or (question[match.end() :] if match else question)


def asks_for(kind: str, question: str, code: str) -> str:
    """The words with which a question begins that asks for a `person`, a `date` or a `place`; empty for another."""
    match = words_pattern(wording(code).asked(kind), wording(code)).match(folded(question).lstrip(_ENDS))
    return match.group() if match else ""


def _has_own(part: str, asked: int, language: Wording) -> bool:
    """Whether a part says what it asks, behind its asking word; "when" alone shares what the next asks."""
    return language.unspaced or bool(part[asked:].strip(_ENDS)) or len(part.split()) > _ONLY_ASKS


def _is_short(rest: str, code: str) -> bool:
    """Whether the words behind an asking word name nothing: a verb alone, or the noun that it asks for."""
    small = folded(str(wording(code).section("recognise").get("small", ""))).split() if code in _WITHOUT_SUBJECT else ()
    named = [word for word in re.findall(r"[^\W_]+(?:[.'-][^\W_]+)*", rest) if word not in small]
    return len(named) < _ONLY_ASKS and not _articles(code).search(f" {rest}")


@cache
def _asks(code: str) -> re.Pattern[str]:
    language = wording(code)
    kinds = ("date", "person", "place", "time", "span", "count", "money") if language.unspaced else ()
    return words_pattern(
        (*language.question_words, *(word for kind in kinds for word in language.asked(kind))), language
    )


def _pronouns(code: str) -> re.Pattern[str]:
    return words_pattern(wording(code).asked("before"), wording(code))


@cache
def _articles(code: str) -> re.Pattern[str]:
    """An article and the word behind it."""
    return re.compile(rf"{_article(code)}\s+([^\W_]+(?:-[^\W_]+)*)")


def _article(code: str) -> str:
    """A pattern of the articles; of none in languages without spaces."""
    language = wording(code)
    return words_pattern(() if language.unspaced else language.clauses.get("article", ()), language).pattern


@cache
def _joints(code: str) -> re.Pattern[str]:
    """What stands between two questions, with the preposition of the second behind it."""
    language, asks = wording(code), _asks(code)
    joints = words_pattern(language.joints, language)
    if language.unspaced:
        return re.compile(rf"[，、,；;。？?]+(?:{joints.pattern})?")
    return re.compile(
        rf"(?:\s*[,;]\s*(?:(?:{joints.pattern})\s+)?|\s+(?:{joints.pattern})\s+)(?=¿?(?:\w{{1,5}}\s)?(?:{asks.pattern}))"
    )


@cache
def _alone(code: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!-)(?:{_pronouns(code).pattern})")  # "combien y en a-t-il"


@cache
def _those(code: str) -> re.Pattern[str]:
    those = words_pattern(wording(code).asked("those"), wording(code))
    return re.compile(rf"{those.pattern}\s+(?P<noun>[^\W\d_]+)")


@cache
def _places(code: str) -> re.Pattern[str]:
    """An article, the word for first or last, and what is meant."""
    language = wording(code)
    nth = words_pattern([word for word, value in language.ordinals.items() if value in (1, -1)], language)
    many = words_pattern([word for word, value in language.numbers.items() if value > 1], language)
    none = rf"(?!\s+(?:\d|{many.pattern}))"  # "the first three"
    return re.compile(rf"{_article(code)}\s+(?P<nth>{nth.pattern}){none}")
