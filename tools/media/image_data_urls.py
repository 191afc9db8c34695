"""Shown: what a chat model that sees is given of an input: a picture as it is, a document page by page."""

import base64
import io
from collections.abc import Iterator

from ...graph.call import Call, Material
from ...graph.errors import ExpertError
from .pdf_pages import drawn, pages
from .pictures import data_url

MOST_PAGES = 10
"""Pages of one document in one question: about as many as a small context window has room for."""
LONGEST_SIDE = 1600
"""Pixels of a page: 10 point text can be read, and no model takes more without making it smaller."""


def looks(call: Call, material: Material) -> Iterator[str]:
    """Data URLs. Raises `ExpertError` for what can't be looked at, and for a document of too many pages."""
    match material.resource.kind:
        case "image" | "mask":
            yield data_url(material)
        case "document" if material.resource.media_type.startswith("image/"):
            yield data_url(material)
        case "document":
            yield from _page_urls(call, material)
        case "audio" | "video":
            raise ExpertError(f"{call.expert.model_id} can't be shown {material.resource.label}", kind="wrong_task")


def _page_urls(call: Call, material: Material) -> Iterator[str]:
    for number, page in enumerate(pages(call, material)):
        if number == MOST_PAGES:
            raise ExpertError(
                f"{call.expert.model_id} is shown {MOST_PAGES} pages at most, and {material.resource.label} has more",
                hint="Ask about its text, or about the pages that matter.",
                kind="too_large",
            )
        image, buffer = drawn(page, material.resource.label), io.BytesIO()
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        image.save(buffer, "JPEG", quality=90)
        yield f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
