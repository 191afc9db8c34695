"""Persons in a picture: found first, for models that look for the joints of one person at a time."""

from typing import Any, NamedTuple

from .loading import Source
from .model_cache import find, helped_by

SURE = 0.5
"""Score of a person that is looked at."""
MOST = 20
"""Persons of one picture, the surest."""

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""


class Persons(NamedTuple):
    """Where they are, and what must be known of that."""

    boxes: list[Box]
    note: str = ""


def persons_in(source: Source, image: Any) -> Persons:
    """By the detector that helps the model, where it is here; else the picture is taken for one person."""
    whole = (0.0, 0.0, float(image.width), float(image.height))
    helper = helped_by(source.folder)
    found = find(helper) if helper else None
    if helper is None or found is None:
        lacking = f"; {helper}, which finds persons, is not on this machine" if helper else ""
        return Persons([whole], f"one person was looked for, as if they filled the picture{lacking}")
    pipe = Source(helper, found.folder, "object-detection").pipeline("object-detection", "AutoModelForObjectDetection")
    rows = [row for row in pipe(image, threshold=SURE) if str(row["label"]).lower() == "person"]
    boxes = [_box(row["box"]) for row in sorted(rows, key=lambda row: -row["score"])[:MOST]]
    if not boxes:
        return Persons([whole], f"{helper} found no person: one was looked for, as if they filled the picture")
    return Persons(boxes)


def _box(corners: dict[str, float]) -> Box:
    left, top, right, bottom = (float(corners[side]) for side in ("xmin", "ymin", "xmax", "ymax"))
    return left, top, max(1.0, right - left), max(1.0, bottom - top)
