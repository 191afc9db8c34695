"""`several_questions`: the questions in a sentence that asks for several things: "what are the rent and the deposit?".

In languages with spaces a thing begins with an article or with a question word of its own; in Chinese and Japanese the
things stand between a file and the words that ask. Not covered: things without an article ("sind Miete und Kaution").
"""

import re
from functools import cache
from typing import NamedTuple

from .nearest import nearest, words_pattern
from .wording import Span, Wording, folded, wording

_SENTENCE = re.compile(r"(?:[^.!?;\n。！？；]|\.(?!\s|$))+")
_EDGE = " ,:，：、"
_ENDS = " ,:?"
_MOST_WORDS, _MOST_CHARACTERS = 8, 10
"""Words, or characters where no spaces divide them, of one thing."""
_MOST_ASKED = 20
"""Words of one with a question word of its own."""
_OF_ONE = 3
"""Words of a sum of one thing: "the total amount"."""
_FILE = re.compile("[\ue010-\ue01f]")
_REQUEST = 0.5
"""Score from which a thing is a request of its own, and nothing to ask for: "and the translation into English"."""
_FOUND = ("question", "document-question", "visual-question", "table-question", "token-classification", "tabular")


class Questions(NamedTuple):
    """A run of words, and the words of each of its questions."""

    start: int
    end: int
    asked: tuple[tuple[Span, ...], ...]

    def texts(self, text: str, code: str) -> list[str]:
        """The questions as text."""
        mark, space = ("？", "") if wording(code).unspaced else ("?", " ")
        return [space.join(text[a:b].strip(_EDGE) for a, b in each).rstrip(" ?？") + mark for each in self.asked]


def several_questions(masked: str, code: str, *, certain: bool = False) -> list[Questions]:
    """Where a masked request asks for several things in one sentence; `certain`: nothing in it is a request of its own."""
    language, words = wording(code), folded(masked)
    read = _unspaced if language.unspaced else _spaced
    found = (read(words, *match.span(), language) for match in _SENTENCE.finditer(words))
    return [each for each in found if each and (certain or not _requests(words, each, language))]


def _spaced(words: str, start: int, end: int, language: Wording) -> Questions | None:
    joint, opening = _patterns(language.code)
    if (first := opening.match(words, start, end)) is None:
        return None
    head = first.span("head") if first["head"] else None
    begin = first.start("head") if head else first.start("question")
    starts = [first.end() if head else begin]
    ends = []
    named = _FILE.search(words, starts[0], end)
    for match in joint.finditer(words, starts[0], end):
        if named and match.start() > named.start() and not (match["thing"] or match["asks"]):
            end = match.start()  # "..., and translate it"
            break
        if match["asks"] or (head and match["thing"]):
            ends.append(match.start())
            starts.append(match.end())
    parts = list(zip(starts, [*ends, end], strict=True))
    asks = [_asking(language.code).match(words, a, b) for a, b in parts]
    own = [
        each is not None or bool(_heads(language.code).match(words, a))
        for each, (a, _) in zip(asks, parts, strict=True)
    ]
    rests = [
        (each.end(), b) if each and words[each.end() : b].strip(_ENDS) else None
        for each, (_, b) in zip(asks, parts, strict=True)
    ]
    least = [
        1 if head or (asks[0] and not rests[0]) else 3,
        *(1 + (alone and rest is not None) for alone, rest in zip(own[1:], rests[1:], strict=True)),
    ]
    most = [_MOST_ASKED if alone else _MOST_WORDS for alone in own]
    counts = [len(words[a:b].split()) for a, b in parts]
    if any(not few <= count <= many for few, count, many in zip(least, counts, most, strict=True)):
        return None
    listed = len(parts) > 1 and words[parts[-2][1] : parts[-1][0]].strip() != ","  # no "the people, who are named"
    if not listed or (head and not _is_thing(words, parts[0], language)):
        return None
    if any(asks) and not any(rests):
        return None
    place = _place(language.code).search(words, parts[-1][0] + 1, parts[-1][1]) if head and not own[-1] else None
    asked = list[tuple[Span, ...]]()
    for number, part in enumerate(parts):
        if asks[number] and not rests[number]:  # "when and where is it": what the next asks, else the one before
            asked.append((part, next(filter(None, (*rests[number:], *reversed(rests[:number]))))))
        else:
            shared = place and number < len(parts) - 1 and not _place(language.code).search(words, *part)
            asked.append(
                tuple(filter(None, (None if own[number] else head, part, place.span() if place and shared else None)))
            )
    return Questions(first.start("source") if first["source"] else begin, end, tuple(asked))


