"""`image_data_urls`: a picture, or a document page by page, as data URLs for chat models."""

import base64
import io
from collections.abc import Iterator

from ...graph.call import Call, Material
from ...graph.errors import ExpertError
from .pdf_pages import pages, render_page
from .pictures import image_bytes

MAX_PAGES = 10
"""Pages of one document in one question: about as many as fit into a small context window."""
MAX_SIDE = 1600
"""Pixels of a page's longer side: 10 point text is legible, and models shrink larger pictures."""


def image_data_urls(call: Call, material: Material) -> Iterator[str]:
    """Data URLs of a picture or of pages. Raises `ExpertError` for sound, video, and a document of too many pages."""
    kind, media_type = material.resource.kind, material.resource.media_type
    if kind in ("image", "mask") or (kind == "document" and media_type.startswith("image/")):
        yield _data_url("jpeg" if media_type == "image/jpeg" else "png", image_bytes(material))
    elif kind == "document":
        yield from _page_urls(call, material)
    elif kind in ("audio", "video"):
        raise ExpertError(f"{call.expert.model_id} can't see {material.resource.label}", kind="wrong_task")


def _page_urls(call: Call, material: Material) -> Iterator[str]:
    for number, page in enumerate(pages(call, material)):
        if number == MAX_PAGES:
            raise ExpertError(
                f"{call.expert.model_id} takes {MAX_PAGES} pages at most, and {material.resource.label} has more",
                hint="Ask about its text, or about the pages that matter.",
                kind="too_large",
            )
        image, buffer = render_page(page, material.resource.label), io.BytesIO()
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        image.save(buffer, "JPEG", quality=90)
        yield _data_url("jpeg", buffer.getvalue())


def _data_url(form: str, data: bytes) -> str:
    return f"data:image/{form};base64,{base64.b64encode(data).decode()}"
