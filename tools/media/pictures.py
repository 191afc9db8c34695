"""`read_image` reads a picture within the limits, as RGB; `image_artifact` saves one as an output."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ...graph.call import Artifact, Call, Material
from ...graph.errors import input_error, input_too_large
from .jpeg_scans import check_scans
from .media_limits import limits
from .memory_budget import reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Pixels: TypeAlias = "NDArray[np.uint8]"
"""Of shape (height, width, 3), RGB."""

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
"""Pillow's names of the formats that are read; it knows forty more, some of which run other programs."""

WRITTEN: dict[str, dict[str, Any]] = {
    "png": {"compress_level": 4}, "jpeg": {"quality": 92}, "webp": {"quality": 90}, "gif": {}, "bmp": {}, "tiff": {},
}  # fmt: skip
"""Formats that are written, with Pillow's options."""


def read_image(material: Material) -> "Image.Image":
    """The picture as RGB, turned upright by its EXIF, transparency over white. Raises `ExpertError` (input fault)."""
    with open_image(material.path, material.resource.label) as image:
        return _over_white(image)


def frame_count(material: Material) -> int:
    """The number of frames of an animated picture, or of pages in one file; 1 for any other."""
    if material.resource.media_type == "image/jpeg":
        return 1  # a preview in it is no frame
    with open_image(material.path, material.resource.label) as image:
        return int(getattr(image, "n_frames", 1))


@contextmanager
def open_image(path: Path, label: str) -> "Iterator[Image.Image]":
    """The picture in its own mode, upright by its EXIF; its size is checked first. Raises `ExpertError` (input fault)."""
    from PIL import Image, ImageOps

    Image.init()  # imports the plug-ins before the budget counts
    most = limits().max_image_pixels
    try:
        check_scans(path, label)
        with reading(label), Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > most:
                raise input_too_large(
                    f"{label} has {image.width} x {image.height} pixels; the limit is {most:,}",
                    hint="Make it smaller, or raise HUGGINGGPT_MAX_IMAGE_PIXELS.",
                )
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            yield image
    except Image.DecompressionBombError:
        raise input_too_large(f"{label} is larger than {most:,} pixels") from None
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        why = f": {error}" if type(error) is ValueError else ""  # the texts of others don't help, or hold a path
        raise input_error(f"{label} can't be read as an image{why}") from error


def _over_white(image: "Image.Image") -> "Image.Image":
    """As RGB, in as few copies as possible: each copy of a large picture is 100 MB."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    canvas = Image.new("RGB", layer.size, "white")
    canvas.paste(layer.convert("RGB"), mask=layer.getchannel("A"))
    return canvas


def image_bytes(material: Material) -> bytes:
    """The picture in a form that every server accepts: JPEG if it was one, else PNG; upright, without transparency."""
    image = read_image(material)
    buffer = io.BytesIO()
    if material.resource.media_type == "image/jpeg":
        image.save(buffer, "JPEG", quality=95)
    else:
        image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def image_artifact(
    call: Call, image: "Image.Image", output: str = "image", name: str = "", format: str = "png"
) -> Artifact:
    """The picture in the scratch folder; `name`: its file name, where one output has several; `format`: of `WRITTEN`."""
    if (written := format.lower().replace("jpg", "jpeg")) not in WRITTEN:
        raise input_error(f"pictures are written as {', '.join(WRITTEN)}, not as {format}")
    path: Path = call.scratch / f"{name or output}.{written}"
    image.save(path, format=written.upper(), **WRITTEN[written])
    return Artifact(output=output, kind="image", media_type=f"image/{written}", path=path)
