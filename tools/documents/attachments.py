"""`read_attachment`: the text of a file that stands within another (an attachment of an e-mail), by its bytes and name."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from ...graph.errors import ExpertError
from ...graph.mentions import kind_of_name
from ..media.csv_records import read_records
from .document_types import READERS, type_of_text, type_of_zip
from .encodings import decoded
from .marked_up import as_markdown
from .reading import Reading, joined

MOST_PAGES = 200
_ARCHIVE, _WORKBOOK = b"PK", "application/vnd.ms-excel"
_TABLES = ("text/csv", "text/tab-separated-values")


def read_attachment(data: bytes, name: str, folder: Path) -> Reading | None:
    """Its text, tables as Markdown; None for a picture, a recording, a scan, and what can't be read.

    `folder`: where a file may be written for the reader.
    """
    try:
        found = _pdf(data, name) if data.startswith(b"%PDF-") else _document(data, name, folder)
    except ExpertError:
        return None
    return found if found is not None and found.text.strip() else None


def _document(data: bytes, name: str, folder: Path) -> Reading | None:
    kind, media_type = kind_of_name(name)
    if kind in ("image", "audio", "video"):
        return None
    read = None if data.startswith(_ARCHIVE) else decoded(data)
    if data.startswith(_ARCHIVE):
        known = type_of_zip(data)
    elif read is not None:
        known = type_of_text(read.text, name)
    else:
        known = media_type if media_type == _WORKBOOK else None
    if known in READERS:
        return _by_reader(data, known, name, folder)
    if read is None or not read.certain:
        return None
    if media_type in _TABLES:
        return Reading(as_markdown(list(read_records(read.text, name, media_type))))
    return Reading(read.text)


def _by_reader(data: bytes, media_type: str, name: str, folder: Path) -> Reading:
    from .readers import read  # here: its readers read attachments

    with TemporaryDirectory(dir=folder) as inner:
        path = Path(inner) / "attachment"
        path.write_bytes(data)
        found = read(path, media_type, name)
    if found.kind == "table":
        rows = list(csv.reader(io.StringIO(found.text)))
        return found._replace(text=as_markdown(rows), kind="text", media_type="text/markdown")
    return found


def _pdf(data: bytes, name: str) -> Reading | None:
    """The text layer; None for one with a page that has none, which would have to be read by OCR."""
    import pypdfium2

    from ..media.pdf_text import text_layer

    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) > MOST_PAGES:
            return None
        document.init_forms()
        texts = [text_layer(page, name) for page in document]
    except pypdfium2.PdfiumError:
        return None
    return Reading(joined(texts)) if texts and all(texts) else None
