"""Lines that are a label and a value, as on a receipt: `TOTAL 5.59`, `Total savings 1.50`, `CHANGE EUR 3.96`."""

import re
from collections.abc import Sequence

from .question_synonyms import synonyms
from .tokenization import content_words, stem

_CURRENCY = r"(?:[€$£¥₹]|EUR|USD|GBP|CHF|JPY|INR|euros?)"
_LINE = re.compile(
    rf"(?P<label>[^\d|]{{2,60}}?)[\s.:·…_=]*{_CURRENCY}?\s*(?P<value>-?\d[\d.,’']*)\s*(?:{_CURRENCY}|[A-Z*])?", re.I
)
_IN_ALL = re.compile(
    r"\b(?:in all|altogether|all told|insgesamt|alles in allem|en tout|au total|en total|no total|ao todo)\b", re.I
)


def stems_of(sentence: str) -> list[str]:
    """The stems of a sentence; one that says "in all" has the word `total`."""
    return [*content_words(sentence), *(["total"] if _IN_ALL.search(sentence) else [])]


def words_beside(sentence: str, query: Sequence[str]) -> int:
    """How many words of a line's label are not asked for: `Total savings` is not `Total`; 0 for no such line."""
    match = _LINE.fullmatch(sentence.strip())
    asked = {other for word in query for other in synonyms(word)}
    return len({*map(stem, content_words(match["label"]))} - asked) if match else 0


def lines_alike(lines: Sequence[str], number: int) -> list[str]:
    """The lines with the label of one of them and different values, in order: totals of several receipts. Else that one."""
    found = dict[str, str]()
    match = _LINE.fullmatch(lines[number].strip())
    if match is None or not any(map(str.isalpha, match["label"])):
        return [lines[number]]
    for line in lines:
        other = _LINE.fullmatch(line.strip())
        if other and other["label"].casefold().strip() == match["label"].casefold().strip():
            found.setdefault(other["value"], line)
    return list(found.values())
