"""Spelling: slips of the fingers in the words that the planner lives by, put right before a request is read.

Only words of spelling.toml are restored, one edit away (two from nine letters on), and only from what is no real word:
names, quotations, file names and everything else stay as typed. Distances are rapidfuzz's optimal string alignment.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .edits import Edits

_WORD = re.compile(r"(?<![\w’-])[a-z]{4,16}(?![\w’-])")
_LONG = 9
"""From so many letters on two slips are forgiven."""
_MOST = 2_000
"""Words that are looked at."""


def slips(text: str, masked: str) -> Edits:
    """The words of `text` to put right; `masked` hides what must stay (see clauses.py), character for character."""
    edits = []
    for number, match in enumerate(_WORD.finditer(masked)):
        if number == _MOST:
            break
        named = text[match.start()].isupper() and not text[match.start() : match.end()].isupper() and match.start() > 0
        meant = None if named and text[match.start() - 2 : match.start()].strip(" ") not in _ENDS else _meant(match[0])
        if meant:
            edits.append((*match.span(), meant))
    return Edits(tuple(edits))


_ENDS = {"", ".", "!", "?", "\n", "-"}


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    raw = tomllib.loads(Path(__file__).with_name("spelling.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}


@cache
def _by_length() -> Mapping[int, tuple[str, ...]]:
    lengths = {len(word) for word in _lists()["words"]}
    return {length: tuple(sorted(w for w in _lists()["words"] if len(w) == length)) for length in lengths}


def _meant(word: str) -> str | None:
    """The word that was meant, or None; of several the nearest, then the first by alphabet."""
    if word in _lists()["words"] or word in _lists()["real"]:
        return None
    best: tuple[int, str] | None = None
    for length in range(len(word) - 2, len(word) + 3):
        for candidate in _near(word, length):
            distance = OSA.distance(word, candidate)
            if distance <= _forgiven(word, candidate) and (best is None or (distance, candidate) < best):
                best = (distance, candidate)
    return best[1] if best else None


def _near(word: str, length: int) -> list[str]:
    return [
        found
        for found, _, _ in process.extract(word, _by_length().get(length, ()), scorer=OSA.distance, score_cutoff=2)
    ]


def _forgiven(word: str, candidate: str) -> int:
    """How many edits; of four letters only two that changed places."""
    if len(candidate) < 5 or len(word) < 4:
        return int(sorted(word) == sorted(candidate) and any(a != b for a, b in pairwise(word)))
    return 2 if len(candidate) >= _LONG else 1
