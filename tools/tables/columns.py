"""`Columns`: what every table has, wherever its rows lie: names that are found loosely, and what its cells say as numbers.

`Table` holds its rows in memory, `LargeTable` in DuckDB; all that counts, adds and compares is written for both.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, Self

from ...graph.errors import input_error
from .cell_numbers import are_lettered, begins_as_number, is_missing, read_number, unit_of
from .condition import Condition
from .folding import fold, singulars
from .written_dates import is_date

Row = Sequence[str]


class Facts(NamedTuple):
    """What stands in a column."""

    cells: Mapping[str, int]
    """Each different cell, and in how many rows it is, in order; of a large table without plain numbers."""
    numbers: int = 0
    """Rows with a plain number that `cells` does not have."""
    complete: bool = True
    """No other cell was left out because there are too many."""


class Sum(NamedTuple):
    """What the numbers of a column make together."""

    total: Decimal
    numbers: int
    places: int
    """Decimal places of the number that has most of them."""
    median: Decimal | None = None


class Columns(ABC):
    """A table: `label` is the name of its file, `names` those of its columns."""

    label: str
    names: tuple[str, ...]
    decimal_comma: bool
    is_text: bool

    # -- its rows ---------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def count(self) -> int:
        """How many rows it has."""

    @abstractmethod
    def first(self, limit: int) -> Sequence[Row]:
        """The first rows."""

    @abstractmethod
    def last(self, limit: int) -> Sequence[Row]:
        """The last rows, in order."""

    @abstractmethod
    def facts(self, column: int) -> Facts:
        """What stands in a column."""

    @abstractmethod
    def distinct(self, column: int, limit: int) -> Sequence[str]:
        """The first different cells of a column."""

    @abstractmethod
    def different(self, column: int) -> int:
        """How many different cells a column has."""

    @abstractmethod
    def sums(self, column: int, by: int | None = None, *, median: bool = False) -> dict[str, Sum]:
        """The numbers of a column, added for each cell of another; without one under the empty name."""

    @abstractmethod
    def counts(self, by: int) -> dict[str, int]:
        """In how many rows each cell of a column is."""

    @abstractmethod
    def extremes(self, column: int, *, most: bool, limit: int) -> Sequence[Row]:
        """The rows with the highest or the lowest number or date."""

    @abstractmethod
    def in_order(self, column: int, *, falling: bool, limit: int) -> Sequence[Row]:
        """The rows by their number, date or text in a column; those without a value last."""

    # -- parts of it ------------------------------------------------------------------------------------------------

    @abstractmethod
    def matching(self, condition: Condition, columns: Sequence[int]) -> Self:
        """The rows that satisfy a condition in one of the columns; one that negates, in all of them."""

    @abstractmethod
    def within(self, column: int, *periods: str) -> Self:
        """The rows with a date in one of some periods, as `period_of` writes them."""

    @abstractmethod
    def without_value(self, column: int) -> Self:
        """The rows where a column is empty or says that there is no value."""

    @abstractmethod
    def without(self, numbers: Sequence[int]) -> Self:
        """The rows but those of some numbers."""

    @abstractmethod
    def part(self, begin: int, end: int) -> Self:
        """The rows from one number to before another."""

    @abstractmethod
    def suspects(self, words: str) -> Mapping[int, Row]:
        """The rows that may be totals, by number: of a large table those with a cell of some words, or without a text."""

    @abstractmethod
    def at(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        """The rows of some numbers."""

    @abstractmethod
    def sample(self, question: str) -> "Columns":
        """Rows that hold every value that a question may name."""

    # -- names ------------------------------------------------------------------------------------------------------

    def column(self, name: str) -> int | None:
        """The column of a name: in another case, in the plural, or one part of a longer name; None for none or several."""
        asked = singulars(name)
        same = [n for n, known in enumerate(self.names) if fold(known) == fold(name) or singulars(known) == asked]
        if same or not asked:
            return same[0] if same else None
        parts = [n for n, known in enumerate(self.names) if set(asked.split()) <= set(singulars(known).split())]
        return parts[0] if len(parts) == 1 else None

    def column_or_error(self, name: str) -> int:
        """As `column`; `ExpertError` (input fault), which names the columns, for none or several."""
        if (found := self.column(name)) is None:
            raise input_error(f"{self.label} has no column “{name}”; its columns are {', '.join(self.names)}")
        self.check_twins(found)
        return found

    def check_twins(self, column: int) -> None:
        """Raises `ExpertError` where other columns have the same name as one that is used; they are numbered when read."""
        name = self.names[column]
        numbered = re.compile(rf"{re.escape(name)} \(\d+\)")
        places = [n for n, other in enumerate(self.names, 1) if n == column + 1 or numbered.fullmatch(other)]
        if name and len(places) > 1:
            raise input_error(
                f"{self.label} has {len(places)} columns {name}, the columns {' and '.join(map(str, places))} from the left",
                hint="Give them different names in the file.",
            )

    def without_cell(self, column: int) -> int:
        """In how many rows a column is empty."""
        return sum(many for cell, many in self.known(column).cells.items() if not cell.strip())

    def labels_groups(self, column: int) -> bool:
        """Whether a column seems to have a text in the first row of each group only, and nothing in the rows below it.

        Most of its cells are empty, and no text is there twice; the first columns are like this.
        """
        cells = self.known(column).cells
        sparse = 2 * self.without_cell(column) >= self.count > 1 and not self.is_numeric(column)
        once = all(many == 1 for cell, many in cells.items() if cell.strip())
        return sparse and once and bool(next(iter(cells)).strip()) and (not column or self.labels_groups(column - 1))

    # -- cells ------------------------------------------------------------------------------------------------------

    def number(self, cell: str) -> Decimal | None:
        """The number in a cell, with currency or unit; None for any other text, and for dates."""
        return read_number(cell, self.decimal_comma)

    @cached_property
    def _facts(self) -> dict[int, Facts]:
        return {}

    def known(self, column: int) -> Facts:
        """As `facts`, looked at once."""
        if column not in self._facts:
            self._facts[column] = self.facts(column)
        return self._facts[column]

    def missing(self, column: int) -> dict[str, int]:
        """The cells without a value, as written, and in how many rows each is."""
        return {cell: many for cell, many in self.known(column).cells.items() if is_missing(cell)}

    def _filled(self, column: int) -> dict[str, int]:
        return {cell: many for cell, many in self.known(column).cells.items() if not is_missing(cell)}

    def is_numeric(self, column: int) -> bool:
        """Whether all cells of a column that are not missing are numbers."""
        filled, known = self._filled(column), self.known(column)
        some = bool(filled) or known.numbers > 0
        plain = known.complete and all(self.number(cell) is not None for cell in filled)
        return some and plain and not self.is_lettered(column)

    def is_lettered(self, column: int) -> bool:
        """As `are_lettered`, of the cells of a column that are not missing."""
        return not self.known(column).numbers and are_lettered(self._filled(column))

    def looks_numeric(self, column: int) -> bool:
        """Whether at least half of the cells of a column that are not missing begin as a number does: `100 DR`, `12`."""
        return not self.is_dated(column) and self._half(column, begins_as_number)

    def is_mostly_numeric(self, column: int) -> bool:
        """Whether at least half of the cells of a column that are not missing are numbers."""
        return self._half(column, lambda cell: self.number(cell) is not None)

    def _half(self, column: int, holds: Callable[[str], bool]) -> bool:
        filled, plain = self._filled(column), self.known(column).numbers
        rows = plain + sum(filled.values())
        fit = plain + sum(many for cell, many in filled.items() if holds(cell))
        return 2 * fit >= rows > 0 and not self.is_lettered(column)

    def units(self, column: int) -> dict[str, list[str]]:
        """The numbers of a column by their unit or currency, in order; those without one under the empty name, once."""
        found: dict[str, list[str]] = {}
        for cell in self._filled(column):
            if self.number(cell) is not None:
                found.setdefault(unit_of(cell), []).append(cell)
        if self.known(column).numbers:
            found.setdefault("", []).append("")
        return found

    def is_dated(self, column: int) -> bool:
        """Whether all cells of a column that are not missing are dates or months."""
        filled, known = self._filled(column), self.known(column)
        return bool(filled) and known.complete and not known.numbers and all(map(is_date, filled))

    # -- texts ------------------------------------------------------------------------------------------------------

    def written(self, number: Decimal) -> str:
        """A number as this table writes it."""
        text = f"{number:f}"
        return text.replace(".", ",") if self.decimal_comma else text

    def row_text(self, row: Row) -> str:
        """A row with its column names, in one line."""
        if self.is_text:
            return row[0]
        return ", ".join(f"{name} {cell}" if name else cell for name, cell in zip(self.names, row, strict=True) if cell)
