"""Rows: boxes, labels and tables in their canonical form, for the experts that count and compare them."""

import csv
from typing import Any

from ...graph.call import Material
from ...graph.errors import ExpertError
from ...graph.untrusted_json import InvalidJson, read_untrusted_json
from .csv_records import records

Row = dict[str, Any]
MOST_MEMBERS = 1_000_000
"""Objects and lists of one JSON text: about 200 bytes each, however few it takes to write them."""


def rows(material: Material) -> list[Row] | None:
    """The rows of boxes, labels or a table; None for plain text."""
    text = material.text()
    if material.resource.media_type in ("text/csv", "text/tab-separated-values"):
        tabs = material.resource.media_type == "text/tab-separated-values"
        return _of_table(text, material.resource.label, csv.excel_tab if tabs else _dialect(text))
    if not text.lstrip().startswith("["):
        return None
    if text.count("{") + text.count("[") > MOST_MEMBERS:
        raise ExpertError(
            f"{material.resource.label} has more than {MOST_MEMBERS:,} members",
            hint="Cut it into smaller lists.",
            kind="too_large",
            input_fault=True,
        )
    try:
        read = read_untrusted_json(text)
    except InvalidJson:
        return None
    return read if isinstance(read, list) and all(isinstance(row, dict) for row in read) else None


def _of_table(text: str, label: str, dialect: csv.Dialect | type[csv.Dialect]) -> list[Row]:
    """Each row by the names in the first one; cells that it lacks are None."""
    read = records(text, label, dialect)
    names = next(read, [])
    empty: Row = dict.fromkeys(names)
    return [empty | dict(zip(names, record, strict=False)) | _beyond(names, record) for record in read if record]


def _beyond(names: list[str], record: list[str]) -> Row:
    """Cells without a name."""
    return {"": ", ".join(record[len(names) :])} if len(record) > len(names) else {}


def _dialect(text: str) -> type[csv.Dialect] | csv.Dialect:
    """Commas, semicolons or tabs, told by the first lines."""
    try:
        return csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        return csv.excel


def lines(material: Material) -> list[str]:
    """The lines of a text that hold anything."""
    return [line for line in material.text().splitlines() if line.strip()]


def name(row: Row) -> str:
    """What a row says: its label or entity group; of a table all its values."""
    label = row.get("label", row.get("entity_group"))
    return str(label) if label is not None else ", ".join(str(value) for value in row.values())


def is_called(row: Row, label: str) -> bool:
    """Whether a row has that label: `faces` and `Face` both name `face`, and a value of a table counts too."""
    wanted = _singular(label)
    values = [row.get("label"), row.get("entity_group")] if {"label", "entity_group"} & set(row) else list(row.values())
    return any(_singular(str(value)) == wanted for value in values if value is not None)


def _singular(word: str) -> str:
    word = word.strip().lower()
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
