"""`synonyms`: words with which a text may answer a word of a question, as stems."""

from .tokenization import stem

SYNONYMS: dict[str, tuple[str, ...]] = {
    "total": ("sum", "due", "balance", "gesamt", "summe", "importe", "montant"),
    "cost": ("price", "pay", "paid", "charge", "total", "bill", "fee"),
    "pay": ("total", "paid", "cost", "bill", "fee", "price"),
    "spend": ("total", "paid", "cost"),
    "begin": ("start", "open", "began"),
    "start": ("begin", "open", "began"),
    "end": ("expire", "finish", "until", "close"),
    "expir": ("end", "until", "finish"),
    "finish": ("end", "until"),
    "phon": ("tel", "telephone", "call"),
    "buy": ("bought", "purchase"),
    "build": ("built",),
    "writ": ("wrote", "written"),
    "tall": ("high", "height"),
    "high": ("tall", "height"),
    "long": ("length",),
    "old": ("age", "years"),
    "visitor": ("visit",),
    "reopen": ("open",),
    "sank": ("sunk", "sink"),
    "sink": ("sunk", "sank"),
    "clos": ("shut",),
    "shut": ("clos",),
    "tak": ("took", "taken"),
    "giv": ("gave", "given"),
    "leav": ("left",),
    "grow": ("grew", "grown", "growth", "increased", "rose"),
}
"""By the stem of the question's word."""


def synonyms(word: str) -> tuple[str, ...]:
    return (word, *(stem(other) for other in SYNONYMS.get(word, ())))
