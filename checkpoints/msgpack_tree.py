"""Reads saved states as trees, whatever types they hold: `unpacked`, `packed`, `as_packed`, and `nested` for the types.

LangGraph packs a type as an extension whose bytes are msgpack again. Bytes that are not, or are packed in a form of their
own, are left as they are: what is unpacked and packed again is the same.
"""

from collections.abc import Callable
from typing import Any, Final

import ormsgpack

_OPTION: Final = ormsgpack.OPT_NON_STR_KEYS


class Extension:
    """A value of a type that msgpack has not."""

    __slots__ = ("code", "inside")

    def __init__(self, code: int, inside: bytes) -> None:
        self.code = code
        self.inside = inside


def unpacked(data: bytes) -> Any:
    """Dictionaries, lists, plain values, and `Extension`. Raises `ValueError` for bytes that are no msgpack."""
    return ormsgpack.unpackb(data, ext_hook=Extension, option=_OPTION)


def packed(value: Any) -> bytes:
    """The bytes of a tree."""
    return ormsgpack.packb(value, default=_extension, option=_OPTION)


def as_packed(data: bytes) -> Any:
    """A place in a tree where bytes that are packed already stand as they are."""
    return ormsgpack.Fragment(data)


def nested(extension: Extension, change: Callable[[Any], Any]) -> Extension:
    """The extension with the tree inside it changed; the same one where there is none."""
    try:
        tree = unpacked(extension.inside)
    except ValueError:
        return extension
    if packed(tree) != extension.inside:
        return extension
    return Extension(extension.code, packed(change(tree)))


def _extension(value: Any) -> ormsgpack.Ext:
    if isinstance(value, Extension):
        return ormsgpack.Ext(value.code, value.inside)
    raise TypeError(f"{type(value).__name__} is not in a state")
