"""document-to-text: the text of a PDF, from its text layer; scanned pages are read like pictures."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from ....graph.call import Artifact, Call, Material
from ....graph.errors import ExpertError
from ....graph.resource import Resource
from ...media.pages import drawn, pages, text_of
from ...media.pictures import image_artifact
from .registry import expert


@expert(
    "document-to-text",
    name="pdf-text",
    description="takes the text out of a PDF; scanned pages are read by OCR",
    library="pypdfium2",
    requires=("pypdfium2", "PIL"),
)
def document_to_text(call: Call) -> Sequence[Artifact]:
    """The pages one after another, a blank line between them. Raises `ExpertError` when there is no text at all."""
    text = whole_text(call, call.one("document"))
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]


def whole_text(call: Call, document: Material) -> str:
    """The text of all pages that the task asks for. Raises `ExpertError` (input fault) when there is none."""
    texts = [text_of(page) or _read(call, page) for page in pages(call, document)]
    whole = "\n\n".join(text for text in texts if text)
    if not whole:
        raise ExpertError(f"{document.resource.label} has no text that can be read", input_fault=True)
    return whole


def _read(call: Call, page: Any) -> str:
    """The printed text of a page without a text layer; empty for an empty page, or without OCR here."""
    if find_spec("rapidocr") is None:
        return ""
    from .ocr import read_page

    path = image_artifact(call, drawn(page), "image", "scan").path
    assert path is not None
    picture = Material(resource=Resource(kind="image", media_type="image/png"), path=path)
    try:
        return "\n".join(read_page(picture))
    except ExpertError:  # nothing printed on it
        return ""
    finally:
        path.unlink(missing_ok=True)
