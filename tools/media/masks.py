"""`Region` of a picture; `draw_masks` draws several as one picture, `overlay_masks` over the picture itself."""

import colorsys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

GOLDEN_ANGLE = 0.381966
"""As a part of a turn of the colour wheel: neighbours in the list get hues that are far apart."""


class Region(NamedTuple):
    """A labelled region of a picture."""

    label: str
    score: float | None
    mask: "Image.Image"
    """Mode L, as large as the picture; 128 and above is inside."""


def colour(number: int) -> tuple[int, int, int]:
    """The colour of the region of that number, as RGB."""
    red, green, blue = colorsys.hsv_to_rgb((number * GOLDEN_ANGLE) % 1.0, 0.75, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


def draw_masks(size: tuple[int, int], regions: Sequence[Region]) -> "Image.Image":
    """One region white on black; of several each in its own `colour`, later ones over earlier ones."""
    from PIL import Image

    canvas = Image.new("RGB", size, "black")
    for number, region in enumerate(regions):
        canvas.paste((255, 255, 255) if len(regions) == 1 else colour(number), mask=_inside(region, size))
    return canvas


def overlay_masks(image: "Image.Image", regions: Sequence[Region]) -> "Image.Image":
    """A copy of the picture with every region tinted in its colour."""
    from PIL import Image

    marked = image.copy()
    for number, region in enumerate(regions):
        tinted = Image.blend(marked, Image.new("RGB", image.size, colour(number)), 0.5)
        marked.paste(tinted, mask=_inside(region, image.size))
    return marked


def share(region: Region) -> float:
    """The part of the picture that lies inside, 0 to 1."""
    histogram = region.mask.convert("L").histogram()
    return sum(histogram[128:]) / max(1, sum(histogram))


def _inside(region: Region, size: tuple[int, int]) -> "Image.Image":
    mask = region.mask.convert("L")
    mask = mask if mask.size == size else mask.resize(size)
    return mask.point([0] * 128 + [255] * 128)
