"""document-to-text: the text of a PDF, from its text layer; scanned pages are read by OCR."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from .....graph.call import Artifact, Call, Material
from .....graph.caveats import caveat
from .....graph.errors import input_error
from ....media.pdf_pages import pages, render_page
from ....media.pdf_text import is_mostly_picture, pictures_on, text_layer
from ..registry import expert


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


def whole_text(call: Call, document: Material) -> tuple[str, str]:
    """The text of all pages that the task asks for, and a note about its quality. `ExpertError` (input fault) for none."""
    texts, scanned = page_texts(call, document)
    return "\n\n".join(text for text in texts if text), _note(scanned, len(texts))


def page_texts(call: Call, document: Material) -> tuple[list[str], int]:
    """The text of each page that the task asks for, and how many are scans. `ExpertError` (input fault) for none at all."""
    texts, scanned, pictures = list[str](), 0, 0
    for page in pages(call, document):
        label = document.resource.label
        text = text_layer(page, label)
        drawn = _read(page, label) if not text or is_mostly_picture(page, text) else ""
        scanned += len(drawn) > len(text)
        texts.append(max(text, drawn, key=len))
        pictures += 0 if len(drawn) > len(text) else pictures_on(page)
    if not any(texts):
        raise input_error(f"{document.resource.label} has no text that can be read")
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
