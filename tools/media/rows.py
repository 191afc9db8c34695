"""`rows`: boxes, labels and tables as dictionaries, for the experts that count, filter and compare them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...graph.call import Material
from ...graph.caveats import caveat, lacks
from ...graph.errors import input_too_large
from ...graph.untrusted_json import InvalidJson, read_untrusted_json
from .csv_records import MEDIA_TYPES, MOST_TITLES, read_records

Row = dict[str, Any]
MOST_SHOWN = 120
"""Characters of a row in a message."""
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
    read = read_records(text, label, media_type)
    first = next(read, [])
    records = _without_remarks(list(read), len(first), label)
    if records and all(len(record) == len(first) + 1 and record[-1].strip() for record in records):
        first = ["", *first]  # the names of the rows have none, as R writes tables
    names = distinct_names(first)
    _say_ragged(records, len(names), label)
    empty: Row = dict.fromkeys(names)
    return [empty | dict(zip(names, record, strict=False)) | _unnamed_cells(names, record) for record in records]


def _without_remarks(records: list[list[str]], columns: int, label: str) -> list[list[str]]:
    """The records without remarks below the table (`Source: ...`), which are said."""
    below = list[str]()
    while len(records) > 1 and len(below) < MOST_TITLES and is_remark(records[-1], columns):
        below.append(records.pop()[0].strip())
    if below:
        caveat(f"what stands below the table of {label} is no row of it: {'; '.join(reversed(below))}")
    return records


def is_remark(record: Sequence[str], columns: int) -> bool:
    """Whether a last record is a remark: only its first cell is there, or filled with a sentence or `Source: ...`."""
    if columns < 2 or not record[0].strip() or any(map(str.strip, record[1:])):
        return False
    words = record[0].split()
    return len(record) == 1 or (columns > 2 and (len(words) > 3 or words[0].endswith(":")))


def _say_ragged(records: Sequence[Sequence[str]], columns: int, label: str) -> None:
    """Says that rows have more cells than there are columns, which may be under wrong names then, or fewer."""
    longer = [record for record in records if any(map(str.strip, record[columns:]))]
    if longer:
        lacks(
            f"{len(longer)} of {len(records)} rows of {label} have more cells than its {columns} columns, which may stand"
            f" under wrong names: {', '.join(longer[0])[:MOST_SHOWN]}"
        )
    if shorter := sum(len(record) < columns for record in records):
        caveat(f"{shorter} of {len(records)} rows of {label} have fewer cells than its {columns} columns")


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
