"""`naming_span`: the words of a masked request that give a result the name of a file: "und speichere es als a.wav".

Words: `[saving]` of each language's file: `before` or `after` the file, `before_with_verb` only together with `verbs`, the
beginnings of verbs of saving, which belong to the name with what stands between.
"""

import re
from functools import lru_cache

from .nearest import words_pattern
from .wording import Wording, folded, wording

_MARKS = " \"'«»„“”()" + "".join(map(chr, range(0xE010, 0xE018)))
"""Around the name of a file; a placeholder also stands for its quotation marks."""
_HIDDEN = re.compile("[\ue000-\ue0ff]")
_JOINT = re.compile(r"[.;:!?,\n。！？；，、：]")


def naming_span(masked: str, start: int, end: int, code: str) -> tuple[int, int] | None:
    """The words around the file at `start` to `end`, itself included; None where they do not name a result so."""
    language = wording(code)
    saving, words = language.section("saving"), _words_of(masked)
    head, tail = words[:start].rstrip(_MARKS), words[end:].lstrip(_MARKS)
    before = _last_words(head, [*saving.get("before", ()), *saving.get("before_with_verb", ())], language)
    after = next((each for each in map(folded, saving.get("after", ())) if tail.startswith(each)), "")
    if not before and not after:
        return None
    begin = len(head) - len(before) if before else start
    verbs = rf"(?:{'|'.join(map(re.escape, map(folded, saving['verbs'])))})"
    part = max([0, *(match.end() for match in _joints(words, begin, language))])
    saved = re.search(verbs if language.unspaced else rf"\b{verbs}", words[part:begin])
    if not saved and before in map(folded, saving.get("before_with_verb", ())):
        return None
    stop = _JOINT.search(words, end)
    last = stop.start() if stop else len(words)
    return (part if saved else begin), (last if after else end)


@lru_cache(maxsize=1)
def _words_of(masked: str) -> str:
    """One request is asked for each of its files, of which there may be thousands."""
    return folded(masked)


def _last_words(head: str, listed: list[str], language: Wording) -> str:
    """The longest of the listed words with which a text ends."""
    found = [word for word in map(folded, listed) if _ends(head, word, language)]
    return max(found, key=len, default="")


def _ends(head: str, word: str, language: Wording) -> bool:
    return head.endswith(word) and (language.unspaced or not head[: -len(word)][-1:].isalnum())


def _joints(words: str, end: int, language: Wording) -> list[re.Match[str]]:
    """Where a part of the request may end before a position: punctuation, files, connectives."""
    connectives = words_pattern([w for name in ("then", "and") for w in language.clauses.get(name, ())], language)
    return [match for pattern in (_JOINT, _HIDDEN, connectives) for match in pattern.finditer(words, 0, end)]
