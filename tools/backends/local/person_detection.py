"""`persons_in`: finds the persons in an image, for models that find the joints of one person at a time."""

from typing import Any, NamedTuple

from .loading import Source
from .model_cache import find, helper_model_of

MIN_SCORE = 0.5
MAX_PERSONS = 20
"""In one image, those with the best scores."""

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""


class Persons(NamedTuple):
    """Their boxes, and a note to the user on how they were found."""

    boxes: list[Box]
    note: str = ""


def persons_in(source: Source, image: Any) -> Persons:
    """Found by the model's helper, a detector; where that is missing, the whole image is taken for one person."""
    whole = (0.0, 0.0, float(image.width), float(image.height))
    helper = helper_model_of(source.folder)
    found = find(helper) if helper else None
    if helper is None or found is None:
        missing = f"; {helper}, which finds persons, is not on this machine" if helper else ""
        return Persons([whole], f"the whole picture was taken for one person{missing}")
    pipe = Source(helper, found.folder, "object-detection").pipeline("object-detection", "AutoModelForObjectDetection")
    rows = [row for row in pipe(image, threshold=MIN_SCORE) if str(row["label"]).lower() == "person"]
    boxes = [_box(row["box"]) for row in sorted(rows, key=lambda row: -row["score"])[:MAX_PERSONS]]
    if not boxes:
        return Persons([whole], f"{helper} found no person: the whole picture was taken for one")
    return Persons(boxes)


def _box(corners: dict[str, float]) -> Box:
    left, top, right, bottom = (float(corners[side]) for side in ("xmin", "ymin", "xmax", "ymax"))
    return left, top, max(1.0, right - left), max(1.0, bottom - top)
