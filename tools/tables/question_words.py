"""`mark_words`: what each word of a question about a table is: a column, a value of a cell, a number, an operation.

Its words are the lists `[tables]`, `[conditions]` and `[calendar]` of seven languages. In Chinese and Japanese a question is
divided by the longest known phrases, and words that follow what they act on (`100以上`, `地域別`) are put before it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import PurePath

from ..wording.request_language import language_of, own_words
from ..wording.wording import LANGUAGES, wording
from .cell_words import CellWords
from .columns import Columns
from .folding import fold, singulars
from .marks import MAX_PHRASE, Mark
from .measure_words import measure_marks, priced
from .named_in_table import STEM, cells_by_text, columns_by_name, inflected
from .parts_of_texts import part_of_text
from .table_words import COMPARISONS, OPERATIONS, WORD, divided, months, operation_words, period_of

_FEW = 4
"""Words of a question up to which its language is not sure."""
_ACT_ON = {
    **dict.fromkeys((">", ">=", "<", "<=", "between"), ("number", "period")),
    "not": ("value", "period"),
    "per": ("column",),
}
"""Roles of words that may follow what they act on, and the roles of that."""


def question_words(question: str) -> list[str]:
    """The words of a question, folded, without the possessive."""
    return [word.removesuffix("'s").removesuffix("s'") for word in WORD.findall(fold(question))]


def words_of(question: str, table: Columns, language: str = "en") -> list[str]:
    """The words of a question about a table, folded, without the possessive; positions of marks count them."""
    label = (fold(table.label), *WORD.findall(fold(PurePath(table.label).stem)))
    words = divided(
        _without_file(fold(question), table),
        language,
        frozenset((*columns_by_name(table), *cells_by_text(table), *label)),
    )
    signs = {cell.strip() for n in range(len(table.names)) for cell in table.known(n).cells} & {"+", "-"}
    return [word.removesuffix("'s").removesuffix("s'") for word in words if word not in "+-" or word in signs]


def _without_file(question: str, table: Columns) -> str:
    """A folded question without the name of the table's file, whatever its folder and ending: `lo/sales data.xlsx`."""
    stem = re.escape(fold(PurePath(table.label).stem))
    return re.sub(rf"(?:(?<=\s)|(?<=^)|(?<=[\"'“]))(?:[^\s\"'“]*[/\\])?{stem}\.[a-z]{{2,5}}\b", " ", question)


def mark_words(question: str, table: Columns, language: str = "en") -> tuple[list[Mark], list[str]]:
    """The marks in order, and the words that mean nothing for this table."""
    columns, values = columns_by_name(table), cells_by_text(table)
    known, label = operation_words(language), {fold(table.label), *WORD.findall(fold(PurePath(table.label).stem))}
    words = words_of(question, table, language)
    dated = any(table.is_dated(n) for n in range(len(table.names)))
    cells, marks = CellWords(question, words, table, language), list[Mark]()
    position, articles = 0, {fold(word) for word in wording(language).clauses.get("article", ())}
    left: list[str] = []
    while position < len(words):
        found: list[Mark] = []
        for size in range(min(MAX_PHRASE, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + size])
            follows = [word for word in words[position + size : position + size + 2] if word not in articles] or [""]
            bounded = follows[0][:1].isdigit() or (phrase != "from" and dated and bool(period_of(follows[0], language)))
            named_here = singulars(phrase) in columns or phrase in values
            found = (
                []
                if named_here
                else measure_marks(
                    phrase, position, size, table, language, money=any(mark.role == "sum" for mark in marks)
                )
            )
            named = next(((mark.column, mark.end) for mark in marks[::-1] if mark.role in ("column", "value")), None)
            cell = cells.at(position, size, named)
            mark = Mark("value", position, position + size, cell.cell, cell.column) if cell else None
            mark = mark or _mark(phrase, position, size, columns, values, language, table, bounded)
            if mark and mark.role == "value":
                column, text = cells.as_written(position, mark.end, mark.column, mark.text, stated=bool(cell))
                mark = Mark("value", position, mark.end, text, column)
            unit = (
                mark and mark.role == "share" and words[position - 1 : position] and words[position - 1][:1].isdigit()
            )
            if found := found or [mark for mark in (mark,) if mark and not unit]:
                break
        if not found or found[0].role == "column":
            found = part_of_text(marks, words, position, question, table, language) or found
        if found:
            things = found[0].role == "sort" and words[position] in {singulars(word) for word in label}
            if things and marks and marks[-1].role == "share":
                found = [Mark("rows", position, position + 1, words[position])]
            if not (things and marks and marks[-1].role == "value" and marks[-1].end == position):  # "no open order"
                marks += found
            position = found[0].end
            continue
        word, last = words[position], marks[-1] if marks else None
        if role := _role_beside(words, position, marks, label, known):
            marks.append(Mark(role, position, position + 1, word))
        elif (
            (word in known["worth"] and last and last.end == position and priced(last, table))
            or word not in known["ignored"] | label | {"+", "-"}
        ):  # fmt: skip
            left.append(word)
        position += 1
    marks = _how_much(marks, words, table, language)
    return (_put_before(marks, known["acts on what precedes"]) if wording(language).unspaced else marks), left


