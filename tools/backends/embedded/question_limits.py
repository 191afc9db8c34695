"""What a question may ask that no words of a text answer: the contrary of what it says, or a value to be calculated."""

import re

_NEGATION = re.compile(
    r"\b(?:not|never|nobody|none|without|cannot|no(?!\.|\s*\d|\W*$)|nicht|nie|niemals|niemand|kein\w*|ohne|pas|jamais"
    r"|aucune?|sans|nunca|nadie|ning[uú]n\w*|sin|não|nem|nenhum\w*|sem)\b|n['’]t\b",
    re.I,
)
_GROWTH = re.compile(
    r"\b(?:how (?:much|many)|by what|what (?:is|was|were))\b.*"
    r"\b(?:grow|grew|grown|growth|increased?|decreased?|rise|rose|risen|fall|fell|fallen|dropp?(?:ed)?|shrink|shrank"
    r"|(?<!how much )changed?|differ(?:ence)?)\b"
    r"|\bhow (?:much|many) (?:\w+ ){0,2}?(?:more|less|fewer|longer|higher|lower|older|younger|cheaper)\b",
    re.I,
)
_PAGES = re.compile(
    r"\b(?:how many pages|number of pages|wie viele seiten|combien de pages|cuántas páginas|quantas páginas)\b", re.I
)
_STEP = re.compile(
    r"\b(?:by|of|up|down|difference is|difference was)\s+(?:about\s+|around\s+|some\s+|nearly\s+)?\W?$", re.I
)
_MORE = re.compile(r"\s*(?:\w+\s+)?(?:more|less|fewer|longer|higher|lower|older|younger|cheaper)\b", re.I)


_QUALIFIED = re.compile(
    r"\b(?:cancel(?:l?ed|ation)|called off|postponed|(?:re)?scheduled|moved to|instead of|repeated|every other|abgesagt"
    r"|verschoben|annulée?|reportée?|cancelad[oa]|aplazad[oa]|adiad[oa])\b",
    re.I,
)
"""What makes of a day in a sentence another answer than it is alone."""
END_WORDS = ("end", "until", "till", "termin", "termina", "acaba", "endet", "bis", "até", "hasta", "finit", "jusqu")
"""Stems before the day on which something ends."""
_UNTIL = re.compile(r"\b(?:(?:un)?til when|bis wann|até quando|hasta cuándo|jusqu['’]à quand|jusqu['’]quand)\b", re.I)


def asks_for_end(question: str) -> bool:
    """Whether a question asks for the last day of something: "Until when is the lease?"."""
    return _UNTIL.search(question) is not None


def is_negated(words: str, code: str = "en") -> bool:
    """Whether a question or a sentence in a language denies something: "Who was not on board?"."""
    return any(code != "pt" or match.group().lower() != "no" for match in _NEGATION.finditer(words))  # “no dia 5”


def is_qualified(sentence: str) -> bool:
    """Whether a sentence says of its day that it no longer holds, or is the first of many: all of it is the answer."""
    return _QUALIFIED.search(sentence) is not None


def asks_for_difference(question: str) -> bool:
    """Whether a question asks how far apart two values are: "How much did the revenue grow?"."""
    return _GROWTH.search(question) is not None


def is_difference(sentence: str, start: int, end: int) -> bool:
    """Whether a sentence gives the value at that place as a difference: "by 12", "14 more", "12 %", but not "to 12"."""
    before, after = sentence[:start], sentence[end:]
    percent = "%" in sentence[start : end + 2] or "percent" in sentence[start : end + 8]
    return percent or _STEP.search(before) is not None or _MORE.match(after) is not None


def asks_for_pages(question: str) -> bool:
    """Whether a question asks how many pages there are."""
    return _PAGES.search(question) is not None


def limit_of(question: str) -> str:
    """Why the words of a text do not answer a question that was not answered; empty for other questions."""
    if asks_for_pages(question):
        return "it is read as a text without pages; save it as PDF to have them counted"
    if is_negated(question):
        return "it asks for what the text does not say"
    return "it asks for a calculation, and the text does not state its result" if asks_for_difference(question) else ""
