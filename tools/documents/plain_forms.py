"""Texts that are marked up for programs, as people read them: notebooks, JSON, XML, RTF."""

import re
from pathlib import Path
from typing import Any

from ...graph.untrusted_json import InvalidJson, read_untrusted_json
from .archive import xml_tree
from .encodings import decoded
from .forms import local
from .html import html_text
from .json_form import values_read
from .marked_up import table_text
from .reading import Reading, as_accepted, joined, unreadable

_HIDDEN_IN_RTF = re.compile(r"\{(?:\\[a-z]+-?\d*\s?)*?\\(?:v|deleted)(?![0-9a-z])[^{}]*\}")
"""Groups of hidden text, and of text that was deleted while changes were tracked; striprtf reads both."""
_CHANGED_IN_RTF = re.compile(r"\\(?:revised|deleted)(?![0-9a-z])")
_OWN = "text"
"""The name of what an element says beside its attributes and inner elements."""


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


def xml_text(path: Path, label: str) -> Reading:
    """The elements of an XML file as JSON of the same form is read: repeated ones as a table, others as lines."""
    root = xml_tree(path.read_bytes(), label, "XML")
    value = _element(root)
    inner = list(value.values()) if isinstance(value, dict) else []
    if len(inner) == 1 and isinstance(inner[0], list):  # the root only holds the rows of one table
        return values_read(inner[0])
    return values_read({local(root): value})


def _element(element: Any) -> Any:
    """An element as JSON has it: its attributes and elements by name, several of a name as a list; a text alone as it is."""
    made: dict[str, list[Any]] = {key.rpartition("}")[2]: [value] for key, value in element.attrib.items()}
    running = any((child.tail or "").strip() for child in element)  # elements within a sentence
    own = " ".join(("".join(element.itertext()) if running else element.text or "").split())
    for child in element:
        if (name := local(child)) and not (running and isinstance(_element(child), str)):
            made.setdefault(name, []).append(_element(child))
    if not made:
        return own
    if own:
        made[_OWN] = [own]
    return {name: values[0] if len(values) == 1 else values for name, values in made.items()}


def rich_text(path: Path, label: str) -> Reading:
    """An RTF document, by striprtf."""
    from striprtf.striprtf import rtf_to_text

    try:
        source = path.read_bytes().decode("latin-1")
        text = rtf_to_text(_HIDDEN_IN_RTF.sub("", source), errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError) as error:
        raise unreadable(label, "an RTF document", error) from None
    if not text.strip():
        raise unreadable(label, "an RTF document", "there is no text in it")
    return Reading(_with_rtf_tables(text.strip()), as_accepted(len(_CHANGED_IN_RTF.findall(source))))


def _with_rtf_tables(text: str) -> str:
    """The rows that striprtf writes as `cell|cell|` as tables; a row of one cell as its text."""
    blocks, rows = list[str](), list[list[str]]()
    for line in [*text.split("\n"), ""]:
        if line.rstrip().endswith("|"):
            rows.append([cell.strip() for cell in line.rstrip()[:-1].split("|")])
            continue
        if filled := [row for row in rows if any(row)]:
            tabular = len(filled) > 1 and max(map(len, filled)) > 1
            blocks += ["", table_text(filled) if tabular else "\n".join(" ".join(row).strip() for row in filled), ""]
        rows = []
        blocks.append(line)
    return "\n".join(blocks).strip("\n")
