"""crop: cuts a part out of a picture, by a box or by coordinates."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from ....media.pictures import image_artifact, open_image
from ....media.rows import rows
from ..goal_words import goal_text, has_word
from ..picture_layers import in_own_mode
from ..registry import expert

if TYPE_CHECKING:
    from PIL import Image

MAX_CROPS = 100
MANY = r"each|every|all\b|both|faces\b|objects\b|people\b|persons\b|animals\b|cars\b|them\b"


@expert("crop", name="crop", description="cuts a part out of a picture", library="pillow", requires=("PIL",))
def crop(call: Call) -> Sequence[Artifact]:
    """The content of the box with the highest score, then size; of all boxes where the goal names several things."""
    material = call.one("image")
    with open_image(material.path, material.resource.label) as image:
        return _crops(call, image)


def _crops(call: Call, image: "Image.Image") -> Sequence[Artifact]:
    label = call.one("image").resource.label
    places = _from_boxes(call) if call.has("boxes") else [_from_parameters(call, image.size)]
    inside = [
        (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
        for left, top, right, bottom in places
    ]
    kept = [place for place in inside if place[0] < place[2] and place[1] < place[3]]
    if not kept:
        raise input_error(f"nothing of the {image.width} x {image.height} picture lies within those edges")
    written = str(call.task.parameters.get("format") or "png")
    return [
        image_artifact(call, _cut(image, label, place, written), "image", f"crop-{number}", written)
        for number, place in enumerate(kept, start=1)
    ]


def _cut(image: "Image.Image", label: str, place: tuple[int, int, int, int], written: str) -> "Image.Image":
    return in_own_mode(image, label, "crop", written, lambda layer: layer.crop(place))


def _from_boxes(call: Call) -> list[tuple[int, int, int, int]]:
    found = [row for row in rows(call.one("boxes")) or () if isinstance(row.get("box"), dict)]
    if not found:
        raise input_error("there is no box to cut out: nothing was found in the picture")

    def rank(corners: dict[str, int], score: float) -> tuple[float, int]:
        return score, (corners["xmax"] - corners["xmin"]) * (corners["ymax"] - corners["ymin"])

    ordered = sorted(found, key=lambda row: rank(row["box"], float(row.get("score", 1.0))), reverse=True)
    chosen = ordered[:MAX_CROPS] if has_word(goal_text(call.task), MANY) else ordered[:1]
    return [(int(b["xmin"]), int(b["ymin"]), int(b["xmax"]), int(b["ymax"])) for b in (row["box"] for row in chosen)]


def _from_parameters(call: Call, size: tuple[int, int]) -> tuple[int, int, int, int]:
    given = call.task.parameters
    if part := str(given.get("part") or ""):
        return _side(part, given, size)
    if not set(given) & {"left", "top", "right", "bottom"}:
        raise input_error("crop needs a box, or left, top, right or bottom in pixels")
    whole = {"left": 0, "top": 0, "right": size[0], "bottom": size[1]}
    edges = {edge: value if isinstance(value := given.get(edge), int) else default for edge, default in whole.items()}
    left, top, right, bottom = (
        value if value >= 0 else size[edge in ("top", "bottom")] + value for edge, value in edges.items()
    )
    return left, top, right, bottom


def _side(part: str, given: Mapping[str, object], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box of the left, right, top, bottom or middle, as wide as `pixels` or `share` says; or of the largest square.

    The middle may have a `width` and a `height`.
    """
    width, height = size
    share, pixels = given.get("share"), given.get("pixels")
    share = float(share) if isinstance(share, int | float) else 0.5

    def length(whole: int) -> int:
        return min(whole, pixels) if isinstance(pixels, int) else max(1, round(whole * share))

    match part:
        case "left":
            return 0, 0, length(width), height
        case "right":
            return width - length(width), 0, width, height
        case "top":
            return 0, 0, width, length(height)
        case "bottom":
            return 0, height - length(height), width, height
        case "square" | "middle":
            across, down = (min(size),) * 2 if part == "square" else (length(width), length(height))
            wanted = given.get("width"), given.get("height")
            if isinstance(wanted[0], int) and isinstance(wanted[1], int):
                across, down = wanted[0], wanted[1]
            if not (0 < across <= width and 0 < down <= height):
                raise input_error(f"{across} x {down} can't be cut out of a picture of {width} x {height}")
            left, top = (width - across) // 2, (height - down) // 2
            return left, top, left + across, top + down
    raise input_error(f"a picture has no part {part!r}; there are left, right, top, bottom, middle and square")
