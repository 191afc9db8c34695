"""`asked_apart`: the calculations that one question asks for, each as a question: "the total units and the highest price".

A list of calculations shares its conditions and groups, wherever they stand; a part with a question word of its own ("and
which item is most expensive") shares nothing, unless it means the rows of the part before ("the total amount there").
A part without a column is about that of the next part, but for a count, which is of rows: "the number of orders by region
and the median amount".
"""

import re
from collections.abc import Sequence

from ...graph.caveats import lacks
from ..wording.asked_apart import FOLLOWED, asks_for, means_found
from ..wording.asked_apart import asked_apart as questions_apart
from ..wording.nearest import words_pattern
from ..wording.wording import wording
from .columns import Columns
from .folding import fold
from .follow_up import refers_back
from .marks import Mark
from .question_words import mark_words, question_language, words_of
from .table_words import operation_words

_COMMAS, _ENDS = ",;、\uff0c", "?\uff1f"
_CALCULATING = {"sum", "average", "median", "count", "highest", "lowest"}
_LIMITING = {"value", "period", "per", "not", "empty", "number", ">", ">=", "<", "<=", "between", "!="}


def asked_apart(question: str, over: Columns) -> list[str]:
    """The questions, in order; one about the rows that another found stands behind it. One for one calculation as it is."""
    table = over.sample(question)
    language = question_language(question, table)
    parts = [] if FOLLOWED in question else questions_apart(question, language)
    if not any(means_found(part, language) and not refers_back(part, language) for part in parts[1:]):
        return _calculations(question, table, language)
    found = _calculations(parts[0], table, language)
    for part in parts[1:]:
        meant = means_found(part, language) or refers_back(part, language)
        found += [FOLLOWED.join((parts[0], part))] if meant else _calculations(part, table, language)
    return found


def _calculations(question: str, table: Columns, language: str) -> list[str]:
    clauses = wording(language).clauses
    joints = words_pattern(list(clauses["and"]), wording(language))
    marks = mark_words(question, table, language)[0]
    asked = [mark for mark in marks if mark.role in _CALCULATING]
    if FOLLOWED in question or len(asked) < 2 or any(mark.role == "difference" for mark in marks):
        return [question]
    between = re.compile(rf"\s*[{_COMMAS}]?\s*(?:{joints.pattern})\s*|[;{_ENDS}]\s*")
    cuts = [*between.finditer(fold(question))] if len(fold(question)) == len(question) else []
    parts, begin, last = list[str](), 0, 0
    for start, end in [*(cut.span() for cut in cuts), (len(question), len(question))]:
        if not parts or (
            _calculates(parts[-1], table, language) and _calculates(question[last:start], table, language)
        ):
            parts.append(question[last:start])
            begin = last
        else:  # "of Miller and Klein": no calculation of its own
            parts[-1] = question[begin:start]
        last = end
    if len(parts) == 1 or _goes_on(parts, table, language):
        return [question]
    return _completed(parts, table, language)


def _calculates(text: str, table: Columns, language: str) -> bool:
    return any(mark.role in _CALCULATING for mark in mark_words(text, table, language)[0])


def _goes_on(parts: Sequence[str], table: Columns, language: str) -> bool:
    """Whether a part asks how many that was: "which region sold the most and how many units"."""
    read = [mark_words(part, table, language)[0] for part in parts]
    ranked = {mark.role for mark in read[0]} & {"highest", "lowest"}
    plain = {mark.role for mark in read[1]} <= {"count", "sum", "column"} and len(read) == 2
    numeric = [{m.column for m in each if m.role == "column" and table.is_numeric(m.column)} for each in read]
    once = sum(mark.role in _CALCULATING for mark in read[1]) == 1
    return bool(ranked) and plain and once and (not numeric[0] or numeric[1] <= numeric[0])


def _completed(parts: Sequence[str], table: Columns, language: str) -> list[str]:
    """The parts with the column, conditions and groups that they share."""
    read = [_limits(part, table, language) for part in parts]
    head, tail = read[0][0], read[-1][1]
    own = [not number or _asks(part, language) for number, part in enumerate(parts)]
    found, column = list[str](), ""
    for number, part in reversed(list(enumerate(parts))):
        marks = mark_words(part, table, language)[0]
        named = [m for m in _without_groups(marks) if m.role == "column"]
        column = table.names[named[-1].column] if named else column
        counts = {mark.role for mark in marks} & {*_CALCULATING, "distinct"} == {"count"}
        alone = named or counts or asks_for("person", part, language)  # "who is the oldest" says of what
        words = [part.strip(f" ,;{_ENDS}"), "" if alone else column]
        if number and not own[number] and not any(read[number]):
            words.insert(0, head)
        back = refers_back(part, language) if number else ""
        if not back and number < len(parts) - 1 and not any(own[number + 1 :]) and not any(read[number]):
            words.append(tail)
        found.append(" ".join(filter(None, words)))
    _report_exception(parts, own, tail, table, language)
    whole = list[str]()
    for part in reversed(found):
        said = _said_of_others(part, table, language) if whole else ""
        follows = said or (part if whole and refers_back(part, language) else "")
        whole.append(FOLLOWED.join((whole[-1], follows)) if follows else part)
    return whole


def _said_of_others(part: str, table: Columns, language: str) -> str:
    """The values of a part that asks how much, without a verb, of others: "et combien Camille"; empty for another."""
    marks, words = mark_words(part, table, language)[0], words_of(part, table, language)
    asks = {m for m in marks if m.text in operation_words(language)["how much or many"]}
    others = [m for m in marks if m not in asks]
    plain = bool(asks) and bool(others) and {m.role for m in others} == {"value"}
    return " ".join(words[others[0].start : others[-1].end]) if plain and len(marks) == len(words) else ""


def _report_exception(parts: Sequence[str], own: Sequence[bool], tail: str, table: Columns, language: str) -> None:
    """Reports an exception behind the last of some questions, which the ones before it do not have: "without Oslo"."""
    excluding = {"not", "!=", "empty"} & {mark.role for mark in mark_words(tail, table, language)[0]} if tail else ()
    if excluding and any(own[1:]):
        lacks(
            f"“{tail}” is read as part of “{parts[-1].strip()}” only; to leave it out of the others, write it there too"
        )


def _asks(part: str, language: str) -> bool:
    known = wording(language)
    asks = words_pattern(known.clauses.get("question") or str(known.section("answer")["ask_other"]).split()[:-1], known)
    first = fold(part).split()
    return bool(asks.match(fold(part)) or asks.match(" ".join(first[1:])))


def _without_groups(marks: Sequence[Mark]) -> list[Mark]:
    return [mark for before, mark in zip([None, *marks], marks, strict=False) if not before or before.role != "per"]


def _limits(part: str, table: Columns, language: str) -> tuple[str, str]:
    """The words of conditions and groups at the beginning and at the end of a part."""
    marks, words = mark_words(part, table, language)[0], words_of(part, table, language)
    plain = [m for m in _without_groups(marks) if m.role not in _LIMITING]
    if not plain or len(plain) == len(marks):
        return "", ""
    first, last = min(m.start for m in plain), max(m.end for m in plain)
    before = [m for m in marks if m.start < first]
    behind = [m for m in marks if m.start >= last]
    head = " ".join(words[: max(m.end for m in before)]) if before else ""
    return head, " ".join(words[last:]) if behind else ""
