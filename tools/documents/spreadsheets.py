"""`workbook_table`, `parquet_table`: the table of a workbook (XLSX, XLS, ODS; by calamine) or of a Parquet file, as CSV."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from ...graph.errors import input_error, input_too_large
from .archive import MOST_UNPACKED, Archive, opened
from .cell_units import Units, cell_units, percent_unread
from .forms import local
from .marked_up import ERROR, as_markdown
from .merged_cells import Merged, fill_down, open_merged_cells
from .parts import numbered
from .reading import Reading, unreadable

Row = Sequence[Any]
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml|content\.xml")
_HIDDEN = re.compile(
    rb"""<(?:\w+:)?(?:row|col)\b[^>]*\bhidden=["'](?:1|true)["']|<table:table-(?:row|column)\b[^>]*\btable:visibility="""
    rb"""["'](?:collapse|filter)["']"""
)
"""A row or column that is hidden, in Office XML or OpenDocument."""
MOST_ROWS = 5_000
"""Of sheets with different columns together."""


def workbook_table(path: Path, label: str) -> Reading:
    """The only sheet with cells; several with the same names of columns one below the other, under a column `sheet`.

    Sheets of different columns are a text with a table each. Raises `ExpertError` (input fault) for formulas that were
    never computed.
    """
    import python_calamine as calamine

    what = "a workbook"
    _check_size(path, label)
    try:
        book = calamine.load_workbook(path)
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == calamine.SheetVisibleEnum.Visible]
        read = {name: book.get_sheet_by_name(name) for name in shown}
        merged = {name: sheet.merged_cell_ranges or () for name, sheet in read.items()} | _open_merged(path, label)
        units = cell_units(path, label)
        texts = {name: _texts(sheet, units.get(name, {})) for name, sheet in read.items()}
        single = sum(fill_down(rows, merged[name], read[name].start or (0, 0)) for name, rows in texts.items())
        sheets = {name: _filled(rows) for name, rows in texts.items()}
    except calamine.PasswordError:
        raise unreadable(label, what, "it is locked by a password", "Save a copy without one.") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise unreadable(label, what, error) from None
    sheets = {name: rows for name, rows in sheets.items() if rows}
    if not sheets:
        raise unreadable(label, what, "no sheet has a cell with content", "")
    _check_formulas(path, label)
    hidden = len(book.sheet_names) - len(shown)
    notes = [f"{hidden} of its sheets {'is' if hidden == 1 else 'are'} hidden, and not read"] if hidden else []
    notes += (
        ["what its cells show in percent is read as a plain number (12.5% as 0.125)"]
        if percent_unread(path, label)
        else []
    )
    notes += (
        [f"numbers that stand in merged cells ({single}) are read in the first of their rows only"] if single else []
    )
    notes += _hidden_parts(path, label)
    if len({tuple(rows[0]) for rows in sheets.values()}) > 1:
        return _apart(sheets, label, tuple(notes))
    return _as_csv(_stacked(sheets), tuple(notes))


def _texts(sheet: Any, units: Units) -> list[list[str]]:
    top, left = sheet.start or (0, 0)
    return [
        [_shown(cell, units.get((row, column), "")) for column, cell in enumerate(cells, start=left)]
        for row, cells in enumerate(sheet.to_python(skip_empty_area=True), start=top)
    ]


def _shown(value: Any, unit: str) -> str:
    """A cell as a person sees it: the error of a formula, a number in percent or with its currency."""
    if ERROR.fullmatch(unit):
        return unit
    return _with_unit(value, unit) if unit and type(value) in (int, float) else _cell(value)


def _with_unit(value: float, unit: str) -> str:
    """A number as its cell shows it, in percent or with its currency."""
    return f"{round(value * 100, 10):.15g}%" if unit == "%" else f"{_cell(value)} {unit}"


def _open_merged(path: Path, label: str) -> dict[str, list[Merged]]:
    """The merged cells of an OpenDocument workbook; none for others."""
    if not zipfile.is_zipfile(path):
        return {}
    with opened(path, label, "a workbook") as parts:
        return open_merged_cells(parts.xml("content.xml")) if "content.xml" in parts.names else {}


def _filled(rows: Sequence[list[str]]) -> list[list[str]]:
    """From the first row with some content to the last, in the columns that have some; a table may end at an empty row."""
    filled = [number for number, row in enumerate(rows) if any(row)]
    texts = rows[filled[0] : filled[-1] + 1] if filled else []
    columns = [n for n in range(max(map(len, texts), default=0)) if any(n < len(row) and row[n] for row in texts)]
    return [[row[n] if n < len(row) else "" for n in columns] for row in texts]


