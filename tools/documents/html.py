"""`page_text`, `html_text`: what a page shows, by lxml: no scripts, styles, comments or hidden parts."""

import re
from pathlib import Path

from .encodings import decoded
from .forms import HTML
from .marked_up import text_of
from .page_styles import apply_styles
from .reading import Reading, unreadable

_DECLARED = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]+encoding=["']([\w-]+)""", re.IGNORECASE)


def page_text(path: Path, label: str) -> Reading:
    """A page of HTML."""
    text, unread = _shown(path.read_bytes())
    if not text.strip():
        raise unreadable(label, "a page", "it shows no text", "Where scripts write it, save the page as PDF.")
    notes = (f"its styles may hide parts that are read ({', '.join(unread[:3])})",) if unread else ()
    return Reading(text, notes)


def html_text(data: bytes | str) -> str:
    """The visible text of a page; empty where it shows none."""
    return _shown(data)[0]


def _shown(data: bytes | str) -> tuple[str, list[str]]:
    """The visible text, and the selectors of styles that may hide more."""
    from lxml import etree
    from lxml import html as parser

    text = data if isinstance(data, str) else _text(data)
    text = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text)
    try:
        root = parser.document_fromstring(text)
    except (etree.ParserError, ValueError):  # nothing but white space or comments
        return "", []
    unread = apply_styles(root)
    return text_of(root, HTML), unread


def _text(data: bytes) -> str:
    """By what the page declares, else as any other text."""
    if data[:4].startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or not (match := _DECLARED.search(data[:4096])):
        read = decoded(data)
        return read.text if read else data.decode("utf-8", "replace")
    try:
        return data.decode((match[1] or match[2]).decode(), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
