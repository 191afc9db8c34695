"""`fold`, `spelt`: words without case, accents and plural, as columns and values are compared; or with accents."""

import re
import unicodedata

CURLY = "\u2019"
"""The apostrophe as masked requests have it."""
MARKS = "\"' “”«»„\u2018\u2019"
"""Marks around a quotation, and spaces."""


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


def singular(word: str) -> str:
    """A folded English noun in the singular, roughly: `cities` and `city` give the same."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def singulars(text: str) -> str:
    """Folded words, each in the singular."""
    return " ".join(singular(word) for word in re.findall(r"[^\W_]+", fold(text)))
