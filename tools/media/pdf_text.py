"""`text_layer`: the words of a PDF's page that can be seen on it, with the values of its form.

One reading for all: a letter outside the CropBox, in a layer that is switched off, white on white or under a picture is
in the file, and not on the page. So each piece of the text layer is looked up on the drawn page; a piece where nothing is
drawn is not read. `has_no_words` tells text layers whose letters have no meaning (fonts without a ToUnicode map).
"""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from .memory_budget import reading
from .pdf_hidden import is_hidden
from .pdf_pieces import drawn_pieces, is_drawn_across
from .reading_order import TextBox, lines_in_reading_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARSE_BUDGET = 256_000_000
"""Bytes for the parsed content of one page, before it is rendered: lines, letters, pictures."""
SEEN_PIXELS = 2_000_000
"""Of the drawing on which letters are looked up: 72 dots an inch for most pages."""
CONTRAST = 16
"""Levels (of 256) between the lightest and the darkest pixel of a piece of text that can be seen."""
MOST_MEANINGLESS = 0.1
"""Share of control, private and unassigned letters above which a text layer has no words."""
FEW_LETTERS = 200
"""A page with fewer beside a picture of half its size is a scan with a stamp or page number."""
LEAST_PICTURE, BACKGROUND = 0.03, 0.9
"""Shares of a page that a picture on it covers: more than an emblem, less than what text is printed over."""
_PDFIUM_PICTURE, _WIDGET, _FREE_TEXT = 3, 20, 3
_CHECKED, _HIDDEN = ("checked", "not checked"), 2


class Box(NamedTuple):
    """In points, from the lower left of the page's media box."""

    left: float
    bottom: float
    right: float
    top: float


class Layer(NamedTuple):
    """What a page says without OCR."""

    text: str = ""
    pieces: tuple[TextBox, ...] = ()
    """The same in pieces that stand together, where they stand."""
    hidden: bool = False
    """It is not what one sees on the page."""


def text_layer(page: Any, label: str) -> str:
    """The text of a page that can be seen; empty where there is none, or none with a meaning, as on a scan."""
    layer = read_layer(page, label)
    return "" if layer.hidden else layer.text


def read_layer(page: Any, label: str) -> Layer:
    """As `text_layer`, with the pieces of the text."""
    with reading(label, most=PARSE_BUDGET), closing(page.get_textpage()) as layer:
        text = str(layer.get_text_range())
        boxes = [Box(*layer.get_rect(number)) for number in range(layer.count_rects())]
    if text.strip() and has_no_words(text):
        return Layer()
    with reading(label):
        filled = list(_fields(page))
        drawn = _drawn(page) if boxes else None
        with closing(page.get_textpage()) as layer:
            pieces = drawn_pieces(layer)
    if drawn is not None and (not all(seen := [drawn.shows(box) for box in boxes])):
        with closing(page.get_textpage()) as layer:
            shown = [(box, layer.get_text_bounded(*box)) for box, shown in zip(boxes, seen, strict=True) if shown]
        text = _in_lines(shown)
        pieces = [piece for piece in pieces if drawn.shows(Box(piece.left, -piece.bottom, piece.right, -piece.top))]
    if is_drawn_across(pieces):
        text = "\n".join(lines_in_reading_order(pieces))
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    hidden = bool(boxes) and is_hidden(page)
    return Layer("\n".join(_with_values(lines, filled)).strip(), tuple(pieces), hidden)


def has_no_words(text: str) -> bool:
    """Whether the letters of a text layer are numbers of glyphs, and no text."""
    letters = [char for char in text if not char.isspace()]
    odd = sum(char == "\ufffd" or unicodedata.category(char) in ("Cc", "Co", "Cn") for char in letters)
    return odd > MOST_MEANINGLESS * len(letters)


def is_mostly_picture(page: Any, text: str) -> bool:
    """Whether pictures cover half of a page that has a few letters only."""
    if len(text) >= FEW_LETTERS:
        return False
    width, height = page.get_size()
    with suppress(Exception):  # a picture without bounds covers nothing
        areas = [_area(*each.get_bounds()) for each in page.get_objects(filter=(_PDFIUM_PICTURE,), max_depth=2)]
        return bool(sum(areas) > 0.5 * width * height)
    return False


def pictures_on(page: Any) -> int:
    """How many pictures a page has that are larger than an emblem."""
    width, height = page.get_size()
    with suppress(Exception):  # a picture without bounds is none
        areas = [_area(*each.get_bounds()) for each in page.get_objects(filter=(_PDFIUM_PICTURE,), max_depth=2)]
        return sum(LEAST_PICTURE < area / (width * height) < BACKGROUND for area in areas)
    return 0


