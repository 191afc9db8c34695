"""`CellWords`: words of a question that are a cell of the table, though the same word has another use: IT, OR, "No"."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from ...graph.caveats import lacks
from ..wording.wording import wording
from .cell_numbers import is_missing
from .columns import Columns
from .folding import fold, same_cell, spelt
from .table_words import WORD, operation_words

YES = frozenset(("yes", "y", "true", "ja", "si", "sim", "oui", "vrai", "x", "是", "はい"))
NO = frozenset(("no", "n", "false", "nein", "nao", "non", "faux", "", "否", "いいえ"))
"""Cells, folded, of a column that says whether something holds for a row."""
_PRONOUN = "I"
"""Written in capitals in any sentence."""


class Named(NamedTuple):
    """A cell that a question names."""

    column: int
    cell: str


def answer_cell(table: Columns, column: int, among: frozenset[str] = YES) -> str:
    """The cells of a column that say yes, or no, joined by "or": `yes or y`; empty for a column of other cells."""
    if table.different(column) > len(YES) or table.is_numeric(column):
        return ""
    cells = {fold(cell): cell for cell in table.known(column).cells}
    said = [cell.strip() for word, cell in cells.items() if word and word in among]
    return " or ".join(said) if set(cells) <= YES | NO else ""


class CellWords:
    """The words of a question, as folded and as written, beside the cells of a table that are texts."""

    def __init__(self, question: str, words: Sequence[str], table: Columns, language: str) -> None:
        self.words, self.table = words, table
        self.equal = {fold(word) for word in wording(language).section("conditions")["="]} | {"="}
        known = operation_words(language)
        self.not_, self.has_no = known["not"], known["has no"]
        self.uses = frozenset().union(*(known[name] for name in known))
        self.places = {fold(word) for word in wording(language).section("conditions").get("open", ())}
        self.written = _written(question, words)
        self.plain_case = any(word.islower() and fold(word) in self.uses for word in self.written)
        self.cells: dict[str, list[Named]] = {}
        for column in range(len(table.names)):
            if not table.is_numeric(column):
                for cell in table.known(column).cells:
                    self.cells.setdefault(fold(cell), []).append(Named(column, cell.strip()))

    def at(self, start: int, size: int, column: tuple[int, int] | None) -> Named | None:
        """The cell that words are; `column`: the column named last before them, and where its name ends."""
        phrase = " ".join(self.words[start : start + size])
        if column and (found := self._stated(phrase, start, *column)):
            return found
        if phrase not in self.uses or phrase not in self.cells or len(self.written) != len(self.words):
            return None
        written = " ".join(self.written[start : start + size])
        last = start + size == len(self.words)
        if accented := [each for each in self.cells[phrase] if same_cell(each.cell) == same_cell(written) != phrase]:
            return accented[0]  # "té" is not "te"
        same = [each for each in self.cells[phrase] if each.cell == written]
        own = [each for each in same if column and column == (each.column, start)]
        closed = last or self.words[start + size] in self.equal
        if own and (written != written.lower() or closed):  # "Grade A", "Zustand an ist"
            return own[0]
        if same and last and start and self.words[start - 1] in self.equal:  # "wie viele sind an?"
            return same[0]
        capitals = written.isupper() or (start > 0 and written[:1].isupper())
        return same[0] if same and capitals and self.plain_case and written != _PRONOUN and start else None

    def _stated(self, phrase: str, start: int, column: int, end: int) -> Named | None:
        """The cell of a column behind "is" or "=": whatever else the word says, it is a value there."""
        between = self.words[end:start]
        if not any(word in self.equal for word in between):
            return None
        if any(word not in self.equal and word not in self.not_ for word in between) or self.table.is_numeric(column):
            return None
        own = next((each for each in self.cells.get(phrase, ()) if each.column == column), None)
        if own is None and phrase in YES | NO:
            cell = answer_cell(self.table, column, YES if phrase in YES else NO)
            own = Named(column, cell) if cell.strip() else None
        return own

    def as_written(self, start: int, end: int, column: int, text: str, *, stated: bool) -> tuple[int, str]:
        """The cell that words name, by its column: the one with the same accents; where there is none, the words.

        `stated`: the question names the column.
        """
        phrase = " ".join(self.words[start:end])
        if len(self.written) != len(self.words) or fold(text) != phrase:
            return column, text
        written = " ".join(self.written[start:end])
        cells = sorted(self.cells.get(phrase, ()), key=lambda each: each.column != column)
        same = [each for each in cells if spelt(each.cell) == spelt(written)]
        if same and (same[0].column == column or not stated):
            return same[0].column, same[0].cell
        return column, written

    def doubtful(self) -> list[Named]:
        """The cells that words without another meaning here may be: behind "in" or "for", in another case."""
        pairs = zip(self.words, self.words[1:], strict=False)
        uses = self.uses - self.has_no  # "who has no phone"
        found = [self.cells.get(word, ()) for before, word in pairs if before in self.places and word in uses]
        return [each for cells in found for each in cells[:1] if not is_missing(each.cell)]


def say_doubtful(question: str, words: Sequence[str], table: Columns, where: Sequence[str], language: str) -> None:
    """Says that a word was not taken for the cell that it may name: "in it" where a cell is IT."""
    for column, cell in CellWords(question, words, table, language).doubtful():
        name = table.names[column]
        if not any(text.startswith(f"{name} ") for text in where):
            lacks(f"“{cell}” of {name} was not used as a condition: for its rows only, ask “where {name} is {cell}”")


def _written(question: str, words: Sequence[str]) -> list[str]:
    """The words of a question as written; empty where they are not those of the folded question."""
    plain = re.sub(r"[\s_\ufeff]+", " ", unicodedata.normalize("NFC", question).replace("\u2019", "'"))
    found = WORD.findall(plain)
    position, kept = 0, list[str]()
    for word in words:  # the name of the file was left out of the folded words
        while position < len(found) and fold(found[position]).removesuffix("'s").removesuffix("s'") != word:
            position += 1
        if position == len(found):
            return []
        kept.append(re.sub(r"'s$|(?<=s)'$", "", found[position]))
        position += 1
    return kept
