"""`recorded_language`: the language that a masked request says a recording is in: "the German memo", "it is in French".

Not a language to translate into. Words: `is_in` of `[clauses]`, names of languages and nouns of recordings and films.
"""

import re
from functools import cache

from .wording import either, folded, wording

_FILES = "[\ue011\ue012]"
"""Placeholders of recordings and films."""
_IF = re.compile(r"\b(?:if|whether|ob|si|se)\b\W*(?:\w+\W+){0,3}\Z")


def recorded_language(masked: str, code: str) -> tuple[str, int, int] | None:
    """Its ISO 639-1 code and where the words stand that say so; None where a request does not say it."""
    language, words = wording(code), folded(masked)
    for match in _pattern(code).finditer(words):
        named = match["before"] or match["after"] or match["stated"]
        if match["stated"] and (words.rstrip().endswith(("?", "？")) or _IF.search(words[: match.start()])):
            continue
        start, end = match.span("stated" if match["stated"] else "before" if match["before"] else "after")
        return language.languages[named], match.start() if match["stated"] else start, end
    return None


@cache
def _pattern(code: str) -> re.Pattern[str]:
    language = wording(code)
    names, is_in = either(language.languages), either(language.clauses.get("is_in", ()))
    nouns = either(noun for noun, kind in language.nouns.items() if kind in ("audio", "video"))
    if language.unspaced:
        return re.compile(
            rf"(?P<before>{names})(?:的|の)?(?:{nouns}|{_FILES})|(?P<after>(?!))|(?:{is_in})(?P<stated>{names})"
        )
    return re.compile(
        rf"(?<!\w)(?P<before>{names})(?:[ -](?:language|speaking))?\s+(?:(?:{nouns})s?\b|{_FILES})"
        rf"|(?<!\w)(?:{nouns})\s+(?P<after>{names})(?!\w)"
        rf"|(?<!\w)(?:{is_in})\s+(?P<stated>{names})(?!\w)"
    )
