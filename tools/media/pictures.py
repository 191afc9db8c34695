"""`read_image` reads a picture within the limits, as RGB, `read_frames` all its frames; `image_artifact` saves one."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ...graph.call import Artifact, Call, Material
from ...graph.caveats import caveat, lacks
from ...graph.errors import input_error, input_too_large
from .jpeg_scans import check_scans
from .media_limits import limits
from .memory_budget import reading
from .picture_formats import FORMATS, decoding_what_is_there, register_formats
from .picture_modes import as_rgb
from .picture_size import check_size, reduced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Pixels: TypeAlias = "NDArray[np.uint8]"
"""Of shape (height, width, 3), RGB."""

MAX_FRAMES = 64
"""Frames that are read of one file."""

WRITTEN: dict[str, dict[str, Any]] = {
    "png": {"compress_level": 4}, "jpeg": {"quality": 92}, "webp": {"quality": 90}, "gif": {}, "bmp": {}, "tiff": {},
}  # fmt: skip
"""Formats that are written, with Pillow's options."""


def read_image(material: Material) -> "Image.Image":
    """The picture as RGB, turned upright by its EXIF; of several frames the first. Raises `ExpertError` (input fault)."""
    label = material.resource.label
    with open_image(material.path, label) as image:
        return as_rgb(image)


def read_frames(material: Material) -> "Iterator[Image.Image]":
    """The frames of an animation, or the pages of a TIFF, as RGB; those that repeat the one before are left out."""
    label, before = material.resource.label, b""
    with _opened(material.path, label) as image:
        count = _frame_count(image)
        for number in range(min(count, MAX_FRAMES)):
            with reading(label):
                image.seek(number)
                frame = as_rgb(_upright(image, label))
            content = hashlib.sha256(frame.tobytes()).digest()
            if content != before:
                yield frame
            before = content
    if count > MAX_FRAMES:
        lacks(f"frames {MAX_FRAMES + 1} to {count} of {label} were not read: {MAX_FRAMES} are read at once")


@contextmanager
def open_image(path: Path, label: str) -> "Iterator[Image.Image]":
    """The picture in its own mode, upright by its EXIF; its size is checked first. Raises `ExpertError` (input fault).

    A larger picture than the limit is reduced, and of a file that is cut short there is what it holds; both are reported.
    """
    with _opened(path, label) as image, reading(label):
        if (frames := _frame_count(image)) > 1:
            caveat(f"{label} has {frames} frames, and only the first was used")
        yield _upright(image, label)


@contextmanager
def _opened(path: Path, label: str) -> "Iterator[Image.Image]":
    """The picture as the file has it, its first frame decoded."""
    from PIL import Image

    register_formats()
    try:
        check_scans(path, label)
        with ExitStack() as opened:
            with reading(label):
                image = _loaded(path, label, opened)
            yield image
    except Image.DecompressionBombError:
        raise input_too_large(f"{label} is larger than {limits().max_image_pixels:,} pixels") from None
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        why = f": {error}" if type(error) is ValueError else ""  # the texts of others don't help, or hold a path
        raise input_error(f"{label} can't be read as an image{why}") from error


def _loaded(path: Path, label: str, opened: ExitStack) -> "Image.Image":
    """The picture with its first frame decoded; of a file that is cut short what is there. `opened` closes it."""
    from PIL import Image

    image = opened.enter_context(Image.open(path, formats=FORMATS))
    check_size(image, label)
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
    else:
        return image
    cut = opened.enter_context(Image.open(path, formats=FORMATS))
    opened.enter_context(decoding_what_is_there())
    lacks(f"{label} is cut short, and what is missing of it was not read")
    check_size(cut, label)
    cut.load()
    return cut


def _upright(image: "Image.Image", label: str) -> "Image.Image":
    from PIL import ImageOps

    smaller = reduced(image, label)
    if smaller is image and _frame_count(image) > 1:
        return ImageOps.exif_transpose(image)
    ImageOps.exif_transpose(smaller, in_place=True)
    return smaller


def _frame_count(image: "Image.Image") -> int:
    """The number of frames or pages; a preview in a JPEG is none."""
    return 1 if image.format in ("JPEG", "MPO") else int(getattr(image, "n_frames", 1))


def count_frames(material: Material) -> int:
    """How many frames or pages a picture has. Raises `ExpertError` (input fault)."""
    with _opened(material.path, material.resource.label) as image:
        return _frame_count(image)


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
