"""`part_of_text`: a condition on a part of the cells of a column: "whose name starts with M"."""

from collections.abc import Sequence

from ..wording.request_language import QUOTATION
from ..wording.wording import wording
from .columns import Columns
from .folding import fold
from .marks import MAX_PHRASE, Mark
from .table_words import TEXTS, WORD, operation_words


def part_of_text(
    marks: Sequence[Mark], words: Sequence[str], at: int, question: str, table: Columns, language: str
) -> list[Mark]:
    """The mark of a condition that begins at a word, with the part that it asks for; empty where none begins."""
    known = operation_words(language)
    column = next((mark.column for mark in reversed(marks) if mark.role == "column"), None)
    if column is None or table.is_numeric(column) or table.is_dated(column) or wording(language).unspaced:
        return []
    for size in range(min(MAX_PHRASE, len(words) - at - 1), 0, -1):
        phrase = " ".join(words[at : at + size])
        if role := next((name for name in TEXTS if phrase in known[name]), None):
            begin, end, part = _part(words, at + size, question, known["written"] | _articles(language))
            return [Mark(role, at, end, part, column)] if begin < end else []
    return []


def _part(words: Sequence[str], begin: int, question: str, small: frozenset[str]) -> tuple[int, int, str]:
    """Where the part stands, and the part: a quotation, or a single word behind small ones."""
    quoted = [next(filter(None, match.groups()), "") for match in QUOTATION.finditer(question)]
    for at in range(begin, len(words)):
        for text in quoted:
            own = WORD.findall(fold(text))
            if own and [*words[at : at + len(own)]] == own:
                return at, at + len(own), text
        if words[at] not in small or at == len(words) - 1:
            return at, at + 1, words[at]
    return begin, begin, ""


def _articles(language: str) -> frozenset[str]:
    return frozenset(map(fold, wording(language).clauses.get("article", ())))
