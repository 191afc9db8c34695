"""`as_rgb`: a decoded picture of any mode as RGB: deep greys scaled to what they hold, transparency over what shows it."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of one channel with more than eight bits. It would clip them to white."""
BACKGROUNDS = (255, 0, 128)
"""Greys that transparency may be put over: white, unless what is visible would vanish on it."""
VISIBLE = 48
"""Least difference from its background, of 255, at which something is seen."""


def as_rgb(image: "Image.Image") -> "Image.Image":
    """As RGB, in as few copies as possible: each copy of a large picture is 100 MB."""
    if image.mode in DEEP:
        return _eight_bits(image).convert("RGB")
    profile = image.info.get("icc_profile") or b""
    if profile[16:20] == b"CMYK" == image.mode.encode():
        return _by_profile(image, profile)
    made = _over_background(image) if image.has_transparency_data else image.convert("RGB")
    if profile[16:20] not in (b"", b"RGB "):
        made.info.pop("icc_profile", None)  # it describes other colours than those of the picture made
    return made


def _by_profile(image: "Image.Image", profile: bytes) -> "Image.Image":
    """Colours for print as they look, by the profile that says so; without it where the profile is damaged."""
    from PIL import ImageCms

    try:
        target = ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        made = None
    made = made or image.convert("RGB")
    made.info.pop("icc_profile", None)
    return made


def _eight_bits(image: "Image.Image") -> "Image.Image":
    """Scaled so that the least value is black and the greatest white; what is no number is black."""
    import numpy as np
    from PIL import Image

    values = np.asarray(image)
    if values.dtype.kind == "f":
        known = np.isfinite(values)
        values = np.where(known, values, values[known].min() if known.any() else 0.0)
    low, high = float(values.min()), float(values.max())
    scaled = np.subtract(values, low, dtype=np.float32)
    scaled *= 255 / ((high - low) or 1.0)
    return Image.fromarray(scaled.round().astype(np.uint8))


def _over_background(image: "Image.Image") -> "Image.Image":
    from PIL import Image

    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    colours, alpha = layer.convert("RGB"), layer.getchannel("A")
    grey = _background(colours.convert("L").histogram(alpha.point(lambda value: 255 if value > 64 else 0)))
    canvas = Image.new("RGB", layer.size, (grey, grey, grey))
    canvas.paste(colours, mask=alpha)
    return canvas


def _background(visible: list[int]) -> int:
    """The first of `BACKGROUNDS` from which nearly all that is not transparent differs, else the best of them."""
    seen = {
        grey: sum(count for level, count in enumerate(visible) if abs(level - grey) >= VISIBLE) for grey in BACKGROUNDS
    }
    enough = 0.98 * max(seen.values())
    return next(grey for grey in BACKGROUNDS if seen[grey] >= enough)
