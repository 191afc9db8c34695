"""`encoded_picture`: a PIL image as the bytes of a file, with all its pages or frames; `picture_of_array`: one of pixels."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..graph.content_blocks import file_name
from ..graph.errors import InvalidInput

if TYPE_CHECKING:
    import PIL.Image

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
"""What PNG can hold."""


class Encoded(NamedTuple):
    """The bytes of a file, and its name."""

    data: bytes
    name: str


def encoded_picture(picture: "PIL.Image.Image", number: int) -> Encoded:
    """PNG; of several pages or frames a file with all of them; of a damaged file its bytes, for which readers have words.

    Raises `InvalidInput` for one that is closed or has no pixels. `number`: its place among the files.
    """
    if not (picture.width and picture.height):
        raise InvalidInput(f"file {number} is a picture of {picture.width}x{picture.height} pixels, which is empty")
    try:
        if getattr(picture, "n_frames", 1) > 1:
            return _all_frames(picture, number)
        mode = picture.mode if picture.mode in _MODES else "RGB"
        buffer = BytesIO()
        (picture if mode == picture.mode else picture.convert(mode)).save(buffer, "PNG")
        return Encoded(buffer.getvalue(), f"picture{number}.png")
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # what PIL raises
        if original := _file_behind(picture):
            return Encoded(original, _name(picture))
        raise InvalidInput(
            f"file {number} is a picture that can't be read: {error}",
            hint="Was it closed? Give its path, or open it anew.",
        ) from None


def _all_frames(picture: "PIL.Image.Image", number: int) -> Encoded:
    """The file that it was opened from, else its frames as TIFF. `picture.copy()` is its current frame alone."""
    if original := _file_behind(picture):
        return Encoded(original, _name(picture))
    buffer, current = BytesIO(), picture.tell()
    try:
        picture.save(buffer, "TIFF", save_all=True)
    finally:
        picture.seek(current)
    return Encoded(buffer.getvalue(), f"picture{number}.tiff")


def _name(picture: Any) -> str:
    """That of the file it was opened from; empty where there is none: it is named after its content."""
    opened = getattr(picture, "filename", "")
    return file_name(opened) if isinstance(opened, str) else ""


def _file_behind(picture: Any) -> bytes:
    """The bytes of the file that an image was opened from; none where it is closed and has no path."""
    try:
        if (file := getattr(picture, "fp", None)) and not file.closed:
            place = file.tell()
            try:
                file.seek(0)
                return bytes(file.read())
            finally:
                file.seek(place)  # PIL reads further frames from there
        return Path(picture.filename).read_bytes() if getattr(picture, "filename", "") else b""
    except (OSError, ValueError):
        return b""


def picture_of_array(array: Any, number: int) -> "PIL.Image.Image":
    """The picture of an array: height x width, or height x width x 1, 3 or 4; whole numbers to 255, or floats to 1."""
    import numpy as np
    import PIL.Image

    shape = "x".join(map(str, array.shape))
    hint = "An array is height x width, or height x width x 3 or 4, of uint8, bool, or floats from 0 to 1."
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))) or not array.size:
        raise InvalidInput(f"file {number} is an array of {shape}, which is no picture", hint=hint)
    if array.dtype.kind == "f":
        low, high = float(np.min(array)), float(np.max(array))
        if not (np.isfinite(low) and low >= 0 and high <= 1):
            raise InvalidInput(f"file {number} is an array of floats from {low:g} to {high:g}", hint=hint)
        array = np.round(array * 255)
    elif array.dtype.kind not in "bui" or int(array.min()) < 0 or int(array.max()) > 255:
        raise InvalidInput(f"file {number} is an array of {array.dtype} that is no picture", hint=hint)
    elif array.dtype.kind == "b":
        array = array * 255
    return PIL.Image.fromarray(array.astype(np.uint8))
