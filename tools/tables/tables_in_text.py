"""`answer_in_text`: what a table within a text answers, in Markdown: counted, added and compared as any other table.

Documents are texts with their tables in Markdown. A total that the text states itself (an invoice with taxes below its
table) is left to it, unless the question names the table or a column to add.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import PurePath
from typing import NamedTuple

from ...graph.call import Material
from ...graph.errors import ExpertError, input_error
from ..wording.wording import LANGUAGES, wording
from .asked_apart import asked_apart
from .calculation import answered
from .folding import fold, singulars
from .markdown_tables import markdown_tables, tables_of
from .named_sheet import named_sheet
from .query import read_query
from .table import Table, read_table
from .table_query import expressions

_TOTALS = re.compile(
    r"\b(?:totals?|sums?|due|balance|gesamt\w*|summe|importe|montant|somme|soma|suma)\b|合计|合計|总计", re.I
)

_COUNT = re.compile(
    r"\b(?:how many tables|number of tables|wie viele tabellen|combien de tableaux|cuántas tablas|quantas tabelas)\b",
    re.I,
)
_IN_ALL = re.compile(r"\d\s?(?:[€$£]|[^\W\d_]+)?\s+(?:in all|altogether|all told|insgesamt|en tout|ao todo)\b", re.I)
_PEOPLE = frozenset(("people", "person"))
_FILE = re.compile(r"\S+\.[a-z][a-z0-9]{1,4}\b", re.IGNORECASE)
_CALCULATING = frozenset(("sum", "average", "median", "highest", "lowest", "top", "bottom"))


class Answer(NamedTuple):
    """What a table answers, and what was computed for it."""

    text: str
    computed: str


def answer_in_text(texts: Sequence[Material], question: str) -> Answer | None:
    """The answer of the table that the question names, or of the only one that can answer; None for none.

    Raises `ExpertError` where the named table is not there or does not answer, and where several tables can be added up.
    """
    if len(texts) == 1 and texts[0].resource.media_type == "text/csv":  # rows that a task before chose or sorted
        text, queries = answered(read_table(texts[0]), question)
        return Answer(text, expressions(queries))
    if len(texts) == 1 and (sheet := named_sheet(texts[0].text(), question)):
        (part, question), label = sheet, texts[0].resource.label
        tables = [replace(table, label=f"sheet {part.title} of {label}") for table in tables_of(part.text, label)]
        if len(tables) != 1:
            raise input_error(f"sheet {part.title} of {label} has no rows below the names of its columns")
        text, queries = answered(tables[0], question)
        return Answer(text, expressions(queries))
    tables = [table for text in texts for table in markdown_tables(text)]
    return answer_of_tables(tables, question, "\n".join(_beside_tables(text.text()) for text in texts))


def answer_of_tables(tables: Sequence[Table], question: str, beside: str) -> Answer | None:
    """As `answer_in_text`, of tables with the text `beside` them."""
    if not tables:
        return None
    number, rest = named_table(question)
    if number is not None:
        if not 1 <= number <= len(tables):
            raise input_error(f"{tables[0].label} has {len(tables)} tables, and none of the number {number}")
        text, queries = answered(tables[number - 1], rest)
        return Answer(text, expressions(queries))
    if _COUNT.search(question):
        return Answer(str(len(tables)), "count of tables")
    stated = _TOTALS.search(beside) is not None or _IN_ALL.search(beside) is not None
    among = [table for table in tables if _names_column(table, rest)] or tables
    among = [table for table in among if not (beside.strip() and _asks_beside(table, rest, beside))]
    found = [(table, answer) for table in among if (answer := _answer(table, rest, stated))]
    if len(found) > 1 and {"sum", "average", "median"} & {word for _, (_, _, asked) in found for word in asked}:
        names = " and ".join(f"table {tables.index(table) + 1}" for table, _ in found)
        raise input_error(f"{tables[0].label} has several tables that answer, {names}", hint="Name one: “in table 2”.")
    return Answer(*found[0][1][:2]) if len(found) == 1 else None


def _answer(table: Table, question: str, stated: bool) -> tuple[str, str, set[str]] | None:
    """Raises `ExpertError` where the question calculates with a column that has figures beside something else."""
    try:
        asked = {word for each in asked_apart(question, table) for word in read_query(each, table).operations}
    except ExpertError:
        return None
    named = _named_columns(table, question)
    added = any(map(table.is_numeric, named)) and not (stated and "total" in fold(question).split())
    spoiled = any(table.is_mostly_numeric(n) and not table.is_numeric(n) for n in named)
    totals = "sum" in asked or _TOTALS.search(question) is not None
    if totals and (stated or len(table.cells) < 2) and not added:
        return None
    try:
        text, queries = answered(table, question)
    except ExpertError:
        if asked & _CALCULATING and spoiled:
            raise
        return None
    return text, expressions(queries), asked


def _asks_beside(table: Table, question: str, beside: str) -> bool:
    """Whether a question is about the text beside a table, with a word that only the text has.

    The name of a file, which no question to its table needs to use, is such a word: "the roof" of roof.eml. So are people
    where the table has no names.
    """
    asked = _words(_FILE.sub(" ", question))
    held = _words(" ".join([*table.names, *(cell for row in table.cells for cell in row)]))
    named = _words(PurePath(table.label).stem) & _words(beside)
    return bool((asked & named) - held) or bool(asked & _PEOPLE and not held & (_PEOPLE | {"name"}))


def _words(text: str) -> set[str]:
    return {*singulars(text).split()}


def _names_column(table: Table, question: str) -> bool:
    """Whether a question names a column of numbers: "the sum of amount"."""
    return any(map(table.is_numeric, _named_columns(table, question)))


def _named_columns(table: Table, question: str) -> list[int]:
    words = f" {singulars(fold(question))} "
    named = [n for n, name in enumerate(table.names) if name and f" {singulars(name)} " in words]
    return [n for n in named if singulars(table.names[n]) != "total"]


def _beside_tables(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))


@cache
def _naming() -> re.Pattern[str]:
    """Words like "in table 2", "of the second table", in all languages."""
    nouns = {noun for code in LANGUAGES for noun, kind in wording(code).nouns.items() if kind == "table"}
    noun = "|".join(
        sorted((re.escape(each) for each in nouns if each.startswith(("tab", "表"))), key=len, reverse=True)
    )
    ordinal = "|".join(map(re.escape, _ordinals()))
    return re.compile(
        rf"(?:\b(?:in|of|from|im|der|aus|dans|en|de|na|da|du)\s+)?(?:\b(?:the|la|le|a|der)\s+)?(?:"
        rf"\b(?P<ordinal>{ordinal}|\d+(?:st|nd|rd|th))\s+(?:{noun})s?\b|(?:{noun})\s*(?:no\.|number|n°)?\s*(?P<number>\d{{1,3}})\b)",
        re.IGNORECASE,
    )


@cache
def _ordinals() -> dict[str, int]:
    found = {word: number for code in LANGUAGES for word, number in wording(code).ordinals.items()}
    return {word: number for word, number in found.items() if isinstance(number, int) and number > 0}


def named_table(question: str) -> tuple[int | None, str]:
    """The number of the table that a question names, and the question without it."""
    match = _naming().search(question)
    if match is None:
        return None, question
    word = (match["ordinal"] or match["number"]).lower()
    number = _ordinals().get(fold(word)) or int(re.sub(r"\D", "", word) or 0)
    return number, f"{question[: match.start()]} {question[match.end() :]}".strip()
