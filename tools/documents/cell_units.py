"""`cell_units`: the cells of a workbook that show a number in percent or with a currency, or an error; calamine does not."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .archive import Archive, opened, xml_tree
from .forms import attribute, local
from .merged_cells import Corner

_BUILT_IN = frozenset(("9", "10"))
"""Formats of numbers that need no description (ECMA-376, 18.8.30): `0%`, `0.00%`."""
_FORMAT, _STYLE = 44, 47
"""Records of an XLSB ([MS-XLSB] 2.4): BrtFmt, a format of numbers; BrtXF, a style."""
_QUOTED = re.compile(r'"[^"]*"|\\.')
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
_CURRENCY = re.compile(r"\[\$([^\]\-]+)(?:-[0-9A-Fa-f]+)?\]|\"([€$£¥₹]|[A-Z]{3})\"|\\\\?([€$£¥₹])")
Units = dict[Corner, str]
"""By row and column from 0: `%`, a currency as the cell shows it, or the error of a formula (`#DIV/0!`)."""


def cell_units(path: Path, label: str) -> dict[str, Units]:
    """The units of cells, by the name of the sheet; none for XLSB, see `percent_unread`."""
    if not zipfile.is_zipfile(path):
        return _old(path)
    with opened(path, label, "a workbook") as parts:
        if "content.xml" in parts.names:
            sheets = (each for each in parts.xml("content.xml").iter() if local(each) == "table")
            return {attribute(sheet, "name"): dict(_open(sheet)) for sheet in sheets}
        if "xl/workbook.xml" not in parts.names:
            return {}
        styles = _styles(parts)
        related = parts.related("xl/workbook.xml")
        sheets = (each for each in parts.xml("xl/workbook.xml").iter() if local(each) == "sheet")
        named = {sheet.get("name", ""): related.get(attribute(sheet, "id"), ("", ""))[1] for sheet in sheets}
        data = {name: parts.bytes(part) for name, part in named.items() if part in parts.names}
        shown = [b't="e"', *(b's="%s"' % style.encode() for style in styles)]
        return {
            name: dict(_office(xml_tree(sheet, label, "a workbook"), styles))
            for name, sheet in data.items()
            if any(each in sheet for each in shown)
        }


def percent_unread(path: Path, label: str) -> bool:
    """Whether cells of an XLSB may show percent: a style of its cells does, and which cells have it is not read."""
    if not zipfile.is_zipfile(path):
        return False
    with opened(path, label, "a workbook") as parts:
        data = parts.bytes("xl/styles.bin") if "xl/styles.bin" in parts.names else b""
    records = list(_records(data))
    codes = {body[:2]: body[6:].decode("utf-16-le", "replace") for kind, body in records if kind == _FORMAT}
    shown = {number for number, code in codes.items() if "%" in _QUOTED.sub("", code)}
    shown |= {int(number).to_bytes(2, "little") for number in _BUILT_IN}
    return any(kind == _STYLE and body[2:4] in shown for kind, body in records)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part of an XLSB ([MS-XLSB] 2.1.4): their numbers and contents."""
    at = 0
    while at + 1 < len(data):
        kind, at = _varying(data, at, 2)
        size, at = _varying(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _varying(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for place in range(most):
        byte = data[at] if at < len(data) else 0
        at += 1
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            break
    return value, at


def _unit(code: str) -> str:
    """The unit that a format of numbers shows; empty for none."""
    if "%" in _QUOTED.sub("", code):
        return "%"
    match = _CURRENCY.search(code)
    return next(filter(None, match.groups()), "").strip() if match else ""


def _old(path: Path) -> dict[str, Units]:
    """Of an XLS, by xlrd; none where it can't read the file."""
    import xlrd

    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO())
    except Exception:  # a damaged workbook can raise anything; what is wrong with it calamine has said
        return {}
    codes = {key: form.format_str for key, form in book.format_map.items()}
    units = {n: unit for n, style in enumerate(book.xf_list) if (unit := _unit(codes.get(style.format_key, "")))}

    def unit_at(sheet: Any, row: int, column: int) -> str:
        if sheet.cell_type(row, column) == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#ERROR"))
        return units.get(sheet.cell_xf_index(row, column), "")

    return {
        sheet.name: {
            (row, column): unit
            for row in range(sheet.nrows)
            for column in range(sheet.row_len(row))
            if (unit := unit_at(sheet, row, column))
        }
        for sheet in book.sheets()
    }


def _styles(parts: Archive) -> dict[str, str]:
    """The units of the cell styles that have one, by their number."""
    if "xl/styles.xml" not in parts.names:
        return {}
    tree = parts.xml("xl/styles.xml")
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in tree.iter() if local(each) == "numFmt"}
    units = dict.fromkeys(_BUILT_IN, "%") | {number: unit for number, code in codes.items() if (unit := _unit(code))}
    styles = [style for each in tree if local(each) == "cellXfs" for style in each if local(style) == "xf"]
    numbered = ((str(number), units.get(style.get("numFmtId"), "")) for number, style in enumerate(styles))
    return {number: unit for number, unit in numbered if unit}


def _office(sheet: Any, styles: dict[str, str]) -> Iterator[tuple[Corner, str]]:
    for cell in sheet.iter():
        unit = (_error(cell) if cell.get("t") == "e" else styles.get(cell.get("s"), "")) if local(cell) == "c" else ""
        if place := _PLACE.fullmatch(cell.get("r") or "") if unit else None:
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - ord("A") + 1
            yield (int(place[2]) - 1, column - 1), unit


def _error(cell: Any) -> str:
    return next((part.text or "" for part in cell if local(part) == "v"), "")


def _open(sheet: Any) -> Iterator[tuple[Corner, str]]:
    row = 0
    for line in (each for each in sheet.iter() if local(each) == "table-row"):
        column, many = 0, int(attribute(line, "number-rows-repeated") or 1)
        for cell in (each for each in line if local(each) in ("table-cell", "covered-table-cell")):
            wide = int(attribute(cell, "number-columns-repeated") or 1)
            unit = "%" if attribute(cell, "value-type") == "percentage" else attribute(cell, "currency")
            if any(value == "error" for key, value in cell.attrib.items() if key.endswith("}value-type")):
                unit = "".join(cell.itertext()).strip()
            if unit:
                yield from (((row + down, column + right), unit) for down in range(many) for right in range(wide))
            column += wide
        row += many
