"""`fill_down`, `open_merged_cells`: cells that were merged over several rows, whose first alone holds the text of all."""

import re
from collections.abc import Sequence
from typing import Any

from .forms import attribute, local

Corner = tuple[int, int]
Merged = tuple[Corner, Corner]
"""The first and the last cell, as row and column from 0."""
MOST_SPANNED = 1000
"""Rows or columns that a cell may take."""
_FIGURE = re.compile(r"\W*\d[\d.,' ]*\W*")


def fill_down(rows: Sequence[list[str]], merged: Sequence[Merged], start: Corner) -> int:
    """Write the text of merged cells into each of their rows; how many numbers were left in the first row only.

    `start` is the cell that stands first in `rows`. A number is not repeated: it would be added once for each row. Cells
    of the first row are names of columns, and stay.
    """
    numbers = 0
    for (top, left), (bottom, _) in merged:
        first, column = top - start[0], left - start[1]
        if first < 1 or column < 0 or bottom == top or first >= len(rows) or column >= len(rows[first]):
            continue
        text = rows[first][column]
        if _FIGURE.fullmatch(text):
            numbers += 1
            continue
        for row in rows[first + 1 : bottom - start[0] + 1]:
            if column < len(row) and not row[column]:
                row[column] = text
    return numbers


def open_merged_cells(content: Any) -> dict[str, list[Merged]]:
    """The merged cells of each sheet of an OpenDocument workbook, by its name."""
    return {attribute(sheet, "name"): _of_sheet(sheet) for sheet in content.iter() if local(sheet) == "table"}


def _of_sheet(sheet: Any) -> list[Merged]:
    found, row = list[Merged](), 0
    for line in (each for each in sheet.iter() if local(each) == "table-row"):
        column = 0
        for cell in (each for each in line if local(each) in ("table-cell", "covered-table-cell")):
            rows, columns = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
            if rows > 1:
                found.append(((row, column), (row + rows - 1, column + columns - 1)))
            column += _number(cell, "number-columns-repeated")
        row += _number(line, "number-rows-repeated")
    return found


def _number(element: Any, name: str) -> int:
    return int(attribute(element, name) or 1)


def spans(cell: Any) -> tuple[int, int]:
    """How many rows and columns a cell of a document's table takes; 0 rows where one above reaches down into it, in Word."""
    named = {local(mark): mark for part in cell if local(part) == "tcPr" for mark in part}
    if "vMerge" in named or "gridSpan" in named:
        joined = "vMerge" in named and attribute(named["vMerge"], "val") != "restart"
        wide = attribute(named["gridSpan"], "val") if "gridSpan" in named else ""
        return (0 if joined else 1), min(MOST_SPANNED, int(wide or 1))
    if cell.get("vMerge") is not None:  # of a slide, where the cells that are reached into are written too
        return 0, 1
    deep = cell.get("rowspan") or attribute(cell, "number-rows-spanned")
    return _limited(deep), _limited(cell.get("colspan") or attribute(cell, "number-columns-spanned"))


def _limited(number: str) -> int:
    return min(MOST_SPANNED, max(1, int(number))) if number.strip().isdigit() else 1


def spread(rows: Sequence[Sequence[tuple[str, int, int]]]) -> list[list[str]]:
    """The texts of a table's cells, each with the rows and columns it takes, one a column.

    A text that is no number stands in each of its rows, as in `fill_down`; beside itself it leaves empty cells.
    """
    if all(deep == wide == 1 for row in rows for _, deep, wide in row):
        return [[text for text, _, _ in row] for row in rows]
    written, reaching = list[list[str]](), dict[int, tuple[str, int]]()
    for row in rows:
        line, above = list[str](), dict(reaching)
        reaching = {column: (text, left - 1) for column, (text, left) in above.items() if left > 1}
        for own, deep, wide in row:
            while len(line) in above:
                line.append(above[len(line)][0])
            text = own
            if (
                not deep and written and len(line) < len(written[-1])
            ):  # Word writes the cells that one above reaches into
                over = written[-1][len(line)]
                text = own if _FIGURE.fullmatch(over) else over
            shown = "" if _FIGURE.fullmatch(text) or not written else text
            for column in range(len(line), len(line) + wide if deep > 1 else 0):
                reaching[column] = (shown if column == len(line) else "", deep - 1)
            line += [text, *[""] * (wide - 1)]
        while len(line) in above:
            line.append(above[len(line)][0])
        written.append(line)
    return written
