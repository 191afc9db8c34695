"""`text_boxes`, for `ocr.py`: where a picture of any size has text, found at the scale of the picture itself.

The detector reduces what it is given to `REDUCED` pixels a side. A larger picture is looked at twice: as a whole, for large
letters, and in overlapping tiles, for small ones. Where a tile is of one colour, nothing is looked for. Boxes that overlap
along a line are one box again, so that no line is doubled or lost at the edge of a tile, and no letter is read twice.
"""

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ...media.pictures import Pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Quad: TypeAlias = "NDArray[np.float32]"
"""Corners of a box, of shape (4, 2): top left, top right, bottom right, bottom left of the picture."""
Detector = Callable[[Pixels], "list[Quad]"]

REDUCED = 2000
"""Pixels of the longer side above which the detector reduces a picture."""
WHOLE = 1.3 * REDUCED
"""Up to here letters of ten points, scanned at 200 dots an inch, stay readable when reduced."""
TILE, OVERLAP = 1280, 240
LARGE = OVERLAP / 2
"""Height of letters that a tile may cut everywhere, so that the reduced picture counts."""
HUGE, GLANCE = 200, 240
"""Height of letters that the detector sees, and pixels of the longer side in which it sees larger ones."""
LEAST_SIDE = 736
"""The detector enlarges what has a shorter side, so that a strip would take as long as a page."""
CONTRAST = 24
"""Least difference of two brightnesses where there may be text, of 255."""
SAME_LINE = 0.6
"""Share of the lower box's height, above which two boxes that overlap are parts of one line."""


class Strip(NamedTuple):
    """A box as a piece of a line: from `begin` to `end` along it, in pixels to the right (of a tall box: down)."""

    begin: float
    end: float
    level: float
    """Of its centre at `begin`: pixels down (of a tall box: to the right)."""
    rise: float
    """How much the level changes from `begin` to `end`."""
    height: float
    """Of the letters, about."""
    tall: bool
    """Its text runs up or down."""

    @classmethod
    def of(cls, box: "Quad") -> "Strip":
        """The strip that a box is."""
        tall = math.dist(box[1], box[2]) > 1.5 * math.dist(box[0], box[1])
        left, right = (
            ((box[0] + box[1]) / 2, (box[3] + box[2]) / 2) if tall else ((box[0] + box[3]) / 2, (box[1] + box[2]) / 2)
        )
        along, across = (1, 0) if tall else (0, 1)
        rise = float(right[across] - left[across])
        return cls(float(left[along]), float(right[along]), float(left[across]), rise, _short_side(box), tall)

    def level_at(self, place: float) -> float:
        """The level of the centre line at a place along it, also beyond its ends."""
        return self.level + self.rise * (place - self.begin) / max(1.0, self.end - self.begin)

    def continues(self, other: "Strip") -> bool:
        """Whether the two overlap and are parts of one line."""
        begin, end = max(self.begin, other.begin), min(self.end, other.end)
        if self.tall != other.tall or begin >= end:
            return False
        here, there = self.level_at((begin + end) / 2), other.level_at((begin + end) / 2)
        common = min(here + self.height / 2, there + other.height / 2) - max(
            here - self.height / 2, there - other.height / 2
        )
        return common >= SAME_LINE * min(self.height, other.height)


def text_boxes(pixels: Pixels, detect: Detector) -> "list[Quad]":
    """The boxes of lines or of parts of them, anywhere in the picture."""
    found = _at_scale(pixels, detect)
    for box in _huge(pixels, detect):
        parts = [each for each in found if _covered(each, [box]) > 0.5 and _short_side(each) > 0.4 * _short_side(box)]
        others = [each for each in found if not any(each is part for part in parts)]
        if _covered(box, parts) < 0.75 and _covered(box, others) < 0.3:  # not seen, or some of its letters
            found = [*others, box]
    return found


def _huge(pixels: Pixels, detect: Detector) -> "list[Quad]":
    """Lines of letters that are too large to be seen as text unless the picture is reduced further."""
    import cv2

    longer = max(pixels.shape[:2])
    factor, huge = GLANCE / longer, HUGE * max(1.0, longer / REDUCED)
    if min(pixels.shape[:2]) < huge:
        return []
    small: Any = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = [box / factor for box in _in_tile(small, 0, 0, detect)]
    return _joined([box for box in found if _short_side(box) > huge])


