"""document-to-text: the text of a PDF, from its text layer; scanned pages are read by OCR."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from .....graph.call import Artifact, Call, Material
from .....graph.caveats import caveat
from .....graph.errors import input_error
from ....media.pdf_pages import pages, render_page
from ....media.pdf_text import is_mostly_picture, pictures_on, read_layer
from ....media.reading_order import TextBox
from ..registry import expert

MOST_COMPARED = 20
"""Pages that are read by OCR though a hidden text lies over their picture; it may be wrong, and OCR takes seconds a page."""


@expert(
    "document-to-text",
    name="pdf-text",
    description="extracts the text of a PDF; scanned pages are read by OCR",
    library="pypdfium2",
    requires=("pypdfium2", "PIL"),
)
def document_to_text(call: Call) -> Sequence[Artifact]:
    """The pages one after another, a blank line between them. Raises `ExpertError` when there is no text at all."""
    texts, scanned = page_texts(call, call.one("document"))
    made = [_artifact("text", "\n\n".join(text for text in texts if text), _note(scanned, len(texts)))]
    each = texts if call.task.parameters.get("each_page") else ()
    return [*made, *(_artifact("pages", text or "(a page without text)", "") for text in each)]


def _artifact(output: str, text: str, note: str) -> Artifact:
    return Artifact(output=output, kind="text", media_type="text/plain", text=text, note=note)


class WholeText(NamedTuple):
    """The text of all pages that a task asks for."""

    text: str
    note: str
    """About its quality."""
    pieces: list[Sequence[TextBox]]
    """Of each page where its text stands; none where some page is a scan."""


def whole_text(call: Call, document: Material) -> WholeText:
    """The text of all pages that the task asks for. `ExpertError` (input fault) for none."""
    pieces = list[Sequence[TextBox]]()
    texts, scanned = page_texts(call, document, pieces)
    return WholeText(
        "\n\n".join(text for text in texts if text),
        _note(scanned, len(texts)),
        pieces if len(pieces) == len(texts) else [],
    )


def page_texts(call: Call, document: Material, pieces: list[Sequence[TextBox]] | None = None) -> tuple[list[str], int]:
    """The text of each page that the task asks for, and how many are scans. `ExpertError` (input fault) for none at all.

    `pieces` receives those of each page with a text layer.
    """
    texts, scanned, pictures, trusted = list[str](), 0, 0, 0
    for page in pages(call, document):
        label = document.resource.label
        layer = read_layer(page, label)
        text = "" if layer.hidden and scanned < MOST_COMPARED else layer.text
        drawn = _read(page, label) if not text or is_mostly_picture(page, text) else ""
        scanned += len(drawn) > len(text)
        trusted += layer.hidden and not drawn
        texts.append(max(text, drawn, key=len) or layer.text)
        if pieces is not None and texts[-1] == text:
            pieces.append(layer.pieces)
        pictures += 0 if len(drawn) > len(text) else pictures_on(page)
    if not any(texts):
        raise input_error(f"{document.resource.label} has no text that can be read")
    if trusted:
        caveat(
            f"the text of {trusted} pages of {label} lies hidden behind their pictures, and was not compared with them"
        )
    if pictures:
        caveat(f"{document.resource.label}: the pictures between its text are not read ({pictures})")
    return texts, scanned


def _note(scanned: int, pages: int) -> str:
    if not scanned:
        return ""
    which = "the page is a picture" if pages == 1 else f"{scanned} of {pages} pages are pictures"
    return f"{which}, read by OCR, which may be wrong in places"


def _read(page: Any, label: str) -> str:
    if find_spec("rapidocr") is None:
        return ""
    from ..ocr import read_lines

    return "\n".join(read_lines(render_page(page, label)))
