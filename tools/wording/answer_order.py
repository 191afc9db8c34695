"""`find_answer_orders`: words that say what comes first in an answer: "the mail first", "newest first", "prices first".

A noun or an adjective with "first" stands alone between commas, behind what is asked for; it asks for no part of a text
("the first line"), and is no step ("but translate it first"). Words: `first` of `[scopes]`.
"""

import re
from collections.abc import Iterator
from functools import cache

from .request_language import function_words
from .wording import Wording, either, folded, wording

_PIECE = re.compile(r"(?<=[,;，；、(–—])[^\S\n]*(?P<said>[^,;.!?\n，。；！？、()–—]+)")
_FILE = "[\ue010-\ue0ff]"
_MOST_WORDS, _MOST_CHARACTERS = 5, 8
"""Of a noun with what stands before it; in Chinese and Japanese its characters."""
_FINITE = re.compile(r"\b(?:is|are|was|were|be|been|came|comes?|went|goes|finish\w*|arriv\w*|do|does|did|if|not)\b")


def find_answer_orders(masked: str, code: str, verb: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """Where such words stand in a masked request, and the noun or adjective; `verb`: of English, which makes it a step."""
    language = wording(code)
    for piece in _PIECE.finditer(folded(masked)):
        match = _pattern(code).fullmatch(piece["said"].rstrip())
        what = (match["what"] or match.groupdict().get("behind") or "").strip() if match else ""
        if what and _is_thing(what, language, verb):
            start = piece.start("said")
            yield start, start + len(piece["said"].rstrip()), what


def _is_thing(what: str, language: Wording, verb: re.Pattern[str]) -> bool:
    if language.unspaced:
        return len(what) <= _MOST_CHARACTERS or re.fullmatch(f"{_FILE}+", what) is not None
    words = what.split()
    if len(words) > _MOST_WORDS or words[-1] in language.section("clauses")["article"]:
        return False
    if language.code != "en":
        return bool(re.match(rf"(?:{either(language.clauses['article'])})\b|{_FILE}|l'", what)) or len(words) == 1
    asks = words[0] in (*language.clauses["question"], "i", "you", "we", "it", "they")
    return not (asks or words[-1] in function_words() or verb.search(what) or _FINITE.search(what))


@cache
def _pattern(code: str) -> re.Pattern[str]:
    """A whole piece: the noun, which is `what`, and "first"."""
    language = wording(code)
    first = either(language.section("scopes")["first"])
    if language.unspaced:
        before = either(language.section("scopes").get("first_before", ("\0",)))
        return re.compile(rf"(?P<what>.+?)(?:{first})|(?:{before})(?P<behind>.+)")
    joints = either(
        [*language.clauses["and"], *language.clauses.get("but", ("but",)), "with", "mit", "con", "avec", "com"]
    )
    return re.compile(rf"(?:(?:{joints}) )?(?P<what>.+?) (?:{first})")
