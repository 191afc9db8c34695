"""`check_size` refuses a picture that is too large to be decoded; `reduced` makes one beyond the limit of pixels smaller."""

import math
from typing import TYPE_CHECKING, Any

from ...graph.caveats import caveat
from ...graph.errors import input_too_large
from .media_limits import limits

if TYPE_CHECKING:
    from PIL import Image

REDUCIBLE = {"JPEG": 8.0, "MPO": 8.0}
"""How many times the limit of pixels a picture may have, to be reduced while it is read: JPEG is decoded smaller."""
OTHERS_REDUCIBLE = 2.5
"""Of other formats, which are decoded whole first: 62 million pixels take 250 of the 467 MB."""
EXIF_ORIENTATION = 0x0112


def most_pixels(form: str, limit: int) -> int:
    """Pixels of the largest picture that is read, for Pillow's name of its format and the setting `max_image_pixels`."""
    return int(limit * REDUCIBLE.get(form, OTHERS_REDUCIBLE))


def check_size(image: "Image.Image", label: str) -> None:
    """Before decoding: raises `ExpertError` (input fault) beyond `most_pixels`; has a JPEG decoded at a smaller size."""
    width, height = image.size
    if width * height > (most := most_pixels(image.format or "", limits().max_image_pixels)):
        raise input_too_large(
            f"{label} has {width} x {height} pixels; the limit is {most:,}",
            hint="Make it smaller, or raise HUGGINGGPT_MAX_IMAGE_PIXELS.",
        )
    if image.format in REDUCIBLE and (factor := _factor(image)) > 1:
        image.draft(None, (width // factor, height // factor))
        _report(label, (width, height), image.size)


def reduced(image: "Image.Image", label: str) -> "Image.Image":
    """A decoded picture within the limit of pixels; of any mode, with its EXIF."""
    from PIL import Image

    if (factor := _factor(image)) == 1:
        return image
    size = math.ceil(image.width / factor), math.ceil(image.height / factor)
    plain: Any = {"P": "RGBA", "PA": "RGBA", "1": "L"}.get(image.mode)
    if image.mode.startswith("I;16"):
        smaller = image.resize(size, Image.Resampling.NEAREST)
    else:
        smaller = (image.convert(plain) if plain else image).reduce(factor)
    smaller.getexif()[EXIF_ORIENTATION] = image.getexif().get(EXIF_ORIENTATION, 1)
    _report(label, image.size, smaller.size)
    return smaller


def _factor(image: "Image.Image") -> int:
    over = image.width * image.height / limits().max_image_pixels
    return 1 if over <= 1 else 2 ** math.ceil(math.log2(over) / 2)


def _report(label: str, size: tuple[int, int], read: tuple[int, int]) -> None:
    caveat(f"{label} has {size[0]} x {size[1]} pixels, and was read at {read[0]} x {read[1]}")
