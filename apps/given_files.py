"""`File`: what a caller may hand over as a file; `as_graph_file`: the same as the graph's input takes it."""

import base64
import os
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..graph.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    import PIL.Image

    File: TypeAlias = "str | Path | bytes | dict[str, Any] | PIL.Image.Image | np.ndarray[Any, Any] | Any"
    """A path, URL or data URL; bytes; a content block of a message; a picture; an array of pixels; a DataFrame."""

_SINGLE = (str, bytes, bytearray, memoryview, os.PathLike)
_TABLES = ("DataFrame", "Series")
_PICTURES = ("Image", "ndarray")
_KNOWN = "a path, a URL, a data URL, bytes, a content block, a PIL image, an array of pixels or a DataFrame"


def as_graph_files(files: Any) -> list[str | dict[str, Any]]:
    """Paths and URLs as they are; all others as content blocks. One file that is in no list is a list of one.

    Raises `InvalidInput` where it is given: for anything that is no file, before a run is started.
    """
    alone = (
        not isinstance(files, Iterable) or isinstance(files, (*_SINGLE, dict)) or _named(files, *_TABLES, *_PICTURES)
    )
    return [_as_graph_file(file, number) for number, file in enumerate([files] if alone else files)]


def _as_graph_file(file: Any, number: int) -> str | dict[str, Any]:
    if isinstance(file, str):
        if not file.strip():
            raise InvalidInput(f"file {number} has an empty name")
        return file
    if isinstance(file, os.PathLike):
        return os.fsdecode(file)
    if isinstance(file, bytes | bytearray | memoryview):
        return _block(bytes(file), number)
    if isinstance(file, dict):
        return file
    if _named(file, "Image"):
        return _block(_png(file), number, "image", f"picture{number}.png")
    if _named(file, "ndarray"):
        return _block(_png(_image_of(file, number)), number, "image", f"picture{number}.png")
    if _named(file, *_TABLES):
        text = str(file.to_csv(index=_has_named_index(file)))
        return _block(text.encode(), number, "file", f"table{number}.csv", "text/csv")
    raise InvalidInput(f"file {number} is of type {type(file).__name__}", hint=f"A file is {_KNOWN}.")


def _named(value: Any, *names: str) -> bool:
    """Whether a class of that name is among the value's: none of those libraries is imported for it."""
    return any(base.__name__ in names for base in type(value).__mro__)


def _block(data: bytes, number: int, kind: str = "file", name: str = "", media_type: str = "") -> dict[str, Any]:
    if not data:
        raise InvalidInput(f"file {number} is empty")
    block = {"type": kind, "base64": base64.b64encode(data).decode("ascii"), "filename": name, "mime_type": media_type}
    return {key: value for key, value in block.items() if value}


def _png(picture: Any) -> bytes:
    buffer = BytesIO()
    mode = picture.mode if picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else "RGB"
    (picture if mode == picture.mode else picture.convert(mode)).save(buffer, "PNG")
    return buffer.getvalue()


def _image_of(array: Any, number: int) -> "PIL.Image.Image":
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


def _has_named_index(table: Any) -> bool:
    """Whether the rows of a DataFrame have names that belong to its data."""
    return any(name is not None for name in table.index.names)
