"""`Table`: named columns and rows of text, of CSV, JSON rows or lines; columns are found loosely, numbers read exactly."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter
from statistics import median as middle
from typing import Any

from ...graph.call import Material
from ...graph.errors import input_error
from ..media.rows import rows
from .cell_numbers import DATE, is_missing
from .columns import Columns, Facts, Row, Sum
from .condition import NEGATED, Condition
from .conditions import row_test, sizes_of
from .folding import fold, same_cell
from .table_words import is_within

LINE = "line"
"""The only column of a text."""


@dataclass(frozen=True)
class Table(Columns):
    """A table in memory: `cells[row][column]`, as written."""

    label: str
    names: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    decimal_comma: bool = False
    """`1.066,75` is a number of this table, and not `1,066.75`."""
    is_text: bool = False
    """Its rows are the lines of a text."""

    @property
    def count(self) -> int:
        """How many rows it has."""
        return len(self.cells)

    def values(self, column: int) -> list[str]:
        """The cells of a column."""
        return [row[column] for row in self.cells]

    def first(self, limit: int) -> Sequence[Row]:
        """The first rows."""
        return self.cells[:limit]

    def last(self, limit: int) -> Sequence[Row]:
        """The last rows, in order."""
        return self.cells[-limit:]

    def facts(self, column: int) -> Facts:
        """Every cell of a column."""
        return Facts(Counter(self.values(column)))

    def distinct(self, column: int, limit: int) -> Sequence[str]:
        """The first different cells of a column."""
        return [written for written, _ in self._groups(column).values()][:limit]

    def _groups(self, column: int) -> dict[str, tuple[str, int]]:
        """The different cells of a column, without case and spaces around: as first written, and in how many rows."""
        found: dict[str, tuple[str, int]] = {}
        for cell, many in self.known(column).cells.items():
            written, before = found.get(key := same_cell(cell), (cell.strip(), 0))
            found[key] = written, before + many
        return found

    def different(self, column: int) -> int:
        """How many different cells a column has."""
        return len(self._groups(column))

    def sums(self, column: int, by: int | None = None, *, median: bool = False) -> dict[str, Sum]:
        """The numbers of a column, added for each cell of another; without one under the empty name."""
        numbers: dict[str, list[Decimal]] = {}
        for row in self.cells:
            if (number := self.number(row[column])) is not None:
                numbers.setdefault("" if by is None else same_cell(row[by]), []).append(number)
        names = {} if by is None else self._groups(by)
        return {names[key][0] if names else key: _sum(found, median) for key, found in numbers.items()}

    def counts(self, by: int) -> dict[str, int]:
        """In how many rows each cell of a column is."""
        return dict(self._groups(by).values())

    def extremes(self, column: int, *, most: bool, limit: int) -> Sequence[Row]:
        """The rows with the highest or the lowest number or date."""
        sizes = {cell: size for cell, size in sizes_of(self, column).items() if size is not None}
        best = (max if most else min)(sizes.values())
        return [row for row in self.cells if sizes.get(row[column]) == best][:limit]

    def in_order(self, column: int, *, falling: bool, limit: int) -> Sequence[Row]:
        """The rows by their number, date or text in a column; those without a value last."""
        sized, numeric = self.is_numeric(column) or self.is_dated(column), self.is_numeric(column)
        sizes = sizes_of(self, column) if sized else {}
        filled, empty = list[tuple[Any, Row]](), list[Row]()
        for row in self.cells:
            cell = row[column]
            if is_missing(cell) if sized else not cell.strip():
                empty.append(row)
            else:
                filled.append((sizes[cell] if numeric else str(sizes[cell]) if sized else fold(cell), row))
        return [*(row for _, row in sorted(filled, key=itemgetter(0), reverse=falling)), *empty][:limit]

    def matching(self, condition: Condition, columns: Sequence[int]) -> "Table":
        """The rows that satisfy a condition in one of the columns; one that negates, in all of them."""
        tests = [(row_test(self, condition, column), column) for column in columns]
        among = all if condition.operator in NEGATED else any
        return self._with(row for row in self.cells if among(test(row[column]) for test, column in tests))

    def within(self, column: int, *periods: str) -> "Table":
        """The rows with a date in one of some periods, as `period_of` writes them."""
        sizes = sizes_of(self, column)
        return self._with(row for row in self.cells if any(is_within(sizes[row[column]], each) for each in periods))

    def without_value(self, column: int) -> "Table":
        """The rows where a column is empty or says that there is no value."""
        return self._with(row for row in self.cells if is_missing(row[column]))

    def without(self, numbers: Sequence[int]) -> "Table":
        """The rows but those of some numbers."""
        gone = set(numbers)
        return self._with(row for number, row in enumerate(self.cells) if number not in gone)

    def part(self, begin: int, end: int) -> "Table":
        """The rows from one number to before another."""
        return self._with(self.cells[begin:end])

    def suspects(self, words: str) -> dict[int, Row]:
        """All rows: they are few."""
        return dict(enumerate(self.cells))

    def at(self, numbers: Sequence[int]) -> dict[int, Row]:
        """The rows of some numbers."""
        return {number: self.cells[number] for number in numbers}

    def sample(self, question: str) -> "Table":
        """Itself."""
        return self

    def _with(self, rows: Iterable[tuple[str, ...]]) -> "Table":
        return replace(self, cells=tuple(rows))


def _sum(numbers: Sequence[Decimal], median: bool) -> Sum:
    places = max(0, *(-int(number.as_tuple().exponent) for number in numbers))
    return Sum(sum(numbers, Decimal()), len(numbers), places, middle(numbers) if median else None)


def read_table(material: Material) -> Table:
    """The table of a material; the lines of a text that is none. `ExpertError` for a table without rows."""
    label = material.resource.label
    if material.resource.kind == "image":
        raise input_error(f"{label} is a picture of a table", hint="Read the text in it first.", kind="wrong_task")
    found = rows(material)
    if found is None:
        lines = tuple((line,) for line in material.text().splitlines() if line.strip())
        return Table(label, (LINE,), lines, is_text=True)
    names = tuple(dict.fromkeys(name for row in found for name in row))
    cells = tuple(tuple("" if row.get(name) is None else str(row[name]) for name in names) for row in found)
    shown = tuple(str(name).strip("\ufeff ") for name in names)
    return Table(label, shown, cells, has_decimal_commas(material.text(), cells))


def has_decimal_commas(text: str, cells: Sequence[Sequence[str]]) -> bool:
    """Whether the numbers of a table have decimal commas; `text`: the table as written.

    Between semicolons a point groups thousands (`1.234`), unless some number has another one (`0.5`).
    """
    semicolons = ";" in text.split("\n", 1)[0]
    stripped = [cell.strip() for row in cells for cell in row if not DATE.fullmatch(cell.strip())]
    written = [cell for cell in stripped if re.fullmatch(r"[-+]?[\d. \u00a0\u202f]*,\d+", cell)]
    if not written:
        pointed = [cell for cell in stripped if re.fullmatch(r"[-+]?\d+(?:\.\d+)+", cell)]
        grouped = [cell for cell in pointed if re.fullmatch(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+", cell)]
        return semicolons and bool(pointed) and len(grouped) == len(pointed)
    return semicolons or any(re.search(r",(?:\d{1,2}|\d{4,})$", cell) for cell in written)