def _role_beside(
    words: Sequence[str], at: int, marks: Sequence[Mark], label: Collection[str], known: Mapping[str, frozenset[str]]
) -> str:
    """The role that a word has by what stands before it; empty for none."""
    word, last = words[at], marks[-1].role if marks else ""
    if word in known["but"] and known["whole"].intersection(words[max(0, at - 3) : at]):
        return "not"  # "all regions but North"
    if word in label and last == "share":
        return "rows"
    if word in known["compared"] and any(mark.role in ("highest", "lowest") for mark in marks):
        return "than"
    return "nth" if word in known["ordinal"] else ""


def _how_much(marks: list[Mark], words: Sequence[str], table: Columns, language: str) -> list[Mark]:
    """The marks with a sum for a word that asks how much or how many, before a verb of money: "combien a-t-il payé"."""
    known = operation_words(language)
    verbs = known["of money"].intersection(words)
    if not verbs or not any(mark.role == "count" and mark.text in known["how much or many"] for mark in marks):
        return marks
    asked = [replace(m, role="sum") if m.role == "count" and m.text in known["how much or many"] else m for m in marks]
    return [m for m in asked if m.role != "column" or table.is_numeric(m.column) or words[m.start] not in verbs]


def _put_before(marks: list[Mark], lacking: frozenset[str]) -> list[Mark]:
    """Marks of comparisons, "not", "has no" and "per" before what they act on, where they follow it."""
    found: list[Mark] = []
    for number, mark in enumerate(marks):
        lacks = mark.role == "empty" and mark.text in lacking
        acts_on = ("value", "period", "column") if lacks else _ACT_ON.get(mark.role, ())
        following = marks[number + 1] if number + 1 < len(marks) and not lacks else None
        many = 2 if mark.role == "between" else 1
        before = following is None or following.role not in acts_on or following.start > mark.end
        doubled = mark.role == "not" and len(found) > 1 and found[-2].role == "not" and found[-1].role in acts_on
        if doubled and before:  # 除了…以外: one exception in two words
            continue
        if acts_on and len(found) >= many and found[-1].role in acts_on and before:
            found.insert(len(found) - many, mark)
        else:
            found.append(mark)
    return found


def _mark(
    phrase: str,
    at: int,
    size: int,
    columns: Mapping[str, int],
    values: Mapping[str, tuple[int, str]],
    language: str,
    table: Columns,
    number_follows: bool,
) -> Mark | None:
    end, known = at + size, operation_words(language)
    ranks = phrase in known["highest"] | known["lowest"]
    number_follows = number_follows or (wording(language).unspaced and not ranks)
    if language != "en" and phrase not in columns and phrase not in known["ignored"]:
        phrase = inflected(phrase, columns)
    elif dates := [s for s in {*map(phrase.removesuffix, ("ed", "d"))} & columns.keys() if table.is_dated(columns[s])]:
        phrase = dates[0]  # "who started in March" asks for the start
    kept = language != "en" and len(phrase) >= STEM
    if (column := columns.get(singulars(phrase))) is not None and (
        kept or phrase not in known["ignored"] - set(columns) or singulars(table.names[column]) == singulars(phrase)
    ):
        return Mark("column", at, end, phrase, column)
    one = singulars(phrase)
    phrase = one if phrase not in values and one in values and phrase not in known["ignored"] else phrase  # "dans": Dan
    if phrase in values and (
        phrase not in known["ignored"] or len(phrase) > 3 or (at and phrase in months(language))  # "may"
    ):
        column, written = values[phrase]
        return Mark("value", at, end, written, column)
    comparing = COMPARISONS if number_follows or phrase not in known["ignored"] else ()
    role = next((name for name in (*comparing, *OPERATIONS) if phrase in known[name]), None)
    if role:
        return Mark(role, at, end, phrase)
    dated = next((n for n in range(len(table.names)) if table.is_dated(n)), None)
    polite = not at and phrase in known["ignored"]  # "may I see ..."
    if dated is not None and not polite and (period := period_of(phrase, language)):
        return Mark("period", at, end, period, dated)
    if (number := _numbers(language).get(phrase)) and (number > 1 or phrase not in known["ignored"]):
        return Mark("number", at, end, str(number))
    return Mark("number", at, end, phrase) if re.fullmatch(r"[-+]?\d[\d.,]*", phrase) else None


@cache
def _numbers(language: str) -> dict[str, int]:
    return {fold(word): value for word, value in wording(language).section("numbers").items()}


def question_language(question: str, table: Columns) -> str:
    """The language of a question; of a few words ("Umsatz pro Region") the one in which most of them have a meaning."""
    code = language_of(own_words(question))
    known = code if code in LANGUAGES else "en"
    if len(question.split()) > _FEW or wording(known).unspaced:
        return known

    ignored = operation_words(known)["ignored"]

    def understood(each: str) -> tuple[int, bool]:
        marks, left = mark_words(question, table, each)
        by_name = [m for m in marks if m.role == "value" and fold(m.text) in ignored]  # "in" where a cell is IN
        return len(marks) - len(left) - len(by_name), each == known

    return max((each for each in LANGUAGES if not wording(each).unspaced), key=understood)
