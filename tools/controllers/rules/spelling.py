"""`correct_spelling` corrects typing errors in the words that the rules know, before a request is planned.

Only words of spelling.toml are restored, one edit away (two from nine letters on), and only from what is no real word:
names, quotations, file names and everything else stay as typed. Distances are rapidfuzz's optimal string alignment.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from itertools import islice
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .clauses import ParsedRequest
from .text_edits import TextEdits

_WORD = re.compile(r"(?<![\w’-])[a-z]{4,16}(?![\w’-])")
_CHAT_WORD = re.compile(r"(?<![\w’'.@/-])[a-z]{1,6}(?![\w’'@/-]|\.\w)")
_LONG = 9
"""Letters from which on two errors are allowed."""
_MAX_WORDS = 2_000
"""Words of a request that are checked."""


def correct_spelling(parsed: ParsedRequest) -> TextEdits:
    """The corrections of a request, at positions as typed."""
    place, edits = parsed.edits.to_original, []
    for match in islice(_CHAT_WORD.finditer(parsed.masked), _MAX_WORDS):
        if word := _raw()["chat"].get(match.group()):
            edits.append((place(match.start()), place(match.end()), word))
    for match in islice(_WORD.finditer(parsed.masked), _MAX_WORDS):
        if match.group() in _raw()["chat"]:
            continue
        if not _is_name(parsed.text, *match.span()) and (word := corrected(match.group())):
            edits.append((place(match.start()), place(match.end()), word))
    return TextEdits(tuple(sorted(edits)))


def corrected(word: str) -> str | None:
    """The word most likely meant, or None if `word` is correct or unknown; of several the nearest, then by alphabet."""
    words, real = _lists()
    if word in words or word in real:
        return None
    near = process.extract(word, words, scorer=OSA.distance, score_cutoff=2, limit=None)
    fit = [(distance, found) for found, distance, _ in near if distance <= _allowed_distance(word, found)]
    return min(fit)[1] if fit else None


def _allowed_distance(word: str, found: str) -> int:
    """How many edits are allowed; in a word of four letters only two letters that changed places."""
    if len(found) < 5:
        return int(sorted(word) == sorted(found))
    return 2 if len(found) >= _LONG else 1


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a word is capitalised in the middle of a sentence, and not all in capitals."""
    if not text[start].isupper() or text[start:end].isupper():
        return False
    return bool(re.search(r"[^\s.!?:•-]\s*\Z", text[max(0, start - 3) : start]))


@cache
def _lists() -> tuple[tuple[str, ...], frozenset[str]]:
    restored = _raw()["restored"]
    return tuple(sorted(set(restored["words"].split()))), frozenset(restored["real"].split())


@cache
def _raw() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("spelling.toml").read_text(encoding="utf-8"))
