"""Rows: boxes, labels and tables in their canonical form, for the experts that count and compare them."""

import csv
import io
from typing import Any

from ...graph.call import Material
from ...graph.outside import OddJson, read_json

Row = dict[str, Any]


def rows(material: Material) -> list[Row] | None:
    """The rows of boxes, labels or a table; None for plain text."""
    text = material.text()
    if material.resource.media_type == "text/csv":
        return _table(text)
    if not text.lstrip().startswith("["):
        return None
    try:
        read = read_json(text)
    except OddJson:
        return None
    return read if isinstance(read, list) and all(isinstance(row, dict) for row in read) else None


def _table(text: str) -> list[Row] | None:
    """None where it is no table: a cell of more than 131,072 characters, say."""
    try:
        return list(csv.DictReader(io.StringIO(text), dialect=_dialect(text)))
    except csv.Error:
        return None


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
