"""`language_of`: a request's language, by script or common words.

Only the user's own words count, outside quotations and file names; English wins a tie. Not covered: most languages of the
world, which are only recognised as not English.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...graph.mentions import mentions
from .wording import LANGUAGES, folded, wording

OTHER = "other"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_MAX_WORDS = 300
"""Words of a request that are counted."""
_KANA = ("HIRAGANA", "KATAKANA")
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


def own_words(request: str) -> str:
    """The words of a request in lower case, without its quotations, file names and pasted text."""
    text = QUOTATION.sub(" ", _BEFORE_PASTED.split(request[:20_000], maxsplit=1)[0])
    for mention in mentions(text):
        text = text.replace(mention.name, " ")
    return text.lower()


def language_of(own: str, verbs: re.Pattern[str] | None = None) -> str:
    """One of `LANGUAGES`, a name of other_languages.toml, or `other`. `verbs`: of English, each weighs two words."""
    words = [match.group() for match in _WORD.finditer(own[:20_000])][:_MAX_WORDS]
    if not words:
        return "en"
    if script := _script(words):
        return script
    bare = [folded(word) for word in words]
    votes = {name: _vote(bare, language) for name, language in _languages().items() if language.small and name != "en"}
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] >= 2 and votes[best] > 2 * _english(words, verbs) else "en"


@cache
def function_words() -> frozenset[str]:
    """Function words of English, as typed with curly apostrophes: a plan never has to use them."""
    return frozenset(wording("en").section("recognise")["small"].split())


def _script(words: list[str]) -> str | None:
    """`zh`, `ja` or `other` where many letters are not Latin."""
    letters = "".join(words)[:2_000]
    names = [unicodedata.name(letter, "") for letter in letters]
    foreign = [name for name in names if not name.startswith("LATIN")]
    if len(foreign) * 3 < len(names):
        return None
    if any(name.startswith(_KANA) for name in foreign):
        return "ja"
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
    others = tomllib.loads(Path(__file__).with_name("other_languages.toml").read_text(encoding="utf-8"))
    rows = {**{code: wording(code).section("recognise") for code in LANGUAGES}, **others}
    return {
        name: Language(frozenset(folded(row.get("sure", "")).split()), frozenset(folded(row.get("small", "")).split()))
        for name, row in rows.items()
    }
