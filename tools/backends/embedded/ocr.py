"""`read_lines`: the printed text of a picture, by RapidOCR (PP-OCR models inside its wheel, on onnxruntime).

RapidOCR's angle classifier is off: it harms clean pages (character error rate 0.25 instead of 0.00). Pages that are turned
sideways or upside down are recognised by tall boxes and low confidence (measured: 0.99 upright, 0.74 upside down), and
read again after turning. Not covered: handwriting, and scripts other than Latin and Chinese.
"""

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....graph.call import Material
from ....graph.errors import input_error
from ...media.pictures import Pixels, read_image
from .reading_order import TextBox, lines_in_reading_order, straighten

if TYPE_CHECKING:
    from PIL import Image

CONFIDENT = 0.88
"""Mean confidence below which a page may be upside down."""


@dataclass(frozen=True)
class PageText:
    """The text of a page, read in one orientation."""

    pieces: tuple[TextBox, ...]
    sideways: bool
    """Most of its text runs up or down."""

    @property
    def confidence(self) -> float:
        """0 to 1; each box is weighted by its length."""
        letters = sum(len(piece.text) for piece in self.pieces)
        return sum(piece.score * len(piece.text) for piece in self.pieces) / letters if letters else 0.0


def read_page(material: Material) -> list[str]:
    """The lines of text on a picture, in reading order. Raises `ExpertError` when there is none."""
    found = read_lines(read_image(material))
    if not found:
        raise input_error(f"no text was found in {material.resource.label}")
    return found


def read_pieces(material: Material) -> tuple[TextBox, ...]:
    """The pieces of text on a picture, where they are. Raises `ExpertError` when there is none."""
    pieces = read_upright(_pixels(read_image(material))).pieces
    if not pieces:
        raise input_error(f"no text was found in {material.resource.label}")
    return pieces


def read_lines(image: "Image.Image") -> list[str]:
    """The lines of text on an RGB picture, in reading order; none on a blank page."""
    return lines_in_reading_order(read_upright(_pixels(image)).pieces)


def _pixels(image: "Image.Image") -> Pixels:
    import numpy as np

    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def read_upright(pixels: Pixels) -> PageText:
    """Read a page, turned by quarters until the text stands upright; at most three readings."""
    import numpy as np

    first = _read(pixels)
    if first.sideways:
        # RapidOCR turns tall boxes counter-clockwise: high confidence means that the page has to be turned so too.
        quarters = 1 if first.confidence >= CONFIDENT else 3
        first, pixels = more_confident(_read(np.rot90(pixels, quarters)), first), np.rot90(pixels, quarters)
    if not first.pieces or first.confidence >= CONFIDENT:
        return first
    return more_confident(first, _read(np.rot90(pixels, 2)))


def more_confident(preferred: PageText, other: PageText) -> PageText:
    """The preferred one, unless the other has clearly higher confidence."""
    return other if other.confidence > preferred.confidence + 0.05 else preferred


def _read(pixels: Pixels) -> PageText:
    import numpy as np

    read = _engine()(np.ascontiguousarray(pixels))
    if read.boxes is None:
        return PageText((), False)
    boxes = [
        (box.tolist(), text, float(score)) for box, text, score in zip(read.boxes, read.txts, read.scores, strict=True)
    ]
    spans = [(np.ptp(box[:, 0]), np.ptp(box[:, 1]), len(text)) for box, text in zip(read.boxes, read.txts, strict=True)]
    tall = sum(letters for width, height, letters in spans if height > 1.5 * width and letters > 1)
    sideways = tall > 0.5 * sum(letters for _, _, letters in spans)
    return PageText(tuple(straighten(boxes)), sideways)


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": int(os.environ.get("OMP_NUM_THREADS", "1")),
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
