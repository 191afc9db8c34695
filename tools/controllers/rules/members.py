"""`members_meant`: which of several results words mean: "the second summary", "the last two pictures"."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from ...wording.wording import wording
from .counted_files import COMPARED, counted, file_nouns
from .parameters import singular


class Members(NamedTuple):
    """The places of the results that are meant, and the words that say so as (start, end)."""

    places: tuple[int, ...]
    span: tuple[int, int]


class NoSuchMember(LookupError):
    """The words mean a result that is not there or that no plan knows: "the fifth summary" of three, "the shorter one"."""


def members_meant(words: str, count: int, names: Callable[[str], bool]) -> Members | None:
    """Those of `count` results that `words` mean; None where they choose none. `names`: whether a noun is one of theirs.

    Raises `NoSuchMember`.
    """
    for match in _counted().finditer(words):
        noun = match["noun"]
        if noun and not (singular(noun) in ("one", *file_nouns("en")) or names(noun)):
            continue
        if match["compared"]:
            raise NoSuchMember(match.group())
        chosen = counted(range(count), match["ordinal"], match["many"], "en")
        if not chosen:
            raise NoSuchMember(match.group())
        left = [each for each in range(count) if (each in chosen) != bool(match["but"])]
        return Members(tuple(left), match.span())
    return None


@cache
def _counted() -> re.Pattern[str]:
    def either(words: Sequence[str]) -> str:
        return "|".join(sorted(map(re.escape, words), key=len, reverse=True))

    english = wording("en")
    several = either([word for word, number in english.numbers.items() if number > 1])
    part = r"page|document|pdf|text|file|video|film|[\ue010-\ue0ff]"
    return re.compile(
        rf"\b(?P<but>(?:all|each|every)\b[^.;,]{{0,24}}? (?:but|except) )?"
        rf"(?:the|its|their) (?:(?P<ordinal>{either([*english.ordinals])})(?: (?P<many>\d|{several}))?"
        rf"|(?P<compared>(?:more|most|less|least) [a-z]+|{COMPARED}))"
        rf"(?:(?: of (?:them|these|those))?(?=[.,;!?]|$| (?:aloud|out loud|into|to|in|with|by)\b)"
        rf"| (?P<noun>[a-z]+)\b(?! (?:of|in|on|from) (?:the |this )?(?:{part})))"
    )
