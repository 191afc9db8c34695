"""Request language: detects the language of a request, and gives the refusal where it is not English.

By script, or by function words counted outside quotations and file names; English wins a tie. Not covered: requests
that mix languages, and most languages of the world, which are only recognised as not English.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .lexicon import lexicon

OTHER = "other"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_MAX_WORDS = 300
"""Words of a request that are counted."""
_HAN = "CJK UNIFIED"
_ENGLISH = "Without a language model I read requests in English only. For other languages add --llm openai:MODEL."


@dataclass(frozen=True)
class Language:
    """The words of a language: two `small` ones weigh as much as one that is `sure`."""

    sure: frozenset[str]
    small: frozenset[str]
    refusal: str


def language_of(masked: str) -> str:
    """`en`, a name of request_language.toml, or `other`; of masked text in lower case (see masking.py)."""
    words = [match.group() for match in _WORD.finditer(masked[:20_000])][:_MAX_WORDS]
    if not words:
        return "en"
    if script := _script(words):
        return script
    votes = {name: _vote(words, language) for name, language in _languages().items() if language.small}
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] >= 2 and votes[best] > 2 * _english(words) else "en"


def refusal_for(language: str) -> str:
    """The refusal of requests in this language, in the language itself where request_language.toml has it."""
    known = _languages().get(language)
    return known.refusal if known and known.refusal else _ENGLISH


def _script(words: list[str]) -> str | None:
    """`zh` or `other` where the letters are mostly not Latin."""
    letters = "".join(words)[:2_000]
    names = [unicodedata.name(letter, "") for letter in letters]
    foreign = [name for name in names if not name.startswith("LATIN")]
    if len(foreign) * 3 < len(names):
        return None
    return "zh" if all(name.startswith(_HAN) for name in foreign) else OTHER


def _vote(words: list[str], language: Language) -> float:
    return 2.0 * sum(word in language.sure for word in words[:8]) + sum(word in language.small for word in words)


def _english(words: list[str]) -> float:
    """The votes for English: its function words, and the verbs that the rules know."""
    known = lexicon()
    return sum(
        bool(known.cues["function-words"].fullmatch(word))
        + 2.0 * bool(known.verb.fullmatch(word) and word not in _SHARED)
        for word in words
    )


_SHARED = frozenset(("segment", "compose", "imagine", "transcribe", "describe", "fasse", "label", "film", "note"))
"""Verbs of English that are also words of another language."""


@cache
def _languages() -> Mapping[str, Language]:
    raw = tomllib.loads(Path(__file__).with_name("request_language.toml").read_text(encoding="utf-8"))
    return {
        name: Language(
            sure=frozenset(row.get("sure", "").split()),
            small=frozenset(row.get("small", "").split()),
            refusal=row.get("refusal", ""),
        )
        for name, row in raw.items()
    }
