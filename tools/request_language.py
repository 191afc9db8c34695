"""`language_of`: a request's language, by script or common words; `refusal_for`: refusals in several languages.

Only the user's own words count, outside quotations and file names; English wins a tie. Not covered: requests that mix
languages, and most languages of the world, which are only recognised as not English.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..graph.mentions import mentions

OTHER = "other"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_MAX_WORDS = 300
"""Words of a request that are counted."""
_HAN = "CJK UNIFIED"
QUOTATION = re.compile(
    r"(?<![\w'])'(?=\S)((?:[^']|(?<=[\w])'(?=\w))*+)'(?!\w)"
    r'|"([^"]*+)"|“([^”]*+)”|‘((?:[^’]|’(?=\w))*+)’(?!\w)|«([^»]*+)»|「([^」]*+)」|`([^`]*+)`'
    r"|„([^“”]*+)[“”]|『([^』]*+)』|《([^》]*+)》"
)
"""A quotation with its marks; the group that matches is its text."""
_BEFORE_PASTED = re.compile(r":\s|：|\n\s*\n")
"""What stands between a request and the text that it pastes."""


@dataclass(frozen=True)
class Language:
    """The words of a language: two `small` ones weigh as much as one that is `sure`."""

    sure: frozenset[str]
    small: frozenset[str]
    refusal: str


def own_words(request: str) -> str:
    """The words of a request in lower case, without its quotations, file names and pasted text."""
    text = QUOTATION.sub(" ", _BEFORE_PASTED.split(request[:20_000], maxsplit=1)[0])
    for mention in mentions(text):
        text = text.replace(mention.name, " ")
    return text.lower()


def language_of(own: str, verbs: re.Pattern[str] | None = None) -> str:
    """`en`, a name of request_language.toml, or `other`. `verbs`: verbs of English that weigh as much as two words."""
    words = [match.group() for match in _WORD.finditer(own[:20_000])][:_MAX_WORDS]
    if not words:
        return "en"
    if script := _script(words):
        return script
    votes = {name: _vote(words, language) for name, language in _languages().items() if language.small and name != "en"}
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] >= 2 and votes[best] > 2 * _english(words, verbs) else "en"


def refusal_for(language: str) -> str:
    """The refusal of requests in this language, in the language itself where request_language.toml has it."""
    known = _languages()
    return (language in known and known[language].refusal) or known["en"].refusal


def function_words() -> frozenset[str]:
    """Function words of English: a plan never has to use them."""
    return _languages()["en"].small


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


def _english(words: list[str], verbs: re.Pattern[str] | None) -> float:
    found = sum(bool(verbs.fullmatch(word)) and word not in _SHARED for word in words) if verbs else 0
    return 2.0 * found + sum(word in function_words() for word in words)


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
