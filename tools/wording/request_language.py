"""`language_of`: a request's language, by script, common words, and the words of each language's examples.

Only the user's own words count, outside quotations and file names; English wins a tie. Not covered: most languages of the
world, which are only recognised as not English.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ...graph.mentions import mentions
from .wording import LANGUAGES, UNSPACED, folded, wording

OTHER = "other"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
SPACED = tuple(code for code in LANGUAGES if code not in (*UNSPACED, "en"))
"""Languages that are recognised by their words."""
_FEW = 4
"""Words before a text that may be pasted; so few decide the language together with the text, and count three times."""
_LEAST = 2.0
"""Votes that a language needs."""
_BEGUN = 3
"""Words from which the first tells the language, where none is English alone: "Llama a Juan"."""
_MAX_WORDS = 300
"""Words of a request that are counted."""
_KANA = ("HIRAGANA", "KATAKANA")
_HAN = "CJK UNIFIED"
_SPANISH = re.compile(r"(?<!\S)[¿¡](?=[^\W\d_])")
QUOTATION = re.compile(
    r"(?<![\w'])'(?=\S)((?:[^']|(?<=[\w])'(?=\w))*+)'(?!\w)"
    r'|"([^"]*+)"|“([^”]*+)”|‘((?:[^’]|’(?=\w))*+)’(?!\w)|«([^»]*+)»|「([^」]*+)」|`([^`]*+)`'
    r"|„([^“”]*+)[“”]|『([^』]*+)』|《([^》]*+)》"
)
"""A quotation with its marks; the group that matches is its text."""
_BEFORE_PASTED = re.compile(r":\s|：|\n\s*\n")
"""What stands between a request and the text that it pastes."""


def own_words(request: str) -> str:
    """The words of a request in lower case, without its quotations, file names and pasted text."""
    text = QUOTATION.sub(" ", request[:20_000])
    before, *rest = _BEFORE_PASTED.split(text, maxsplit=1)
    few = bool(rest) and len(_WORD.findall(before)) < _FEW
    text = " ".join((before, before, before, *rest)) if few else before
    for mention in mentions(text):
        text = text.replace(mention.name, " ")
    return text.lower()


def language_of(own: str, verbs: re.Pattern[str] | None = None) -> str:
    """One of `LANGUAGES`, a name of other_languages.toml, or `other`. `verbs`: of English, each weighs two words.

    No language is recognised by words alone that English has too ("a", "me").
    """
    words = [match.group() for match in _WORD.finditer(own[:20_000])][:_MAX_WORDS]
    if not words:
        return "en"
    if script := _script(words):
        return script
    if _SPANISH.search(own):
        return "es"
    bare, english = [folded(word) for word in words], _english(words, verbs)
    votes = {name: _common_votes(bare, name) for name in _common()}
    if english > max(votes.values()):
        return "en"
    also = {folded(word) for word in function_words() | _shared()}
    certain = [word for word in bare if word not in also]
    only = {name for name in votes if _common_votes(certain, name)}
    if not english and len(bare) >= _BEGUN:
        only |= {name for name in votes if bare[0] in _common()[name][0]}
    for word in bare:
        for name in _of_examples().get(word, ()):
            votes[name] += 2.0 / len(_of_examples()[word])
            only.add(name)
    best = max((name for name in votes if name in only), key=lambda name: votes[name], default="en")
    alone = not english and len(words) >= _BEGUN and sorted(votes.values())[-2] < votes.get(best, 0.0)
    least = _LEAST / 2 if alone else _LEAST  # "y" alone is Spanish, where nothing is English
    return best if votes.get(best, 0.0) >= least and votes[best] > 2 * english else "en"


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


def _common_votes(words: list[str], name: str) -> float:
    """The weight of a language's common words; those that begin requests count only near the beginning."""
    sure, small = _common()[name]
    return 2.0 * sum(word in sure for word in words[:8]) + sum(word in small for word in words)


def _english(words: list[str], verbs: re.Pattern[str] | None) -> float:
    """The weight of the words that are English and no other language's; the first of English examples weighs as a verb."""
    own = [word for word in words if word not in _shared()]
    found = sum(bool(verbs.fullmatch(word)) for word in own) if verbs else 0
    begins = words[0] in _only_english() and not (verbs and verbs.fullmatch(words[0]))
    return 2.0 * (found + begins) + sum(word in function_words() for word in own)


@cache
def _only_english() -> frozenset[str]:
    """Words of English examples that no other language's examples or common words have."""
    common = (words for groups in _common().values() for words in groups)
    return wording("en").vocabulary.difference(_shared(), *common, *(wording(code).vocabulary for code in SPACED))


@cache
def _shared() -> frozenset[str]:
    """Words of English that other languages have as well."""
    return frozenset(wording("en").section("recognise")["shared"].split())


@cache
def _common() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Words that begin requests, and common words, of each language but English: its section `[recognise]`."""
    others = tomllib.loads(Path(__file__).with_name("other_languages.toml").read_text(encoding="utf-8"))
    rows = {**{code: wording(code).section("recognise") for code in SPACED}, **others}
    return {
        name: (frozenset(folded(row.get("sure", "")).split()), frozenset(folded(row.get("small", "")).split()))
        for name, row in rows.items()
    }


@cache
def _of_examples() -> Mapping[str, tuple[str, ...]]:
    """The languages whose examples have a word; words that are common, or that English examples have, are left out."""
    common = frozenset(word for groups in _common().values() for group in groups for word in group)
    known = {folded(word) for word in function_words()} | wording("en").vocabulary | _shared() | common
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in SPACED:
        for word in wording(code).vocabulary - known:
            found[word].append(code)
    return {word: tuple(codes) for word, codes in found.items()}
