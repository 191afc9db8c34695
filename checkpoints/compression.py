"""`compressed` and `original`: contents of saved states in fewer bytes, by Zstandard and what all of them have in common.

A small state is mostly names of fields. With those known beforehand, a state of 700 bytes takes 180.
"""

from threading import local
from typing import Final

import zstandard

from ..graph.advice import again
from ..graph.errors import StorageError
from .common_bytes import COMMON
from .redacting_connection import Redacted

_AS_IT_IS, _SHORTER = b"\0", b"\1"
"""The first byte says in which form the rest is."""
_LEVEL: Final = 5
"""Higher ones save nothing on small states."""
_FORMAT: Final = zstandard.FORMAT_ZSTD1_MAGICLESS
_LONGEST: Final = 1 << 30
"""Bytes of a value that SQLite can hold."""


def compressed(data: bytes) -> Redacted:
    """The form that is stored, of bytes that hold no secret: in this form none would be found."""
    shorter: bytes = _zstandard.compressor.compress(data)
    return Redacted(_SHORTER + shorter if len(shorter) < len(data) else _AS_IT_IS + data)


def original(stored: bytes) -> bytes:
    """The bytes that were compressed. Raises `StorageError`."""
    form, content = stored[:1], stored[1:]
    try:
        if form == _AS_IT_IS:
            return content
        if form == _SHORTER and zstandard.get_frame_parameters(content, format=_FORMAT).content_size <= _LONGEST:
            return bytes(_zstandard.decompressor.decompress(content))
    except zstandard.ZstdError:
        pass
    raise damaged()


def damaged() -> StorageError:
    """The error for a record that can't be read."""
    return StorageError(
        "a saved state can't be read: its record is damaged",
        hint=f"the database was changed or damaged; make the request again: {again()}",
    )


class _Zstandard(local):
    """The library's objects, which are of one thread each."""

    def __init__(self) -> None:
        known = zstandard.ZstdCompressionDict(COMMON, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        options = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL, format=_FORMAT, write_content_size=1, write_checksum=1, write_dict_id=0
        )
        self.compressor = zstandard.ZstdCompressor(dict_data=known, compression_params=options)
        self.decompressor = zstandard.ZstdDecompressor(dict_data=known, format=_FORMAT)


_zstandard = _Zstandard()
