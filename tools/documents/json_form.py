"""`json_text`: JSON and JSON Lines as people read them: a list of objects is a table, else lines `path: value`."""

import json
from pathlib import Path
from typing import Any

from ...graph.untrusted_json import InvalidJson, read_untrusted_json
from .encodings import decoded
from .marked_up import as_markdown
from .reading import Reading, unreadable

LEAST_ROWS = 2
"""Objects of a list within other values that are a table."""


def json_text(path: Path, label: str) -> Reading:
    """A list of objects as a table, inner objects as columns of their own; other values as lines `path: value`."""
    read = decoded(path.read_bytes())
    if read is None:
        raise unreadable(label, "JSON", "it is no text")
    try:
        value = read_untrusted_json(read.text)
    except InvalidJson as error:
        value = _json_lines(read.text, label, error)
    return values_read(_as_rows(value))


def values_read(value: Any) -> Reading:
    """Values of JSON: a list of objects as a table, others as lines, in which inner lists of objects are tables."""
    if _is_rows(value, 1):
        return Reading(json.dumps([_flat(row) for row in value], ensure_ascii=False), (), "table", "application/json")
    return Reading("\n".join(_described(value)))


def _is_rows(value: Any, least: int) -> bool:
    return isinstance(value, list) and len(value) >= least and all(isinstance(row, dict) and row for row in value)


def _flat(row: dict[str, Any], path: str = "") -> dict[str, Any]:
    """A row whose inner objects are columns `customer name`, and inner lists texts."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value:
            made |= _flat(value, f"{path}{name} ")
        elif isinstance(value, list):
            made[f"{path}{name}"] = "; ".join(", ".join(_described(each)) for each in value)
        else:
            made[f"{path}{name}"] = value if not isinstance(value, dict) else None
    return made


def _as_rows(value: Any) -> Any:
    """A table that is written by its columns, as pandas does (`{"a": {"0": 1}}`, `{"columns": [], "data": []}`), as rows."""
    if not isinstance(value, dict):
        return value
    names, data = value.get("columns"), value.get("data")
    if (
        isinstance(names, list)
        and isinstance(data, list)
        and all(isinstance(r, list) and len(r) == len(names) for r in data)
    ):
        return [dict(zip(map(str, names), row, strict=True)) for row in data]
    columns = list(value.values())
    if len(columns) < 2 or not all(isinstance(each, dict) and each for each in columns):
        return value
    numbered = columns[0].keys() == {str(number) for number in range(len(columns[0]))}
    if not numbered or any(each.keys() != columns[0].keys() for each in columns):
        return value
    return [{name: cells[key] for name, cells in value.items()} for key in columns[0]]


def _json_lines(text: str, label: str, error: InvalidJson) -> list[Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith(("{", "[")):
        raise unreadable(label, "JSON", error) from None
    values = list[Any]()
    for number, line in enumerate(lines, start=1):
        try:
            values.append(read_untrusted_json(line))
        except InvalidJson as wrong:
            why = wrong if number > 1 else error
            raise unreadable(label, "JSON", f"line {number}: {why}") from None
    return values


def _described(value: Any, path: str = "") -> list[str]:
    """Each inner value with its path: `order / customer / name: Ada Berg`."""
    if isinstance(value, dict) and value:
        return [line for name, inner in value.items() for line in _described(inner, f"{path} / {name}".lstrip(" /"))]
    if _is_rows(value, LEAST_ROWS):
        return ["", *([path, ""] if path else []), _table(value), ""]
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        each = enumerate(value, start=1)
        return [line for number, inner in each for line in _described(inner, f"{path} {number}".strip())]
    shown = ", ".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)
    return [f"{path}: {shown}" if path else shown]


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case dict() | list():
            return ""
    return str(value)


def _table(rows: list[dict[str, Any]]) -> str:
    """A list of objects as a table of Markdown."""
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    cells = [[" ".join(_scalar(row.get(name, "")).split()) for name in names] for row in flat]
    return as_markdown([names, *cells])
