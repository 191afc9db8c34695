"""`followed`: a question about a table with what a later turn changes in it: "revenue of North" and "and for South?".

`refers_back`: the words that mean the rows of an earlier question: "the total amount there".
"""

import re
from collections.abc import Sequence

from ..wording.asked_apart import FOLLOWED
from ..wording.wording import wording
from .columns import Columns
from .folding import fold
from .marks import Mark
from .question_words import mark_words, words_of
from .table_query import not_understood
from .table_words import COMPARISONS, operation_words

_ROWS = ("value", "period", "number")
_CELLS = ("value", "period")
_CALCULATED = {"sum", "average", "median"}
_LIMITING = {"number", *COMPARISONS}
_ASKED = ("sum", "average", "median", "highest", "lowest", "count", "top", "bottom")


def followed(question: str, table: Columns, language: str) -> str:
    """The question with its follow-ups in the place of what they change: values of a column, a column, an operation."""
    whole, *changes = question.split(FOLLOWED)
    for change in changes:
        marks, (changed, unknown) = mark_words(whole, table, language)[0], mark_words(change, table, language)
        words = words_of(whole, table, language)
        back = refers_back(change, language)
        if back and {m.column for m in marks if m.role in _CELLS} & {m.column for m in changed if m.role in _CELLS}:
            raise not_understood(table, [back])  # rows of rows, by the same column
        added = [word for word in words_of(change, table, language) if word not in unknown or word not in back]
        counts = _only_counts(changed)
        for number, mark in enumerate(marks):
            if (counts and _is_measure(marks, number, table)) or any(
                _replaces(new, mark, table) for new in changed if not (back and new.role in _ROWS)
            ):
                words[mark.start : mark.end] = [""] * (mark.end - mark.start)
        first = next((n for n, word in enumerate(words) if word), 0)
        if first and words[first] in operation_words(language)["yes or no"]:
            words[first] = ""  # "are from Berlin" without its "how many" is no question for yes or no
        gap = "" if all(ord(letter) > 0x2E80 for letter in change if letter.isalpha()) and change.strip() else " "
        whole = gap.join((*filter(None, words), *added))
    return whole


def refers_back(question: str, language: str) -> str:
    """The words by which a question means the rows of one before it: "there", "of those orders"; empty without such."""
    return of_those(question, language) or _found("refers_back", question, language)


def of_those(question: str, language: str) -> str:
    """The words by which a question means some of the rows of one before it: "of them"; empty without such."""
    return _found("of_those", question, language)


def _found(name: str, question: str, language: str) -> str:
    found = re.search(str(wording(language).section("answer")[name]), fold(question).strip(" ?!."))
    return found.group() if found else ""


def _only_counts(marks: Sequence[Mark]) -> bool:
    """Whether a follow-up counts rows, whatever was added up before: "and how many are open?"."""
    roles = {mark.role for mark in marks}
    return "count" in roles and not roles & (_CALCULATED | {"column"})


def _is_measure(marks: Sequence[Mark], number: int, table: Columns) -> bool:
    """Whether a mark is the column that is added up or averaged, and no part of a condition."""
    mark, beside = marks[number], (*marks[max(0, number - 1) : number], *marks[number + 1 : number + 2])
    limited = any(each.role in _LIMITING or (each.role == "value" and each.column == mark.column) for each in beside)
    calculated = any(each.role in _CALCULATED for each in beside)
    return mark.role == "column" and table.is_numeric(mark.column) and calculated and not limited


def _replaces(new: Mark, old: Mark, table: Columns) -> bool:
    """Whether a mark of a follow-up says the same kind of thing as one of the question."""
    if new.role in _ROWS and old.role in _ROWS:
        return new.column == old.column
    if new.role in _ASKED:
        return old.role in _ASKED
    return new.role == old.role == "column" and table.is_numeric(new.column) and table.is_numeric(old.column)
