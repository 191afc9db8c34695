"""`members_meant`: which of several results words mean: "the second summary", "the last two pictures"."""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from ...wording.wording import Span, either, folded, wording
from .counted_files import COMPARED, COUNTER, ORDINAL_DIGITS, counted

MEMBER = re.compile(
    r"\bthe (?:first|second|third|fourth|fifth|last|other)(?: one)?\b(?! (?!aloud|out|into|in|to|with|by|and|please)[a-z]+)"
)
"""One of several results, without a noun: "the second one"."""


class Members(NamedTuple):
    """The places of the results that are meant, and the words that say so as (start, end)."""

    places: tuple[int, ...]
    span: Span


class NoSuchMember(LookupError):
    """The words mean a result that is not there or that no plan knows: "the fifth summary" of three, "the shorter one"."""


def members_meant(words: str, count: int, code: str, names: Callable[[str], bool]) -> Members | None:
    """Those of `count` results that `words` mean; None where they choose none. `names`: whether a noun is one of theirs.

    Raises `NoSuchMember`.
    """
    words, all_of = folded(words), _all_of(code)
    for match in _counted(code).finditer(words):
        if match["noun"] and not names(match["noun"]):
            continue
        if match["compared"]:
            raise NoSuchMember(match.group())
        chosen = counted(range(count), match["ordinal"], match["many"], code)
        if not chosen:
            raise NoSuchMember(match.group())
        left_out = bool(match["but"] or match["behind"])
        said = re.findall(r"[^\W\d_]{3,}", words[: match.start()]) if not wording(code).unspaced else ()
        if left_out and said and not all_of.search(words, match.start() - 12) and not any(map(names, said)):
            raise NoSuchMember(match.group())  # "translate them, but not the last" of the texts or of the summaries
        return Members(tuple(each for each in range(count) if (each in chosen) != left_out), match.span())
    return None


@cache
def _all_of(code: str) -> re.Pattern[str]:
    words = wording(code).section("excluding")
    return re.compile(rf"\b(?:{either([*words['every'], *words['everything']])})\b")


@cache
def _counted(code: str) -> re.Pattern[str]:
    language, excluding = wording(code), wording(code).section("excluding")
    ordinals = f"{either([*language.ordinals])}|{ORDINAL_DIGITS}"
    but, behind = either([*excluding["before"], *excluding.get("after_every", ())]), either(excluding["behind"])
    if language.unspaced:
        parts = either([word for word, unit in language.units.items() if unit not in ("frame", "times")])
        return re.compile(
            rf"(?P<but>{but})?(?P<ordinal>{ordinals})(?P<many>(?!))?(?P<noun>(?!))?(?P<compared>(?!))?"
            rf"(?!{parts}){COUNTER}(?!{parts})(?P<behind>{behind})?"
        )
    several = either([word for word, number in language.numbers.items() if number > 1])
    small = [word for word in map(folded, language.section("recognise")["small"].split()) if word not in language.units]
    aloud = [phrase.split()[0] for phrase in language.clauses["aloud"]]
    beside = either([*aloud, *(word for word in small if word not in language.nouns)])
    compared = rf"(?P<compared>(?:more|most|less|least) [a-z]+|{COMPARED})" if code == "en" else "(?P<compared>(?!))"
    part = r"(?! (?:of|in|on|from) (?:the |this )?(?:page|document|pdf|text|file|video|film|[\ue010-\ue0ff]))"
    return re.compile(
        rf"(?:(?P<but>(?<!\w)(?:{but})) )?(?<!\w)(?:{either(language.clauses['article'])}) "
        rf"(?:(?P<ordinal>{ordinals})(?: (?P<many>\d|{several}))?|{compared})(?!\w)"
        rf"(?:(?: of (?:them|these|those))?(?=[.,;!?]|$| (?:{beside})\b)| (?P<noun>[^\W\d_]+)(?!\w){part})"
        r"(?P<behind>(?!))?"
    )