def _at_scale(pixels: Pixels, detect: Detector) -> "list[Quad]":
    whole = detect(pixels)
    if max(pixels.shape[:2]) <= WHOLE:
        return _joined(whole)
    large = _joined([box for box in whole if _short_side(box) > LARGE])
    seen = _joined([box for left, top in _tiles(pixels) for box in _in_tile(pixels, left, top, detect)])
    small = [box for box in seen if not any(_covered(box, [other]) > 0.5 for other in large)]
    missed = [box for box in whole if _short_side(box) <= LARGE and _covered(box, small) < 0.3]
    return [*large, *small, *missed]


def _tiles(pixels: Pixels) -> Iterator[tuple[int, int]]:
    """Left and top of each tile; the last of a row or column ends with the picture."""
    height, width = pixels.shape[:2]
    for top in _starts(height):
        for left in _starts(width):
            yield left, top


def _starts(length: int) -> list[int]:
    if length <= TILE:
        return [0]
    count = math.ceil((length - OVERLAP) / (TILE - OVERLAP))
    return [round(number * (length - TILE) / (count - 1)) for number in range(count)]


def _in_tile(pixels: Pixels, left: int, top: int, detect: Detector) -> "list[Quad]":
    import cv2
    import numpy as np

    tile: Any = pixels[top : top + TILE, left : left + TILE]
    if int(tile.max()) - int(tile.min()) < CONTRAST:
        return []
    height, width = tile.shape[:2]
    below, beside = max(0, LEAST_SIDE - height), max(0, LEAST_SIDE - width)
    if below or beside:
        edge = np.median(np.concatenate([tile[0], tile[-1], tile[:, 0], tile[:, -1]]), axis=0).tolist()
        tile = cv2.copyMakeBorder(tile, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=edge)
    shift = np.array([left, top], np.float32)
    found = [box for box in detect(np.ascontiguousarray(tile)) if box[:, 0].min() < width and box[:, 1].min() < height]
    return [np.minimum(box, (width, height)).astype(np.float32) + shift for box in found]


def _joined(boxes: "list[Quad]") -> "list[Quad]":
    """Boxes that are parts of one line and overlap, as one box around them: each would show letters of the other."""
    strips = [Strip.of(box) for box in boxes]
    groups: list[list[int]] = []
    for number, strip in enumerate(strips):
        touching = [group for group in groups if any(strip.continues(strips[other]) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([number, *(other for group in touching for other in group)])
    return [boxes[group[0]] if len(group) == 1 else _around([boxes[n] for n in group]) for group in groups]


def _around(boxes: "list[Quad]") -> "Quad":
    """The box around parts of a line, tilted as the line is."""
    import numpy as np

    strips = [Strip.of(box) for box in boxes]
    first, last = min(strips, key=lambda strip: strip.begin), max(strips, key=lambda strip: strip.end)
    middle = math.atan2(last.level_at(last.end) - first.level_at(first.begin), last.end - first.begin)
    angle = -middle if first.tall else middle
    turned = _turned(np.concatenate(boxes), -angle)
    (left, top), (right, bottom) = turned.min(axis=0), turned.max(axis=0)
    return _turned(np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32), angle)


def _turned(points: "Quad", angle: float) -> "Quad":
    import numpy as np

    cos, sin = math.cos(angle), math.sin(angle)
    return (points @ np.array([[cos, sin], [-sin, cos]], np.float32)).astype(np.float32)


def _short_side(box: "Quad") -> float:
    return min(math.dist(box[0], box[1]), math.dist(box[1], box[2]))


def _covered(box: "Quad", others: "list[Quad]") -> float:
    """The share of a box's area that the others cover; boxes are taken as upright."""
    (left, top), (right, bottom) = box.min(axis=0).tolist(), box.max(axis=0).tolist()
    area = 0.0
    for other in others:
        (begin, above), (end, below) = other.min(axis=0).tolist(), other.max(axis=0).tolist()
        area += max(0.0, min(right, end) - max(left, begin)) * max(0.0, min(bottom, below) - max(top, above))
    return float(area / max(1.0, (right - left) * (bottom - top)))
