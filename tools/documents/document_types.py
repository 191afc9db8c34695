"""`type_of_text`, `type_of_zip`, `is_drawing`: which document a file is, by how it begins and by its name."""

import io
import re
import zipfile
import zlib
from contextlib import suppress
from typing import Final

from ...graph.mentions import kind_of_name

_HTML = r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b"
_HEADER = r"(?=[^\n]*:)(?:(?!\r?\n\r?\n).)*?^(?:message-id|mime-version|received|return-path): "
_BY_BEGINNING = (
    ("text/calendar", re.compile(r"BEGIN:VCALENDAR\s", re.IGNORECASE)),
    ("text/vcard", re.compile(r"BEGIN:VCARD\s", re.IGNORECASE)),
    ("text/vtt", re.compile(r"WEBVTT\b")),
    ("text/x-ssa", re.compile(r"\[Script Info\]", re.IGNORECASE)),
    ("application/rtf", re.compile(r"\{\\rtf")),
    ("text/html", re.compile(_HTML, re.IGNORECASE | re.DOTALL)),
    ("application/x-subrip", re.compile(r"1\s*\r?\n\d{1,2}:\d{2}:\d{2},\d{3} --> ")),
    ("application/mbox", re.compile(r"From \S+.*\d{4}\r?\n[\w-]+: ")),
    ("message/rfc822", re.compile(_HEADER, re.IGNORECASE | re.DOTALL | re.MULTILINE)),
)
BY_NAME = frozenset(
    ("text/html", "application/xhtml+xml", "message/rfc822", "application/mbox", "application/x-ipynb+json",
     "application/x-subrip", "text/vtt", "text/x-ssa", "application/json", "application/xml", "text/calendar", "text/vcard")
)  # fmt: skip
"""Types that a text may have by its name alone."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
READERS: Final = {
    "text/html": "html:page_text",
    "application/xhtml+xml": "html:page_text",
    f"{_OFFICE}.wordprocessingml.document": "office:word_text",
    f"{_OFFICE}.presentationml.presentation": "office:slides_text",
    f"{_OFFICE}.spreadsheetml.sheet": "spreadsheets:workbook_table",
    "application/vnd.ms-excel": "spreadsheets:workbook_table",
    f"{_OPEN}.text": "office:open_document_text",
    f"{_OPEN}.presentation": "office:open_document_text",
    f"{_OPEN}.spreadsheet": "spreadsheets:workbook_table",
    "application/vnd.apache.parquet": "spreadsheets:parquet_table",
    "application/epub+zip": "office:book_text",
    "application/rtf": "plain_forms:rich_text",
    "message/rfc822": "mail:mail_text",
    "application/vnd.ms-outlook": "outlook:outlook_text",
    "application/mbox": "mail:mailbox_text",
    "text/calendar": "cards:cards_text",
    "text/vcard": "cards:cards_text",
    "application/x-ipynb+json": "plain_forms:notebook_text",
    **dict.fromkeys(("application/x-subrip", "text/vtt", "text/x-ssa"), "subtitles:subtitles_text"),
    "application/json": "json_form:json_text",
    "application/xml": "plain_forms:xml_text",
    "image/svg+xml": "drawings:drawing_text",
}
"""Of each document the function that reads it, as `module:function` in this folder; only a worker imports it."""
_ZIPPED = {
    "word/document.xml": f"{_OFFICE}.wordprocessingml.document",
    "ppt/presentation.xml": f"{_OFFICE}.presentationml.presentation",
    "xl/workbook.xml": f"{_OFFICE}.spreadsheetml.sheet",
    "xl/workbook.bin": f"{_OFFICE}.spreadsheetml.sheet",
}
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s+svg[^>]*>\s*)?<svg[\s>]", re.DOTALL)
SNIFFED = 4096
"""Characters in which a document shows what it is."""


def is_drawing(data: bytes) -> bool:
    """Whether bytes begin as SVG does."""
    return _SVG.match(data) is not None


def type_of_text(text: str, name: str) -> str | None:
    """The media type of a text that is more than plain text; None for plain text and tables."""
    start = text[:SNIFFED].lstrip()
    for media_type, form in _BY_BEGINNING:
        if form.match(start):
            return media_type
    claimed = kind_of_name(name)[1]
    return claimed if claimed in BY_NAME else None


def type_of_zip(data: bytes) -> str | None:
    """The media type of a zipped document, by its list of members; nothing is unpacked but the one that names the type."""
    faults = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
    with suppress(*faults), zipfile.ZipFile(io.BytesIO(data)) as members:
        names = set(members.namelist())
        if found := next((media_type for member, media_type in _ZIPPED.items() if member in names), None):
            return found
        if "mimetype" in names:
            with members.open("mimetype") as file:
                declared = file.read(200).decode("ascii", "replace").strip()
            return declared if declared in READERS else None
    return None
