"""Texts that are marked up for programs, as people read them: notebooks, subtitles, JSON, XML, RTF."""

import json
import re
from pathlib import Path
from typing import Any

from ...graph.untrusted_json import InvalidJson, read_untrusted_json
from .archive import xml_tree
from .encodings import decoded
from .forms import local
from .html import html_text
from .reading import Reading, joined, unreadable

_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->.*$")
_HIDDEN_IN_RTF = re.compile(r"\{\\v(?![0-9a-z])[^{}]*\}")
"""Groups of hidden text, which striprtf reads."""
_NUMBER = re.compile(r"^\s*\d+\s*$")
_TAG = re.compile(r"</?[a-z][^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)


def _decoded(path: Path, label: str, what: str) -> str:
    read = decoded(path.read_bytes())
    if read is None:
        raise unreadable(label, what, "it is no text")
    return read.text


def _json(path: Path, label: str, what: str) -> Any:
    try:
        return read_untrusted_json(_decoded(path, label, what))
    except InvalidJson as error:
        raise unreadable(label, what, error) from None


def notebook_text(path: Path, label: str) -> Reading:
    """A Jupyter notebook: its texts, code, and the texts that the code printed; pictures are named."""
    book = _json(path, label, "a notebook")
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        raise unreadable(label, "a notebook", "it has no cells")
    blocks, pictures = list[str](), 0
    for cell in (cell for cell in cells if isinstance(cell, dict)):
        blocks.append(_lines(cell.get("source")))
        for output in (each for each in cell.get("outputs") or () if isinstance(each, dict)):
            data: dict[str, Any] = output["data"] if isinstance(output.get("data"), dict) else {}
            pictures += any(key.startswith("image/") for key in data)
            table = html_text(_lines(data.get("text/html"))) if data.get("text/html") else ""
            blocks.append(table or _lines(output.get("text") or data.get("text/markdown") or data.get("text/plain")))
    if not joined(blocks):
        raise unreadable(label, "a notebook", "its cells are empty")
    return Reading(joined(blocks), (f"its {pictures} pictures are not read",) if pictures else ())


def _lines(source: Any) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def subtitles_text(path: Path, label: str) -> Reading:
    """What is said in subtitles (SubRip, WebVTT), without numbers, times and tags; a line that stays is read once."""
    said = list[str]()
    for block in re.split(r"\n\s*\n", _decoded(path, label, "subtitles").replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines) if _TIMES.match(line)), None)
        if at is not None:
            spoken = [_TAG.sub("", line).strip() for line in lines[at + 1 :]]
            said += [line for line in spoken if line and line != (said[-1] if said else "")]
    if not said:
        raise unreadable(label, "subtitles", "no line has a time")
    return Reading("\n".join(said))


def json_text(path: Path, label: str) -> Reading:
    """A JSON value as lines `path: value`; a list of objects, of JSON Lines too, stays one: a table if they are flat."""
    text = _decoded(path, label, "JSON")
    try:
        value = read_untrusted_json(text)
    except InvalidJson as error:
        value = _json_lines(text, label, error)
    value = _as_rows(value)
    if isinstance(value, list) and value and all(isinstance(row, dict) and row for row in value):
        flat = not any(isinstance(cell, list | dict) for row in value for cell in row.values())
        kept = json.dumps(value, ensure_ascii=False)
        return Reading(kept, kind="table" if flat else "text", media_type="application/json")
    return Reading("\n".join(_described(value)))


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


def xml_text(path: Path, label: str) -> Reading:
    """The elements of an XML file as lines `name: value`, attributes too."""
    lines = list[str]()

    def walk(element: Any, depth: int) -> None:
        name, pad = local(element), "  " * depth
        if not name:
            return
        attributes = [f"{key.rpartition('}')[2]} {value}" for key, value in element.attrib.items()]
        own = " ".join(" ".join([element.text or "", *(child.tail or "" for child in element)]).split())
        shown = ", ".join([*attributes, *([own] if own else [])])
        lines.append(f"{pad}{name}: {shown}".rstrip(": "))
        for child in element:
            walk(child, depth + 1)

    walk(xml_tree(path.read_bytes(), label, "XML"), 0)
    return Reading("\n".join(lines))


def rich_text(path: Path, label: str) -> Reading:
    """An RTF document, by striprtf."""
    from striprtf.striprtf import rtf_to_text

    try:
        text = rtf_to_text(_HIDDEN_IN_RTF.sub("", path.read_bytes().decode("latin-1")), errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError) as error:
        raise unreadable(label, "an RTF document", error) from None
    if not text.strip():
        raise unreadable(label, "an RTF document", "there is no text in it")
    return Reading(text.strip())
