"""`aloud`: the words that ask to hear a text: "en voz alta", "lies ... vor"; `without_aloud`: a text without them."""

import re
from functools import cache

from .nearest import words_pattern
from .wording import Wording, folded


def without_aloud(text: str, language: Wording) -> str:
    """The text without the words that ask to hear it; of "sag ... laut" the first word stays."""
    found = aloud(language).search(folded(text))
    if not found:
        return text
    whole = found.group() in language.clauses["aloud"]
    start = found.start() if whole else found.end() - len(found.group().split()[-1])
    return f"{text[:start].rstrip()} {text[found.end() :].lstrip()}".strip()


@cache
def aloud(language: Wording) -> re.Pattern[str]:
    """The words `aloud`, `…` for others between; what stands after those closes the clause."""
    phrases = language.clauses.get("aloud", ())
    whole = words_pattern([phrase for phrase in phrases if "…" not in phrase], language)
    polite = words_pattern(language.clauses.get("polite", ()), language)
    end = rf"(?=\W*(?:\Z|[,;.!?]|{polite.pattern}))"
    parted = [
        rf"(?<!\w){re.escape(a)}\b[^.;!?]*?\b{re.escape(b)}{end}"
        for a, _, b in (phrase.partition(" … ") for phrase in phrases)
        if b
    ]
    return re.compile("|".join((whole.pattern, *parted)))
