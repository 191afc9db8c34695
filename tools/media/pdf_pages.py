"""Pages of a PDF by PDFium (pypdfium2): `pages` opens them one by one, `render_page` draws one as a picture."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.call import Call, Material
from ...graph.caveats import caveat, lacks
from ...graph.errors import input_error, input_too_large
from .media_limits import limits
from .memory_budget import reading
from .pdf_text import PARSE_BUDGET

if TYPE_CHECKING:
    from PIL import Image

MAX_PAGES = 200
MAX_SIDE = 30_000
"""Pixels of one side of a page."""
END_WITHIN = 64 * 1024
"""Bytes at the end of a file in which `%%EOF` stands; some programs append something to it."""
_AGAIN = "Is it whole? Save or download it again."
DPI = 200
"""Dots an inch at which a page is rendered: OCR needs as many for 10 point text."""


def pages(call: Call, material: Material) -> Iterator[Any]:
    """The pages that the task asks for, as PDFium's. Raises `ExpertError` (input fault)."""
    with _opened(material) as document:
        if names := _attachments(document):
            caveat(f"what is attached to {material.resource.label} is not read: {names}")
        for number in _numbers(call, len(document), material.resource.label):
            with reading(material.resource.label, most=PARSE_BUDGET), _damage(material.resource.label, number + 1):
                page = document[number]
            with closing(page):
                yield page


def _attachments(document: Any) -> str:
    """The names of the files that are attached to a PDF."""
    found = [document.get_attachment(number) for number in range(document.count_attachments())]
    return ", ".join(attachment.get_name() for attachment in found)


def count_pages(material: Material) -> int:
    """How many pages a PDF has. Raises `ExpertError` (input fault)."""
    with _opened(material) as document:
        return len(document)


def render_page(page: Any, label: str) -> "Image.Image":
    """A page as RGB, at 200 dots an inch, or fewer to stay within the pixel limit. Raises `ExpertError` (input fault)."""
    width, height = page.get_size()  # in points, 72 an inch
    most = limits().max_image_pixels
    scale = min(DPI / 72, _largest_scale(width, height, most), (MAX_SIDE - 1) / max(1.0, width, height))
    if min(width, height) * scale < 1:  # PDFium draws at least one pixel a side: the other side could have any length
        raise input_too_large(
            f"a page of {label} measures {width:,g} x {height:,g} points, which is too narrow to be drawn",
            hint=f"Pages are drawn within {most:,} pixels, and {MAX_SIDE:,} to a side.",
        )
    with reading(label):
        image: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return image


def _largest_scale(width: float, height: float, most: int) -> float:
    """The scale at which a page has no more pixels than `most`; PDFium rounds each side up to whole pixels."""
    area, sides = max(1e-9, width * height), width + height
    return (sqrt(sides * sides + 4 * area * (most - 1)) - sides) / (2 * area)


@contextmanager
def _damage(label: str, number: int) -> Iterator[None]:
    import pypdfium2

    try:
        yield
    except pypdfium2.PdfiumError as error:
        raise input_error(f"page {number} of {label} is damaged or missing ({error})", hint=_AGAIN) from error


@contextmanager
def _opened(material: Material) -> Iterator[Any]:
    import pypdfium2

    label = material.resource.label
    try:
        with reading(label, most=PARSE_BUDGET):
            document = pypdfium2.PdfDocument(material.path)
            document.init_forms()
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        raise input_error(
            f"{label} is locked by a password" if locked else f"{label} can't be read as a PDF: {error}",
            hint="Give a copy without one." if locked else _AGAIN,
        ) from error
    with closing(document):
        if not _is_whole(material.path):
            raise input_error(f"{label} is cut off: the end of the PDF is missing", hint=_AGAIN)
        if document.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:
            raise input_error(
                f"{label} is a form that only Adobe's programs show (XFA)", hint="Print it to a PDF there."
            )
        if len(document) == 0:
            raise input_error(f"{label} has no pages")
        yield document


def _is_whole(path: Path) -> bool:
    """Whether the mark that ends a PDF stands near its end; PDFium reads what there is of one that is cut off."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_WITHIN))
        end = file.read()
    return b"%%EOF" in end or b"startxref" in end


def _numbers(call: Call, count: int, label: str) -> Sequence[int]:
    """The pages that the task asks for, counted from 0."""
    first, last = (call.task.parameters.get(name) for name in ("first_page", "last_page"))
    begin = _from_front(first, count) if isinstance(first, int) else 1
    end = min(last if last >= 0 else count + 1 + last, count) if isinstance(last, int) else count
    if not 1 <= begin <= end:
        raise input_error(f"{label} has {count} pages, and none from {first or 1} to {last or count}")
    beyond = [page for page in (first, last) if isinstance(page, int) and page > count]
    if beyond and not call.task.parameters.get("except"):
        lacks(f"{label} has {count} pages, so that there is no page {max(beyond)}: {begin} to {end} were read")
    named = range(begin - 1, end)
    wanted = [n for n in range(count) if n not in named] if call.task.parameters.get("except") else named
    if not wanted:
        raise input_error(f"{label} has {count} pages; none is left without {begin} to {end}")
    if len(wanted) > MAX_PAGES:
        raise input_too_large(
            f"{label} has {len(wanted)} pages; {MAX_PAGES} are read at once",
            hint=f"Ask for a part of it: “pages {begin} to {begin + MAX_PAGES - 1} of {label}”.",
        )
    return wanted


def _from_front(page: int, count: int) -> int:
    """The number of a page that may be counted from the end; more than there are of the latter means all."""
    return page if page >= 0 else max(1, count + 1 + page)
