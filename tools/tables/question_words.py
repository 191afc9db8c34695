"""`mark_words`: what each word of a question about a table is: a column, a value of a cell, a number, an operation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from ..wording.wording import wording
from .folding import fold, singular, singulars
from .table import Table

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WORD = re.compile(r"[<>=≥≤≠]+|[^\W_]+(?:['.,:/-][^\W_]+)*")
OPERATIONS = ("highest", "lowest", "sum", "average", "median", "distinct", "count", "sort", "descending", "ascending",
              "top", "bottom", "per", "not", "empty", "people", "rows")  # fmt: skip
COMPARISONS = (">=", "<=", ">", "<", "between", "!=")
MAX_PHRASE = 6
"""Words of a column name, a value or an operation."""


@dataclass(frozen=True)
class Mark:
    """Words of the question from `start` to `end`, by number."""

    role: str
    """`column`, `value`, `period` (a month or year), `number`, a name of `OPERATIONS` or of `COMPARISONS`."""
    start: int
    end: int
    text: str = ""
    column: int = -1


@cache
def operation_words(language: str = "en") -> dict[str, frozenset[str]]:
    """The words of each operation, folded."""
    words, conditions = wording(language), wording(language).section("conditions")
    listed = {**words.section("tables"), **{name: conditions[name] for name in COMPARISONS}}
    small = str(words.section("recognise")["small"]).split()
    listed["ordinal"] = [word for word, number in words.section("ordinals").items() if number > 1]
    listed["yes or no"] = str(words.section("answer")["ask_yes_no"]).split()
    listed["ignored"] = [*listed["ignored"], *small, *conditions["="], *conditions["unit"]]
    return {name: frozenset(fold(phrase) for phrase in phrases) for name, phrases in listed.items()}


def names_table_operation(text: str) -> bool:
    """Whether a text has a word of an operation on rows: "just the top two"."""
    words, known = _WORD.findall(fold(text)), operation_words()
    return any(word in known[name] - {"no", "first"} for word in words for name in OPERATIONS)


@cache
def _measure_words(language: str = "en") -> dict[str, list[tuple[str, list[str]]]]:
    """What words say of a column with one of some names: `oldest` the highest `age`."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for key, phrases in wording(language).section("measures").items():
        role, _, columns = key.partition(": ")
        for phrase in phrases:
            found.setdefault(fold(phrase), []).append((role, columns.split(", ")))
    return found


def measure_column(table: Table, names: Sequence[str]) -> int | None:
    """The first column of numbers that has one of the names."""
    found = (table.column(name) for name in names)
    return next((column for column in found if column is not None and table.is_numeric(column)), None)


def _measure_marks(phrase: str, at: int, size: int, table: Table) -> list[Mark]:
    for role, names in _measure_words().get(phrase, ()):
        if (column := measure_column(table, names)) is not None:
            named = Mark("column", at, at + size, phrase, column)
            ranked = Mark(role, at, at + size, phrase)
            return [named] if role == "column" else [ranked, named] if role in OPERATIONS else [named, ranked]
    return []


def question_words(question: str) -> list[str]:
    """The words of a question, folded, without the possessive."""
    return [word.removesuffix("'s").removesuffix("s'") for word in _WORD.findall(fold(question))]


def mark_words(question: str, table: Table) -> tuple[list[Mark], list[str]]:
    """The marks in order, and the words that mean nothing for this table."""
    words = question_words(question)
    known, label = operation_words(), {fold(table.label), *_WORD.findall(fold(PurePath(table.label).stem))}
    columns, values = _columns(table), _values(table)
    dated = any(table.is_dated(n) for n in range(len(table.names)))
    marks: list[Mark] = []
    position = 0
    left: list[str] = []
    while position < len(words):
        found: list[Mark] = []
        for size in range(min(MAX_PHRASE, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + size])
            follows = words[position + size : position + size + 1] or [""]
            bounded = follows[0][:1].isdigit() or (phrase != "from" and dated and bool(period_of(follows[0])))
            named_here = singulars(phrase) in columns or phrase in values
            found = [] if named_here else _measure_marks(phrase, position, size, table)
            mark = _mark(phrase, position, size, columns, values, known, table, bounded)
            if found := found or [mark for mark in (mark,) if mark]:
                break
        if found:
            marks += found
            position = found[0].end
            continue
        word, counted = words[position], position > 0 and words[position - 1][:1].isdigit()
        weighty = word in known["ordinal"] or word in known["compared"] or (word in known["share"] and not counted)
        if (weighty or word not in known["ignored"]) and word not in label:
            left.append(words[position])
        position += 1
    return marks, left


