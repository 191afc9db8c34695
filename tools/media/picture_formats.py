"""`register_formats`: the formats of pictures that are read, and the libraries that decode them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF", "JPEG2000", "ICO", "PPM", "TGA", "PCX")
"""Pillow's names; it knows thirty more, some of which run other programs."""
ANYMAP = "image/x-portable-anymap"
"""PBM, PGM and PPM, whose numbers may be written as text."""
BY_MEDIA_TYPE = {f"image/{form.lower()}": form for form in FORMATS[:8]} | {
    "image/heic": "HEIF", "image/jp2": "JPEG2000", "image/x-icon": "ICO", ANYMAP: "PPM",
    "image/x-tga": "TGA", "image/x-pcx": "PCX",
}  # fmt: skip
_ANYMAP = re.compile(rb"P[1-6]\s")


def without_mark(data: bytes, by_name: str) -> str:
    """The media type of pictures that begin as texts or any data may, by their name and their first bytes; else empty."""
    match by_name:
        case ANYMAP if _ANYMAP.match(data):
            return by_name
        case "image/x-pcx" if data[:1] == b"\x0a" and data[2:3] == b"\x01":
            return by_name
        case "image/x-tga" if len(data) > 18 and data[1] in (0, 1) and data[2] in (1, 2, 3, 9, 10, 11):
            return by_name
    return ANYMAP if _ANYMAP.match(data) and b"\0" in data else ""


def register_formats() -> None:
    """Import Pillow's plug-ins, and libheif's for HEIC: before a budget counts the memory of a file."""
    from PIL import Image

    Image.init()
    if "HEIF" in Image.OPEN or find_spec("pi_heif") is None:
        return
    import pi_heif

    pi_heif.options.DECODE_THREADS = min(4, int(os.environ.get("OMP_NUM_THREADS", "1")))
    pi_heif.options.THUMBNAILS = False
    pi_heif.register_heif_opener()


@contextmanager
def decoding_what_is_there() -> Iterator[None]:
    """A file that is cut short is decoded as far as it goes; the rest is one colour. A setting of this process."""
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
