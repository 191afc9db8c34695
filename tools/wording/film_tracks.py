"""`tracks_named`: which tracks of a film a text means; `reads_subtitles`: whether it asks for the subtitles that a film
holds; `asked_of_tracks`: what it asks of tracks that no expert does.

The words are in tracks.toml. Not covered: tracks by what they hold ("the commentary").
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from .nearest import TEXT, words_pattern
from .wording import folded, wording

_NEAR = 24
"""Characters before or after the name of a track within which its language or number stands."""
_LINK = re.compile(r"\W*(?:(?:sound|audio|language|の|的)\W*)?\Z")
_PAIR = re.compile(r"(?:\A|\W*)(?:,|&|and|und|et|y|e|和|と)\W*(?:\w{1,3}\W+)?\Z")
"""Between two languages or numbers: "the German and the English track"."""
_IN = re.compile(r"(?:in|auf|en|em)\s+")
"""Between subtitles and their language."""
_NUMBER = re.compile(r"\s*(?:number|no\.?|nr\.?|nummer|numéro|número|#)?\s*(\d{1,2})\b(?! ?(?:s|sec|min))")


def asked_of_tracks(text: str, code: str) -> str:
    """The key of refusals.toml for what a text asks of tracks and no expert does; empty for nothing."""
    removed, tracks = _has("removed", text, code), {track for track, *_ in tracks_named(text, code)}
    if _has("subtitles", text, code) and removed:
        return "subtitle-track"
    return "one-track" if len(tracks) > 1 or (tracks and removed) else ""


def reads_subtitles(text: str, code: str) -> bool:
    """Whether a text is about the subtitles that a film holds, and not about some that are to be made."""
    return _has("subtitles", text, code) and not _has("made", text, code)


def takes_subtitles(text: str, code: str) -> bool:
    """Whether a text asks for these subtitles themselves: to see them, to have them as a file, what they say."""
    return reads_subtitles(text, code) and _has("taken", text, code)


def without_subtitles(text: str, code: str) -> str:
    """A text with a placeholder for the subtitles that it names, as for any other text."""
    return _pattern("subtitles", code).sub(TEXT, folded(text))


def tracks_named(text: str, code: str, groups: Sequence[str] = ("sound", "heard")) -> Iterator[tuple[str, int, int]]:
    """The language (ISO 639-1) or number of each track that is named, and where the word for the track stands."""
    language, words = wording(code), folded(text)
    spoken = {str(tag): names for tag, names in language.section("languages").items()}
    ordinals = {str(value): [word] for word, value in language.ordinals.items()}
    for group in groups:
        for match in _pattern(group, code).finditer(words):
            before, after = words[max(0, match.start() - _NEAR) : match.start()], words[match.end() :][:_NEAR].lstrip()
            after = _IN.sub("", after) if group == "subtitles" else after
            number = _NUMBER.match(after) if group != "heard" else None
            named = spoken if group == "heard" else spoken | ordinals
            found = [tag for tag, names in named.items() if _stands_beside(tuple(names), code, before, after)]
            if found or number:
                yield (found[0] if found else number[1] if number else ""), match.start(), match.end()
                for tag, names in named.items():
                    if found and tag not in found and _pairs(names, named[found[0]], code, before):
                        yield tag, match.start(), match.end()


def _stands_beside(names: Sequence[str], code: str, before: str, after: str) -> bool:
    pattern = words_pattern([folded(name) for name in names], wording(code))
    return any(_LINK.match(before, found.end()) for found in pattern.finditer(before)) or bool(pattern.match(after))


def _pairs(others: Sequence[str], names: Sequence[str], code: str, before: str) -> bool:
    """Whether a track of another name is asked for as well, in the words before."""
    one, other = (words_pattern([folded(each) for each in given], wording(code)) for given in (names, others))
    starts = [found.start() for found in one.finditer(before)]
    return any(_PAIR.match(before[:start], found.end()) for start in starts for found in other.finditer(before[:start]))


def _has(group: str, text: str, code: str) -> bool:
    return _pattern(group, code).search(folded(text)) is not None


@cache
def _pattern(group: str, code: str) -> re.Pattern[str]:
    return words_pattern([folded(word) for word in _rows().get(code, {}).get(group, ())], wording(code))


@cache
def _rows() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(Path(__file__).with_name("tracks.toml").read_text(encoding="utf-8"))