def _apart(sheets: dict[str, list[list[str]]], label: str, notes: tuple[str, ...]) -> Reading:
    """The tables of several sheets, each below the name of its sheet; a question names one of them, or its columns."""
    if sum(map(len, sheets.values())) > MOST_ROWS:
        raise input_too_large(
            f"{label} has {len(sheets)} different tables of more than {MOST_ROWS:,} rows, in the sheets {', '.join(sheets)}",
            hint="Save the sheet that you mean as a file of its own, e.g. as CSV.",
        )
    text = numbered("Sheet", [(name, as_markdown(rows)) for name, rows in sheets.items()])
    return Reading(text, notes, media_type="text/markdown")


def _stacked(sheets: dict[str, list[list[str]]]) -> list[list[str]]:
    if len(sheets) == 1:
        return next(iter(sheets.values()))
    heads = [rows[0] for rows in sheets.values()]
    return [["sheet", *heads[0]], *([name, *row] for name, rows in sheets.items() for row in rows[1:])]


def _cell(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return repr(round(value, 12))
        case datetime():
            return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
        case date() | time() | timedelta():
            return str(value)
    return " ".join(str(value if value is not None else "").split())


def _check_size(path: Path, label: str) -> None:
    """Refuse a zipped workbook that unpacks to too much, before calamine unpacks it."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as members:
        if sum(member.file_size for member in members.infolist()) > 4 * MOST_UNPACKED:
            raise input_too_large(
                f"{label} unpacks to more than {4 * MOST_UNPACKED:,} bytes", hint="Save the sheet as CSV."
            )


def _check_formulas(path: Path, label: str) -> None:
    """Refuse formulas without a value, as some programs write them: they would be read as empty cells."""
    if not zipfile.is_zipfile(path):
        return
    with opened(path, label, "a workbook") as parts:
        stale = "xl/workbook.xml" in parts.names and _computes_when_opened(parts)
        for name in sorted(parts.names):
            if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
                continue
            data = parts.bytes(name)
            if b"<f" not in data:
                continue
            for cell in (each for each in parts.xml(name).iter() if local(each) == "c"):
                inner = {local(part): part.text or "" for part in cell}
                if "f" in inner and inner.get("v", "") in (("", "0") if stale else ("",)) and "is" not in inner:
                    raise input_error(
                        f"{label} has formulas that were never computed, e.g. in cell {cell.get('r')}",
                        hint="Open it in a spreadsheet program, and save it.",
                    )


def _hidden_parts(path: Path, label: str) -> Iterator[str]:
    """How many rows and columns are hidden, by hand or by a filter, and read all the same."""
    if not zipfile.is_zipfile(path):
        return
    with opened(path, label, "a workbook") as parts:
        sheets = [name for name in parts.names if _SHEET.fullmatch(name)]
        data = b"".join(parts.bytes(name) for name in sheets)
        if count := len(_HIDDEN.findall(data)):
            yield f"rows or columns are hidden in it ({count}), and are read too"


def _computes_when_opened(parts: Archive) -> bool:
    """Whether the program that wrote a workbook left its formulas to others; it writes 0 as their values then."""
    marks = [each.get("fullCalcOnLoad") for each in parts.xml("xl/workbook.xml").iter() if local(each) == "calcPr"]
    return any(mark in ("1", "true") for mark in marks)


def parquet_table(path: Path, label: str) -> Reading:
    """The rows of a Parquet file; lists and structures in cells as JSON."""
    import duckdb

    try:
        with duckdb.connect(config={"threads": 1}) as engine:
            engine.execute("SET allowed_paths = $1", [[str(path)]])
            engine.execute("SET enable_external_access = false")
            found = engine.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [str(column[0]) for column in found.description or ()]
            if not names:
                raise unreadable(label, "a Parquet file", "it has no columns")
            rows = found.fetchall()
    except duckdb.Error as error:
        raise unreadable(label, "a Parquet file", str(error).partition("\n")[0]) from None
    return _as_csv([names, *([_cell(cell) for cell in row] for row in rows)])


def _as_csv(rows: Iterable[Row], notes: tuple[str, ...] = ()) -> Reading:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return Reading(written.getvalue(), notes, "table", "text/csv")
