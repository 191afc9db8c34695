"""`is_hidden`: whether the text of a PDF page is not what one sees on it, as the layer that OCR programs put over a scan."""

from typing import Any

_TEXT, _PICTURE = 1, 3
"""Kinds of objects of a page, as PDFium numbers them."""
_INVISIBLE = 3
"""The rendering mode of text that is neither filled nor stroked (ISO 32000-1, 9.3.6)."""


def is_hidden(page: Any) -> bool:
    """Whether more than half of its text, by width, is drawn invisibly or lies beneath a picture."""
    from pypdfium2 import PdfiumError, raw

    texts = list[tuple[tuple[float, ...], bool]]()
    for each in page.get_objects(filter=(_TEXT, _PICTURE), max_depth=2):
        try:
            box = tuple(each.get_bounds())
        except PdfiumError:  # it has no bounds, and covers nothing
            continue
        if each.type == _TEXT:
            texts.append((box, raw.FPDFTextObj_GetTextRenderMode(each) == _INVISIBLE))
        else:
            texts = [(inner, hidden or _covers(box, inner)) for inner, hidden in texts]
    hidden = sum(right - left for (left, _, right, _), hidden in texts if hidden)
    return hidden > sum(right - left for (left, _, right, _), _ in texts) / 2


def _covers(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    middle = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] < middle[0] < outer[2] and outer[1] < middle[1] < outer[3]
