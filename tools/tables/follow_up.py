"""`followed`: a question about a table with what a later turn changes in it: "revenue of North" and "and for South?".

`refers_back`: the words that mean the rows of an earlier question: "the total amount there".
"""

import re

from ..wording.wording import wording
from .columns import Columns
from .folding import fold
from .question_words import Mark, mark_words, words_of

FOLLOWED = " → "
"""Between a question and each follow-up to it."""
_ROWS = ("value", "period", "number")
_ASKED = ("sum", "average", "median", "highest", "lowest", "count", "top", "bottom")


def followed(question: str, table: Columns, language: str) -> str:
    """The question with its follow-ups in the place of what they change: values of a column, a column, an operation."""
    whole, *changes = question.split(FOLLOWED)
    for change in changes:
        marks, changed = mark_words(whole, table, language)[0], mark_words(change, table, language)[0]
        words = words_of(whole, table, language)
        for mark in marks:
            if any(_replaces(new, mark, table) for new in changed):
                words[mark.start : mark.end] = [""] * (mark.end - mark.start)
        gap = "" if all(ord(letter) > 0x2E80 for letter in change if letter.isalpha()) and change.strip() else " "
        whole = gap.join((*filter(None, words), *words_of(change, table, language)))
    return whole


def refers_back(question: str, language: str) -> str:
    """The words by which a question means the rows of one before it: "there", "of those orders"; empty without such."""
    found = re.search(str(wording(language).section("answer")["refers_back"]), fold(question).strip(" ?!."))
    return found.group() if found else ""


def _replaces(new: Mark, old: Mark, table: Columns) -> bool:
    """Whether a mark of a follow-up says the same kind of thing as one of the question."""
    if new.role in _ROWS and old.role in _ROWS:
        return new.column == old.column
    if new.role in _ASKED:
        return old.role in _ASKED
    return new.role == old.role == "column" and table.is_numeric(new.column) and table.is_numeric(old.column)
