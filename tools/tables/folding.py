"""`fold`, `spelt`: words without case, accents and plural, as columns and values are compared; or with accents."""

import re
import unicodedata
from functools import lru_cache

CURLY = "\u2019"
"""The apostrophe as masked requests have it."""
MARKS = "\"' “”«»„\u2018\u2019"
"""Marks around a quotation, and spaces."""
_IRREGULAR = {
    **{"people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse", "geese": "goose"},
    **{"knives": "knife", "leaves": "leaf", "wolves": "wolf", "teeth": "tooth", "feet": "foot"},
}


def fold(text: str) -> str:
    """Lower case, without accents; underscores and repeated spaces are single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return spelt("".join(char for char in decomposed if not unicodedata.combining(char)))


def spelt(text: str) -> str:
    """As `fold`, with its accents, however these are encoded (NFC)."""
    composed = unicodedata.normalize("NFKC", text.casefold())
    return re.sub(r"[\s_\ufeff]+", " ", composed.replace(CURLY, "'")).strip()


def same_cell(cell: str) -> str:
    """A cell without case and repeated spaces: cells of which this is the same are one group."""
    return " ".join(cell.split()).casefold()


@lru_cache(4096)
def singular(word: str) -> str:
    """A folded English noun in the singular, roughly: `cities` and `city` give the same."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "buses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def singulars(text: str) -> str:
    """Folded words, each in the singular."""
    return " ".join(singular(word) for word in re.findall(r"[^\W_]+", fold(text)))
