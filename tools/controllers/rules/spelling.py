"""Spelling: slips of the fingers in the words that the planner lives by, put right before a request is read.

Only words of spelling.toml are restored, one edit away (two from nine letters on), and only from what is no real word:
names, quotations, file names and everything else stay as typed. Distances are rapidfuzz's optimal string alignment.
"""

import re
import tomllib
from functools import cache
from itertools import islice
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .text_edits import Edits

_WORD = re.compile(r"(?<![\w’-])[a-z]{4,16}(?![\w’-])")
_LONG = 9
"""From so many letters on two slips are forgiven."""
_MOST = 2_000
"""Words that are looked at."""


def slips(text: str, masked: str) -> Edits:
    """The words of `text` to put right; `masked` hides what must stay (see clauses.py), character for character."""
    edits = []
    for match in islice(_WORD.finditer(masked), _MOST):
        if not _is_name(text, *match.span()) and (word := meant(match.group())):
            edits.append((*match.span(), word))
    return Edits(tuple(edits))


def meant(word: str) -> str | None:
    """The word that was meant, or None; of several the nearest, then the first by alphabet."""
    words, real = _lists()
    if word in words or word in real:
        return None
    near = process.extract(word, words, scorer=OSA.distance, score_cutoff=2, limit=None)
    fit = [(distance, found) for found, distance, _ in near if distance <= _forgiven(word, found)]
    return min(fit)[1] if fit else None


def _forgiven(word: str, found: str) -> int:
    """How many slips; in four letters only two that changed places."""
    if len(found) < 5:
        return int(sorted(word) == sorted(found))
    return 2 if len(found) >= _LONG else 1


def _is_name(text: str, start: int, end: int) -> bool:
    """Capitalised in the middle of a sentence, in a request that is not all capitals."""
    if not text[start].isupper() or text[start:end].isupper():
        return False
    return bool(re.search(r"[^\s.!?:•-]\s*\Z", text[max(0, start - 3) : start]))


@cache
def _lists() -> tuple[tuple[str, ...], frozenset[str]]:
    """The words to restore, and the real words beside them."""
    raw = tomllib.loads(Path(__file__).with_name("spelling.toml").read_text(encoding="utf-8"))
    return tuple(sorted(set(raw["words"].split()))), frozenset(raw["real"].split())
