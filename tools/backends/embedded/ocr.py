"""`read_pages`, `read_lines`: the printed text of a picture, by RapidOCR (PP-OCR models inside its wheel, on onnxruntime).

RapidOCR's angle classifier is off: it harms clean pages (character error rate 0.25 instead of 0.00). Pages that are turned
sideways or upside down are recognised by tall boxes and low confidence (measured: 0.99 upright, 0.74 upside down), and
read again after turning. Not covered: handwriting, and scripts other than Latin and Chinese.
"""

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....graph.call import Material
from ....graph.errors import ExpertError, input_error
from ...media.pictures import Pixels, read_frames
from ...media.reading_order import TextBox, lines_in_reading_order, straighten
from .text_boxes import Quad, text_boxes

if TYPE_CHECKING:
    from PIL import Image

LEGIBLE = 0.5
"""Least score of a line that is taken for text."""
LONGEST = 25
"""Width of a line that is recognised at once, in heights: of longer ones words were lost."""
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


def read_pages(material: Material) -> list[tuple[TextBox, ...]]:
    """The pieces of text on each page or frame of a picture, where they are. Raises `ExpertError` when there are none."""
    pages = find_pages(material)
    if not any(pages):
        raise no_text(material)
    return pages


def find_pages(material: Material) -> list[tuple[TextBox, ...]]:
    """The same; of a blank page none."""
    return [read_upright(_pixels(frame)).pieces for frame in read_frames(material)]


def no_text(material: Material) -> ExpertError:
    """The error of a picture without text."""
    return input_error(f"no text was found in {material.resource.label}")


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

    quads = text_boxes(pixels, _detect)
    read = [(box, *line) for box, line in zip(quads, _recognized(pixels, quads), strict=True)]
    boxes = [(box.tolist(), text, score) for box, text, score in read if text.strip() and score >= LEGIBLE]
    spans = [(np.ptp(box[:, 0]), np.ptp(box[:, 1]), len(text)) for box, text, score in read if score >= LEGIBLE]
    tall = sum(letters for width, height, letters in spans if height > 1.5 * width and letters > 1)
    sideways = tall > 0.5 * sum(letters for _, _, letters in spans)
    return PageText(tuple(straighten(boxes)), sideways)


def _detect(pixels: Pixels) -> list[Quad]:
    import numpy as np

    found = _engine()(np.ascontiguousarray(pixels), use_det=True, use_rec=False).boxes
    return [] if found is None else [np.asarray(box, np.float32) for box in found]


def _recognized(pixels: Pixels, boxes: list[Quad]) -> list[tuple[str, float]]:
    """The text in each box and its score. A long line is read in pieces, which end between words."""
    engine = _engine()
    pieces = [list(line_pieces(crop)) for crop in engine.crop_text_regions(pixels, boxes)]
    crops = [crop for line in pieces for crop in line]
    if not crops:
        return []
    read = engine.recognize_txt(crops)
    texts = iter(zip(read.txts, read.scores, strict=True))
    return [_line([next(texts) for _ in line]) for line in pieces]


def line_pieces(line: Pixels) -> Iterator[Pixels]:
    """A line of text as pieces of at most `LONGEST` times its height, each but the last up to the widest gap near there."""
    import numpy as np

    most = LONGEST * line.shape[0]
    while line.shape[1] > most:
        ink = line[:, most // 2 : most].astype(np.float32).std(axis=0).mean(axis=1)
        width = max(1, line.shape[0] // 3)
        end = most // 2 + int(np.convolve(ink, np.ones(width), "valid").argmin()) + width // 2
        yield line[:, :end]
        line = line[:, end:]
    yield line


def _line(pieces: list[tuple[str, float]]) -> tuple[str, float]:
    if len(pieces) == 1:
        return pieces[0][0], float(pieces[0][1])
    letters = sum(len(text) for text, _ in pieces)
    score = sum(len(text) * float(score) for text, score in pieces) / max(1, letters)
    return " ".join(text.strip() for text, _ in pieces if text.strip()), score


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