def _is_thing(words: str, part: Span, language: Wording) -> bool:
    """Whether the first thing is one, and no calculation with several: "the sum of the rent and the deposit"."""
    sums = words_pattern([*map(folded, language.section("tables")["sum"])], language)
    text = words[slice(*part)]
    added = sums.match(text, text.find(" ") + 1) and len(text.split()) > _OF_ONE
    article = re.match(_whole_words(language.clauses["article"]), text)
    between = words_pattern([*map(folded, language.section("conditions")["between"])], language)
    return bool(article and not added and not between.search(text))


def _unspaced(words: str, start: int, end: int, language: Wording) -> Questions | None:
    joint, opening = _patterns(language.code)
    if (match := opening.match(words, start, end)) is None:
        return None
    parts, at = [], match.start("things")
    for each in joint.finditer(words, at, match.end("things")):
        parts.append((at, each.start()))
        at = each.end()
    parts.append((at, match.end("things")))
    if len(parts) == 1 or any(not 0 < b - a <= _MOST_CHARACTERS for a, b in parts):
        return None
    tail = match.span("tail")
    return Questions(match.start(), end, tuple((part, tail) for part in parts))


def _requests(words: str, questions: Questions, language: Wording) -> bool:
    """Whether one of the things is a request of its own, or all are kinds of entities: "the names and the dates"."""
    if words_pattern(language.languages, language).search(words, questions.start, questions.end):
        return True
    things = [words[slice(*asked[0 if language.unspaced else -1])] for asked in questions.asked]
    near = [
        next((m.meaning for m in nearest(thing, language.code, most=1) if m.score >= _REQUEST), "") for thing in things
    ]
    whole = nearest(words[questions.start : questions.end], language.code, most=1)
    entities = bool(whole) and whole[0].score >= _REQUEST and _is_entity(whole[0].meaning)
    return entities or any(name and not name.startswith(_FOUND) for name in near) or all(map(_is_entity, near))


def _is_entity(meaning: str) -> bool:
    return meaning.startswith("token-classification/")


def _whole_words(words: tuple[str, ...]) -> str:
    """Any of the words up to its end, the longest first, without a group; "l'" ends where the next word begins."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) if word.endswith("'") else rf"{re.escape(word)}(?!\w)" for word in longest)


@cache
def _heads(code: str) -> re.Pattern[str]:
    return re.compile(_whole_words(wording(code).clauses["asks_for"]))


@cache
def _place(code: str) -> re.Pattern[str]:
    """Where the things are, behind the last of them: "the rent and the deposit in the contract"."""
    places = wording(code).clauses.get("place", ())
    return re.compile(rf"\s(?:{'|'.join(map(re.escape, places)) or '(?!)'})\s.*")


@cache
def _asking(code: str) -> re.Pattern[str]:
    """The words that begin a question: "tell me until when"."""
    language = wording(code)
    return re.compile(
        rf"\s*(?:(?:{_whole_words(language.clauses['asks_for'])})\s+)?(?:{_whole_words(language.question_words)})"
    )


@cache
def _patterns(code: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands between two things, and how words begin that ask for them."""
    language = wording(code)
    clauses = language.clauses
    if language.unspaced:
        either, before, polite, behind = (
            "|".join(map(re.escape, sorted(each, key=len, reverse=True)))
            for each in ({*language.joints, "、", ","}, clauses["asks_for"], clauses["polite"], clauses["asked_behind"])
        )
        return re.compile(rf"[、,，]?(?:{either})"), re.compile(
            rf"[\s,，]*(?:{before}|{polite})*[\ue010-\ue01f]+(?:{'|'.join(clauses['of_data'])})(?P<things>.+?)(?P<tail>{behind})"
        )
    polite = "|".join(_whole_words(tuple(clauses[name])) for name in ("polite", "then"))
    thing, places = _whole_words((*clauses["article"],)), _whole_words(clauses.get("place", ()) or ("(?!)",))
    question = _whole_words((*language.question_words, *clauses["asks_for"]))
    either = _whole_words(language.joints)
    return (
        re.compile(
            rf"(?:\s*,\s*(?:(?:{either})\s+)?|\s+(?:{either})\s+)(?=(?P<asks>(?:\w{{1,3}}\s)?(?:{question}))|(?P<thing>{thing})|)"
        ),
        re.compile(
            rf"(?:[\s,:¿¡\ue010-\ue01f]|{polite}|(?P<source>{places})(?=\s[\ue010-\ue01f]))*(?:(?P<head>{_whole_words(clauses['asks_for'])})\s+(?={thing})|(?P<question>{question}))"
        ),
    )


@cache
def both_ends(code: str) -> re.Pattern[str]:
    """From the highest to the lowest: one question about a table."""
    high, low = (
        "|".join(map(re.escape, map(folded, wording(code).section("tables")[k]))) for k in ("highest", "lowest")
    )
    return re.compile(rf"(?:{high})[^.;!?。]{{1,24}}?(?:{low})")
