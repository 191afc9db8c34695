"""`Table`: named columns and rows of text, of CSV, JSON rows or lines; columns are found loosely, numbers read exactly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ...graph.call import Material
from ...graph.errors import input_error
from ..media.rows import rows
from .cell_numbers import DATE, is_missing, read_number, unit_of
from .folding import fold, singulars

LINE = "line"
"""The only column of a text."""


@dataclass(frozen=True)
class Table:
    """`cells[row][column]`, as written."""

    label: str
    names: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    decimal_comma: bool = False
    """`1.066,75` is a number of this table, and not `1,066.75`."""
    is_text: bool = False
    """Its rows are the lines of a text."""

    @cached_property
    def _found(self) -> dict[str, int]:
        return {}

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
        return found

    def values(self, column: int) -> list[str]:
        """The cells of a column."""
        return [row[column] for row in self.cells]

    def number(self, cell: str) -> Decimal | None:
        """The number in a cell, with currency or unit; None for any other text, and for dates."""
        return read_number(cell, self.decimal_comma)

    def is_numeric(self, column: int) -> bool:
        """Whether all cells of a column that are not missing are numbers."""
        filled = [cell for cell in self.values(column) if not is_missing(cell)]
        return bool(filled) and all(self.number(cell) is not None for cell in filled)

    def looks_numeric(self, column: int) -> bool:
        """Whether at least half of the cells of a column that are not missing begin as a number does: `100 DR`, `12`."""
        filled = [cell for cell in self.values(column) if not is_missing(cell)]
        begun = [cell for cell in filled if re.match(r"\W*\d", cell)]
        return bool(filled) and not self.is_dated(column) and 2 * len(begun) >= len(filled)

    def is_mostly_numeric(self, column: int) -> bool:
        """Whether at least half of the cells of a column that are not missing are numbers."""
        filled = [cell for cell in self.values(column) if not is_missing(cell)]
        return bool(filled) and 2 * sum(self.number(cell) is not None for cell in filled) >= len(filled)

    def units(self, column: int) -> list[str]:
        """The different units and currencies in the cells of a column, in order; none of cells without one."""
        return [unit for unit in dict.fromkeys(map(unit_of, self.values(column))) if unit]

    def is_dated(self, column: int) -> bool:
        """Whether all cells of a column that are not missing are dates or months."""
        filled = [cell.strip() for cell in self.values(column) if not is_missing(cell)]
        return bool(filled) and all(DATE.fullmatch(cell) for cell in filled)

    def written(self, number: Decimal) -> str:
        """A number as this table writes it."""
        text = f"{number:f}"
        return text.replace(".", ",") if self.decimal_comma else text

    def row_text(self, row: Sequence[str]) -> str:
        """A row with its column names, in one line."""
        if self.is_text:
            return row[0]
        return ", ".join(f"{name} {cell}" if name else cell for name, cell in zip(self.names, row, strict=True) if cell)


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
    written = [cell for cell in stripped if re.fullmatch(r"[-+]?[\d.]*,\d+", cell)]
    if not written:
        pointed = [cell for cell in stripped if re.fullmatch(r"[-+]?\d+(?:\.\d+)+", cell)]
        grouped = [cell for cell in pointed if re.fullmatch(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+", cell)]
        return semicolons and bool(pointed) and len(grouped) == len(pointed)
    return semicolons or any(re.search(r",(?:\d{1,2}|\d{4,})$", cell) for cell in written)
