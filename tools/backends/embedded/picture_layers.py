"""`in_own_mode`: an operation on a picture that keeps its transparency and its deep greys, or says what is lost."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ....graph.caveats import caveat
from ...media.picture_modes import DEEP, as_rgb

if TYPE_CHECKING:
    from PIL import Image

_ON_ALL_LAYERS = ("resize", "enlarge", "rotate", "flip", "format", "crop")
"""Operations that move pixels, and with them their transparency; the others change colours only."""
_ON_DEEP = ("resize", "enlarge", "flip", "format", "crop")
_WITH_TRANSPARENCY = ("png", "webp", "tiff")
_DEEP_FORMATS = ("png", "tiff")


def in_own_mode(
    image: "Image.Image", label: str, operation: str, format: str, change: "Callable[[Image.Image], Image.Image]"
) -> "Image.Image":
    """The picture changed, in RGB, RGBA or a deep grey mode, as the format that it is written in can hold."""
    written = format.lower()
    if image.mode in DEEP:
        if operation in _ON_DEEP and written in _DEEP_FORMATS and image.mode.startswith("I"):
            deep = change(image.convert("I"))
            return deep if image.mode == "I" else deep.convert("I;16")
        caveat(f"{label} has more than 8 bits of grey, and the picture made of it has 8")
        return change(as_rgb(image))
    if not image.has_transparency_data:
        return change(as_rgb(image))
    if written not in _WITH_TRANSPARENCY:
        caveat(f"{label} is transparent in parts, and the picture made of it is not: {format} has no such parts")
        return change(as_rgb(image))
    layers = image.convert("RGBA")
    if operation in _ON_ALL_LAYERS:
        return change(layers)
    changed = change(layers.convert("RGB")).convert("RGB")
    changed.putalpha(layers.getchannel("A"))
    return changed
