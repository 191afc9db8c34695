"""`File`: what a caller may hand over as a file; `as_graph_file`: the same as the graph's input takes it."""

import base64
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..graph.content_blocks import file_name
from ..graph.errors import InvalidInput
from .given_pictures import Encoded, encoded_picture, picture_of_array

if TYPE_CHECKING:
    import numpy as np
    import PIL.Image

    File: TypeAlias = "str | Path | bytes | dict[str, Any] | PIL.Image.Image | np.ndarray[Any, Any] | Any"
    """A path, URL or data URL; bytes; an open file; a content block; a picture; an array of pixels; a DataFrame."""

_SINGLE = (str, bytes, bytearray, memoryview, os.PathLike)
_TABLES = ("DataFrame", "Series")
_PICTURES = ("Image", "ndarray")
_KNOWN = (
    "a path, a URL, a data URL, bytes, an open file, a content block, a PIL image, an array of pixels or a DataFrame"
)


def as_graph_files(files: Any) -> list[str | dict[str, Any]]:
    """Paths and URLs as they are; all others as content blocks. One file that is in no list is a list of one.

    Raises `InvalidInput` where it is given: for anything that is no file, before a run is started.
    """
    alone = (
        not isinstance(files, Iterable)
        or isinstance(files, (*_SINGLE, dict))
        or _named(files, *_TABLES, *_PICTURES)
        or _is_open_file(files)
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
    if _named(file, *_PICTURES):
        picture = picture_of_array(file, number) if _named(file, "ndarray") else file
        data, name = encoded_picture(picture, number)
        return _block(data, number, "image", name)
    if _named(file, *_TABLES):
        text = str(file.to_csv(index=_has_named_index(file)))
        return _block(text.encode(), number, "file", f"table{number}.csv", "text/csv")
    if _is_open_file(file):
        data, name = _read(file, number)
        return _block(data, number, name=name)
    raise InvalidInput(f"file {number} is of type {type(file).__name__}", hint=f"A file is {_KNOWN}.")


def _named(value: Any, *names: str) -> bool:
    """Whether a class of that name is among the value's: none of those libraries is imported for it."""
    return any(base.__name__ in names for base in type(value).__mro__)


def _block(data: bytes, number: int, kind: str = "file", name: str = "", media_type: str = "") -> dict[str, Any]:
    if not data:
        raise InvalidInput(
            f"file {number} is empty", hint="An open file is read from where it stands: seek(0) rewinds."
        )
    block = {"type": kind, "base64": base64.b64encode(data).decode("ascii"), "filename": name, "mime_type": media_type}
    return {key: value for key, value in block.items() if value}


def _is_open_file(value: Any) -> bool:
    return callable(getattr(value, "read", None))


def _read(file: Any, number: int) -> Encoded:
    """The rest of an open file, binary or text, with the name that it was opened by."""
    try:
        data = file.read()
    except (OSError, ValueError) as error:  # closed, or open for writing only
        raise InvalidInput(f"file {number} can't be read: {error}", hint="Give its path, or open it anew.") from None
    opened = getattr(file, "name", "")
    name = file_name(opened) if isinstance(opened, str) else ""
    if isinstance(data, str):
        return Encoded(data.encode("utf-8", "replace"), name or f"text{number}.txt")
    if isinstance(data, bytes | bytearray | memoryview):
        return Encoded(bytes(data), name)
    raise InvalidInput(
        f"file {number}: the read() of a {type(file).__name__} gives no bytes", hint=f"A file is {_KNOWN}."
    )


def _has_named_index(table: Any) -> bool:
    """Whether the rows of a DataFrame have names that belong to its data."""
    return any(name is not None for name in table.index.names)
