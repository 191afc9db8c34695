"""`size_of`, `angle_of`: how large a picture is to become and how far it is turned, as a clause says in any language.

The words stand in the section `[directions]` of the language's data file. Not covered: fractions but a half.
"""

import re

from .clause_words import ClauseWords
from .nearest import words_pattern

_PAIR = re.compile(r"(\d{1,5})\s*[x×*]\s*(\d{1,5})")
_PERCENT_FIRST = re.compile(r"百分之\s*(\d{1,3})")


def size_of(words: ClauseWords) -> dict[str, int | float]:
    """`width`, `height` or `scale`; empty where the clause says none."""
    if pair := _PAIR.search(words.words):
        return {"width": int(pair[1]), "height": int(pair[2])}
    pixels = [number for _, number in words.measures("pixel")]
    sides = sorted(
        (at, name) for name, side in (("width", "wide"), ("height", "high")) if (at := _at(words, side)) >= 0
    )
    if pixels and sides:
        return {name: int(number) for (_, name), number in zip(sides, pixels, strict=False)}
    if (percent := percent_of(words)) is not None:
        share = percent / 100
        if _is_difference(words):
            share = 1 + share if _at(words, "larger") >= 0 else 1 - share
        return {"scale": round(share, 4)}
    if (times := words.number("times")) is not None:
        return {"scale": times}
    return {"scale": 0.5} if _at(words, "half") >= 0 else {"scale": 2.0} if _at(words, "double") >= 0 else {}


def percent_of(words: ClauseWords) -> float | None:
    """The number of percent."""
    first = _PERCENT_FIRST.search(words.words)
    return float(first[1]) if first else words.number("percent")


def angle_of(words: ClauseWords) -> float | None:
    """Degrees counter-clockwise; a direction alone is a quarter turn."""
    degrees = words.number("degree")
    if degrees is None and _at(words, "around") >= 0:
        return 180.0
    right, left = _at(words, "clockwise"), _at(words, "counterclockwise")
    clockwise = right >= 0 and (left < 0 or right < left)
    if degrees is None:
        degrees = 90.0 if right >= 0 or left >= 0 else None
    return -degrees if degrees is not None and clockwise else degrees


def flip_of(words: ClauseWords) -> dict[str, str]:
    """`direction`, where the clause says that up and down change places."""
    return {"direction": "vertical"} if _at(words, "vertical") >= 0 else {}


def names_a_part(words: ClauseWords) -> bool:
    """Whether the clause names a part of a picture: a face, the sky."""
    return _at(words, "parts") >= 0


def names_a_picture(words: ClauseWords) -> bool:
    """Whether the clause names a whole picture, by its file or by a word for one."""
    nouns = words_pattern([word for word, kind in words.language.nouns.items() if kind == "image"], words.language)
    return bool(re.search("[\ue010-\ue0ff]", words.words) or (nouns and nouns.search(words.words)))


def _is_difference(words: ClauseWords) -> bool:
    """Whether percent say by how much, and not to how much of its size, a picture changes."""
    number = r"\s*(?:[\d.,]+\s*[^\W\d_]|[\d.,]+\s*%|[^\W\d_]+\s+[^\W\d_])"
    if _at(words, "to", number) >= 0:
        return False
    return _at(words, "by", number) >= 0 or _at(words, "by_after", before=r"(?:%|％|パーセント)\s*") >= 0


def _at(words: ClauseWords, group: str, then: str = "", before: str = "") -> int:
    """Where a word of that list stands; -1 for nowhere."""
    pattern = words_pattern(words.language.directions.get(group, ()), words.language)
    found = re.search(f"{before}(?:{pattern.pattern}){then}", words.words) if pattern else None
    return found.start() if found else -1
