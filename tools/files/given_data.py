"""`content_of`: the bytes of a file that a caller handed over as bytes, base64 or a data URL; its size is checked first."""

import base64
import binascii
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from ...graph.content_blocks import GivenFile, is_data_url
from ...graph.errors import InvalidInput
from ...graph.media_types import OTHER_SUFFIX, canonical, suffix_of, types_by_suffix
from ..net.download import too_large


class GivenContent(NamedTuple):
    """What was handed over."""

    data: bytes
    name: str
    """A file name with a suffix: the caller's, else `data` with the suffix of the declared type."""


def content_of(given: GivenFile, limit: int) -> GivenContent:
    """Decode what was handed over, at most `limit` bytes. Raises `InvalidInput`, which never repeats the data."""
    declared, encoded = given.media_type, given.base64
    if is_data_url(given.url):
        head, comma, body = given.url.partition(",")
        if not comma or len(head) > 1_000:
            raise InvalidInput(
                f"{given.name or 'a data URL'} is not a data URL: it lacks the comma before its data",
                hint="Its form: data:image/png;base64,iVBORw0KGgo...",
            )
        media_type, *parameters = head[5:].split(";")
        declared = media_type or declared or "text/plain"
        name = _named(given.name, declared)
        if "base64" not in (parameter.strip().lower() for parameter in parameters):
            return GivenContent(_checked(unquote_to_bytes(body), name, limit), name)
        encoded = body
    name = _named(given.name, declared)
    if not encoded:
        return GivenContent(_checked(given.data, name, limit), name)
    if len(encoded) * 3 // 4 > limit + 2:
        raise too_large(name, len(encoded) * 3 // 4, limit)
    return GivenContent(_checked(_decoded(encoded, name), name, limit), name)


def _decoded(encoded: str, name: str) -> bytes:
    """Base64, standard or of URLs, with or without padding and line ends."""
    try:
        compact = "".join(encoded.split()).encode("ascii").rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise InvalidInput(
            f"{name} was given as base64 that can't be decoded", hint="Was it cut off, or is it of another encoding?"
        ) from None


def _checked(data: bytes, name: str, limit: int) -> bytes:
    if len(data) > limit:
        raise too_large(name, len(data), limit)
    return data


def _named(name: str, media_type: str) -> str:
    """The caller's name, with the suffix of the declared type where it has none that is known."""
    if name.rpartition(".")[2].lower() in types_by_suffix():
        return name
    suffix = suffix_of(canonical(media_type.partition(";")[0].strip().lower())) if media_type else ""
    return f"{name or 'data'}{'' if suffix == OTHER_SUFFIX else suffix}"
