"""`register_formats`: the formats of pictures that are read, and the libraries that decode them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
"""Pillow's names; it knows forty more, some of which run other programs."""


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
