"""`rows`: boxes, labels and tables as dictionaries, for the experts that count, filter and compare them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...graph.call import Material
from ...graph.errors import input_too_large
from ...graph.untrusted_json import InvalidJson, read_untrusted_json
from .csv_records import MEDIA_TYPES, check_quotes, read_records
from .table_body import table_body

Row = dict[str, Any]
MAX_MEMBERS = 1_000_000
"""Objects and lists in one JSON text: about 200 bytes of memory each, though written in a few."""


def rows(material: Material) -> list[Row] | None:
    """The rows of boxes, labels or a table; None for plain text."""
    text = material.text()
    if material.resource.media_type in MEDIA_TYPES:
        return _table_rows(text, material.resource.label, material.resource.media_type)
    if not text.lstrip().startswith("["):
        return None
    if text.count("{") + text.count("[") > MAX_MEMBERS:
        raise input_too_large(
            f"{material.resource.label} has more than {MAX_MEMBERS:,} members", hint="Cut it into smaller lists."
        )
    try:
        read = read_untrusted_json(text)
    except InvalidJson:
        return None
    return read if isinstance(read, list) and all(isinstance(row, dict) for row in read) else None


def _table_rows(text: str, label: str, media_type: str) -> list[Row]:
    check_quotes(text, label, media_type)
    read = read_records(text, label, media_type)
    first, records = table_body(list(read), label)
    names = distinct_names(first)
    empty: Row = dict.fromkeys(names)
    return [empty | dict(zip(names, record, strict=False)) | _unnamed_cells(names, record) for record in records]


def distinct_names(names: Sequence[str]) -> list[str]:
    """The names of columns; a second one of the same name is numbered."""
    known = Counter[str]()
    made = list[str]()
    for name in names:
        known[name] += 1
        made.append(name if known[name] == 1 or not name else f"{name} ({known[name]})")
    return made


def _unnamed_cells(names: list[str], record: list[str]) -> Row:
    """Cells beyond the named columns, under an empty name."""
    return {"": ", ".join(record[len(names) :])} if len(record) > len(names) else {}


def nonblank_lines(material: Material) -> list[str]:
    """The lines of a text that are not blank."""
    return [line for line in material.text().splitlines() if line.strip()]


def row_text(row: Row) -> str:
    """A row's text: its label or entity group; of a table all its values."""
    label = row.get("label", row.get("entity_group"))
    return str(label) if label is not None else ", ".join(str(value) for value in row.values())


def has_label(row: Row, label: str) -> bool:
    """Whether a row has that label, or that value in a table; `faces` and `Face` both match `face`."""
    singular = _singular(label)
    values = [row.get("label"), row.get("entity_group")] if {"label", "entity_group"} & set(row) else list(row.values())
    return any(_singular(str(value)) == singular for value in values if value is not None)


def _singular(word: str) -> str:
    word = word.strip().lower()
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