def _area(left: float, bottom: float, right: float, top: float) -> float:
    return max(0.0, right - left) * max(0.0, top - bottom)


class _Drawn:
    """A page as it is seen."""

    def __init__(self, page: Any, pixels: "NDArray[np.uint8]") -> None:
        self._page, self._pixels = page, pixels

    def shows(self, box: Box) -> bool:
        """Whether something is drawn in a box."""
        left, top = self._pixel(box.left, box.top)
        right, bottom = self._pixel(box.right, box.bottom)
        rows = slice(max(0, min(top, bottom)), max(0, max(top, bottom) + 1))
        columns = slice(max(0, min(left, right)), max(0, max(left, right) + 1))
        part = self._pixels[rows, columns]
        return bool(part.size) and int((part.max(axis=(0, 1)).astype(int) - part.min(axis=(0, 1))).max()) >= CONTRAST

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        from pypdfium2 import raw

        height, width = self._pixels.shape[:2]
        column, row = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, width, height, 0, x, y, column, row)
        return column.value, row.value


def _drawn(page: Any) -> _Drawn:
    width, height = page.get_size()
    scale = min(1.0, sqrt(SEEN_PIXELS / max(1.0, width * height)))
    return _Drawn(page, page.render(scale=scale, rev_byteorder=False).to_numpy())


def _in_lines(pieces: list[tuple[Box, str]]) -> str:
    """Pieces of text in their order; those at one height on one line."""
    text, before = "", None
    for box, piece in pieces:
        middle = (box.bottom + box.top) / 2
        same = before is not None and before.bottom < middle < before.top and box.left >= before.left
        text += (" " if same else "\n") + piece.strip()
        before = box
    return text.strip()


# -- forms ----------------------------------------------------------------------------------------------------------


class _Field(NamedTuple):
    label: str
    """What stands on the page before it; else its name."""
    value: str


def _fields(page: Any) -> Iterator[_Field]:
    """The filled fields of the page's form, and texts that were typed onto it."""
    from pypdfium2 import raw

    form = page.formenv
    with closing(page.get_textpage()) as layer:
        for number in range(raw.FPDFPage_GetAnnotCount(page)):
            with _annotation(page, number) as annotation:
                kind = raw.FPDFAnnot_GetSubtype(annotation)
                if raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN or kind not in (_WIDGET, _FREE_TEXT):
                    continue
                if kind == _FREE_TEXT:
                    if typed := _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents"):
                        yield _Field("", typed)
                elif form and (value := _value(form, annotation)):
                    name = _string(raw.FPDFAnnot_GetFormFieldName, form, annotation)
                    yield _Field(_before(layer, annotation) or name, value)


@contextmanager
def _annotation(page: Any, number: int) -> Iterator[Any]:
    from pypdfium2 import raw

    found = raw.FPDFPage_GetAnnot(page, number)
    try:
        yield found
    finally:
        raw.FPDFPage_CloseAnnot(found)


def _value(form: Any, annotation: Any) -> str:
    from pypdfium2 import raw

    match raw.FPDFAnnot_GetFormFieldType(form, annotation):
        case raw.FPDF_FORMFIELD_CHECKBOX | raw.FPDF_FORMFIELD_RADIOBUTTON:
            return _CHECKED[not raw.FPDFAnnot_IsChecked(form, annotation)]
        case raw.FPDF_FORMFIELD_PUSHBUTTON | raw.FPDF_FORMFIELD_SIGNATURE:
            return ""
    return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _string(function: Any, *arguments: Any) -> str:
    """The UTF-16 text that a function of PDFium writes into a buffer."""
    from pypdfium2 import raw

    length = function(*arguments, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace").replace("\r", "\n").strip()


def _before(layer: Any, annotation: Any) -> str:
    """The text on the page that ends left of a field, at its height."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(annotation, box):
        return ""
    text = str(layer.get_text_bounded(left=0, bottom=box.bottom, right=box.left, top=box.top))
    return re.split(r"\s{3,}|\n", text.strip())[-1].strip()


def _with_values(lines: list[str], fields: list[_Field]) -> list[str]:
    """The lines with each value behind its label, or on a line of its own."""
    written = list(lines)
    for field in fields:
        at = next((n for n, line in enumerate(written) if field.label and line.strip() == field.label), None)
        colon = "" if field.label.endswith((":", "?")) or not field.label else ":"
        text = f"{field.label}{colon} {field.value}".strip()
        if at is None:
            written.append(text)
        else:
            written[at] = text
    return written
