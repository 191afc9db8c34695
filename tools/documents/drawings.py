"""`drawing_text`: the words of a vector drawing (SVG), without what is not drawn; its shapes are not read."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .archive import xml_tree
from .forms import local
from .reading import Reading, unreadable

_NOT_DRAWN = frozenset(
    ("defs", "symbol", "clipPath", "mask", "pattern", "marker", "metadata", "title", "desc", "style")
)
_HIDES = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:fill-)?opacity\s*:\s*0(?:\.0*)?\s*(?:;|$))"
)
_ATTRIBUTES = {"display": ("none",), "visibility": ("hidden", "collapse"), "opacity": ("0",), "fill-opacity": ("0",)}


def drawing_text(path: Path, label: str) -> Reading:
    """Its texts in the order in which they are drawn, a line each. Raises `ExpertError` (input fault) for none."""
    root = xml_tree(path.read_bytes(), label, "a vector drawing")
    lines = [" ".join(line.split()) for text in _drawn(root) for line in _lines(text).split("\n")]
    if not any(lines):
        raise unreadable(label, "a vector drawing (SVG)", "it has no text", "Save it as PNG to have its shapes read.")
    return Reading("\n".join(filter(None, lines)), ("of a vector drawing its text is read, and not its shapes",))


def _drawn(element: Any) -> Iterator[Any]:
    if not local(element) or local(element) in _NOT_DRAWN or _is_hidden(element):
        return
    if local(element) == "text":
        yield element
        return
    for child in element:
        yield from _drawn(child)


def _is_hidden(element: Any) -> bool:
    named = any((element.get(name) or "").strip() in values for name, values in _ATTRIBUTES.items())
    return named or _HIDES.search(element.get("style") or "") is not None


def _lines(element: Any) -> str:
    """The text of an element; a part that is placed at a height of its own begins a line."""
    text = element.text or ""
    for child in element:
        if local(child) and local(child) not in _NOT_DRAWN and not _is_hidden(child):
            apart = local(child) == "tspan" and any(child.get(name) for name in ("y", "dy"))
            text += ("\n" if apart else "") + _lines(child)
        text += child.tail or ""
    return text