def _mark(
    phrase: str,
    at: int,
    size: int,
    columns: Mapping[str, int],
    values: Mapping[str, tuple[int, str]],
    known: Mapping[str, frozenset[str]],
    table: Table,
    number_follows: bool,
) -> Mark | None:
    end = at + size
    if (column := columns.get(singulars(phrase))) is not None and phrase not in known["ignored"] - set(columns):
        return Mark("column", at, end, phrase, column)
    phrase = phrase if phrase in values else singulars(phrase) if singulars(phrase) in values else phrase
    if phrase in values and (phrase not in known["ignored"] or len(phrase) > 3):
        column, written = values[phrase]
        return Mark("value", at, end, written, column)
    comparing = COMPARISONS if number_follows or phrase not in known["ignored"] else ()
    role = next((name for name in (*comparing, *OPERATIONS) if phrase in known[name]), None)
    if role:
        return Mark(role, at, end, phrase)
    dated = next((n for n in range(len(table.names)) if table.is_dated(n)), None)
    if dated is not None and (period := period_of(phrase)):
        return Mark("period", at, end, period, dated)
    if phrase not in known["ignored"] and (number := wording("en").section("numbers").get(phrase)):
        return Mark("number", at, end, str(number))
    return Mark("number", at, end, phrase) if re.fullmatch(r"[-+]?\d[\d.,]*", phrase) else None


def period_of(phrase: str) -> str:
    """A day, a month or a year as it is within a date: `2025-03-`, `-03-`, `2025-`; empty for other words."""
    if re.fullmatch(r"(?:19|20)\d\d(?:-\d\d){0,2}", phrase):
        return f"{phrase}-"
    words = re.fullmatch(r"([a-z]{3,})(?: ((?:19|20)\d\d))?", phrase)
    months = [f"-{n:02}-" for n, name in enumerate(MONTHS, 1) if words and words[1] in (name, name[:3])]
    return f"{words[2] or ''}{months[0]}" if words and months else ""


def is_within(date: object, period: str) -> bool:
    """Whether a date as year-month-day is in a period as `period_of` returns it."""
    return period in f"{date}-" if period.startswith("-") else f"{date}-".startswith(period)


def _columns(table: Table) -> dict[str, int]:
    """Columns by their name in the singular, and by its last word where that is only theirs."""
    found = {singulars(name): number for number, name in enumerate(table.names) if name}
    parts = [part for name in found for part in set(name.split()) if len(name.split()) > 1]
    for name, number in list(found.items()):
        for part in name.split():
            if part not in found and parts.count(part) == 1 and len(part) > 3:
                found[part] = number
    return found


def _values(table: Table) -> dict[str, tuple[int, str]]:
    """Cells that are no numbers by their folded text; the words of longer ones where they are in one column only."""
    found: dict[str, tuple[int, str]] = {}
    parts: dict[str, set[tuple[int, str]]] = {}
    for column in range(len(table.names)):
        if table.is_numeric(column):
            continue
        for cell in dict.fromkeys(table.values(column)):
            if folded := fold(cell):
                found.setdefault(folded, (column, cell))
                for word in _WORD.findall(folded) if " " in folded else ():
                    parts.setdefault(word, set()).add((column, word))
    for word, places in parts.items():
        if len(places) == 1 and len(word) > 2 and not word.isdigit():
            found.setdefault(word, next(iter(places)))
            found.setdefault(singular(word), next(iter(places)))
    return found
