"""Pages of a PDF by PDFium (pypdfium2): `render_page` draws one as a picture, `text_layer` is its text."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from math import sqrt
from typing import TYPE_CHECKING, Any

from ...graph.call import Call, Material
from ...graph.errors import input_error, input_too_large
from .media_limits import limits
from .memory_budget import reading

if TYPE_CHECKING:
    from PIL import Image

MAX_PAGES = 200
PARSE_BUDGET = 256_000_000
"""Bytes for the parsed content of one page, before it is rendered: lines, letters, pictures."""
MAX_SIDE = 30_000
"""Pixels of one side of a page."""
DPI = 200
"""Dots an inch at which a page is rendered: OCR needs as many for 10 point text."""


def pages(call: Call, material: Material) -> Iterator[Any]:
    """The pages that the task asks for (`first_page`, `last_page`), as PDFium's. Raises `ExpertError` (input fault)."""
    with _opened(material) as document:
        first, last = _range(call, len(document), material.resource.label)
        for number in range(first - 1, last):
            with reading(material.resource.label, most=PARSE_BUDGET):
                page = document[number]
            with closing(page):
                yield page


def count_pages(material: Material) -> int:
    """How many pages a PDF has. Raises `ExpertError` (input fault)."""
    with _opened(material) as document:
        return len(document)


def render_page(page: Any, label: str) -> "Image.Image":
    """A page as RGB, at 200 dots an inch, or fewer to stay within the pixel limit. Raises `ExpertError` (input fault)."""
    width, height = page.get_size()  # in points, 72 an inch
    most = limits().max_image_pixels
    scale = min(DPI / 72, sqrt(most / max(1.0, width * height)), MAX_SIDE / max(1.0, width, height))
    if min(width, height) * scale < 1:  # PDFium draws at least one pixel a side: the other side could have any length
        raise input_too_large(
            f"a page of {label} measures {width:,g} x {height:,g} points, which is too narrow to be drawn",
            hint=f"Pages are drawn within {most:,} pixels, and {MAX_SIDE:,} to a side.",
        )
    with reading(label):
        image: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return image


def text_layer(page: Any, label: str) -> str:
    """The text layer of a page; empty for a scan."""
    with reading(label, most=PARSE_BUDGET), closing(page.get_textpage()) as layer:
        text: str = layer.get_text_range()
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


@contextmanager
def _opened(material: Material) -> Iterator[Any]:
    import pypdfium2

    label = material.resource.label
    try:
        with reading(label, most=PARSE_BUDGET):
            document = pypdfium2.PdfDocument(material.path)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        raise input_error(
            f"{label} is locked by a password" if locked else f"{label} can't be read as a PDF: {error}",
            hint="Give a copy without one." if locked else "Is it whole, and a PDF?",
        ) from error
    with closing(document):
        yield document


def _range(call: Call, count: int, label: str) -> tuple[int, int]:
    first, last = (call.task.parameters.get(name) for name in ("first_page", "last_page"))
    begin = _from_front(first, count) if isinstance(first, int) else 1
    end = min(last if last >= 0 else count + 1 + last, count) if isinstance(last, int) else count
    if not 1 <= begin <= end:
        raise input_error(f"{label} has {count} pages, and none from {first or 1} to {last or count}")
    if end - begin + 1 > MAX_PAGES:
        raise input_too_large(
            f"{label} has {end - begin + 1} pages; {MAX_PAGES} are read at once", hint="Name first_page and last_page."
        )
    return begin, end


def _from_front(page: int, count: int) -> int:
    """The number of a page that may be counted from the end; more than there are of the latter means all."""
    return page if page >= 0 else max(1, count + 1 + page)
