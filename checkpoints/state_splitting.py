"""`split` and `joined`: divide a state into parts, and put it together again to the same bytes.

A state is split as msgpack, whatever types it holds: a part that is large enough is replaced by its hash.
"""

import re
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, Final

from .msgpack_tree import Extension, as_packed, nested, packed, unpacked

_SMALL, _LONG = 128, 512
"""Bytes from which an element of a channel, and a text anywhere, is a part of its own."""
_ONE, _MANY = 101, 102
"""Codes of the msgpack extensions that hold the hash of a part: one value; several elements of a list."""
_BLOCK: Final = 32
"""Elements of a long list that are one part: a list that only grows, as `messages`, has few references."""
_MARK: Final = re.compile(rb"\xd8[\x65\x66]")
_MAY_BE_LONG: Final = re.compile(  # all begin in one set of bytes: ten times as fast as alternatives do
    rb"[\xc7-\xc9\xd4-\xd8\xda\xdb]"
    rb"(?:(?<=\xda)(?<!\xcbA\xda)[\x02-\xff]|(?<=[\xc8\xc9\xdb])|(?<=\xc7).[ef]|(?<=[\xd4-\xd8])[ef])",
    re.DOTALL,
)
"""In packed bytes: a text or extension of 512 bytes or more, or a code of ours; found by chance in some numbers too.

Not in the seconds since 1970, which begin with CB 41 DA for many years.
"""
_REFERENCE: Final = re.compile(rb"(?=\xd8[\x65\x66](.{16}))", re.DOTALL)

Parts = dict[bytes, bytes]
Known = dict[bytes, bytes]
"""By the hash of a value: that of the part which it became."""


class _LooksLikeAReference(Exception):
    """A state of someone else's types has an extension with a code of ours: it is not split."""


def split(data: bytes, known: Known | None = None) -> tuple[bytes, Parts]:
    """What is left of a msgpack value, and its parts. Nothing is split that would not be joined to the same bytes.

    `known`: values that were split before, and gets those of now; a part that was made from one of them is left empty,
    without the parts inside it.
    """
    known = {} if known is None else known
    parts: Parts = {}
    if len(data) < _SMALL or packed(value := unpacked(data)) != data:
        return data, {}
    may_be_long = _MAY_BE_LONG.search(data)
    try:
        if isinstance(value, dict) and {"channel_values", "channel_versions"} <= value.keys():
            value = {
                name: {channel: _elements(held, parts, known) for channel, held in each.items()}
                if name == "channel_values"
                else (_thin(each, parts)[0] if may_be_long else each)
                for name, each in value.items()
            }
        else:
            value = _elements(value, parts, known)
    except _LooksLikeAReference:
        return data, {}
    return packed(value), parts


def joined(data: bytes, fetch: Callable[[bytes], bytes]) -> bytes:
    """The bytes that were split. `fetch`: a part by its hash."""
    return packed(_joined(unpacked(data), fetch))


def references(data: bytes) -> Iterable[bytes]:
    """The hashes of the parts to which a state or a part refers, and perhaps bytes that only look like one."""
    return _REFERENCE.findall(data) if _MARK.search(data) else ()


def _joined(value: Any, fetch: Callable[[bytes], bytes]) -> Any:
    match value:
        case dict():
            return {key: _joined(each, fetch) for key, each in value.items()}
        case list():
            elements: list[Any] = []
            for each in value:
                whole = _joined(each, fetch)
                elements += whole if isinstance(each, Extension) and each.code == _MANY else [whole]
            return elements
        case Extension(code=code) if code in (_ONE, _MANY):
            part = fetch(value.inside)
            if code == _ONE and not _MARK.search(part):
                return as_packed(part)
            return _joined(unpacked(part), fetch)
        case Extension() if _MARK.search(value.inside):
            return nested(value, lambda tree: _joined(tree, fetch))
        case _:
            return value


def _without_long_texts(value: Any, parts: Parts) -> Any:
    """The value, with each long text, also one within LangGraph's types, replaced by a reference."""
    match value:
        case dict():
            return {key: _without_long_texts(each, parts) for key, each in value.items()}
        case list():
            return [_without_long_texts(each, parts) for each in value]
        case str() if len(value) >= _LONG:
            return _reference(_ONE, packed(value), parts)
        case Extension(code=code) if code in (_ONE, _MANY):
            raise _LooksLikeAReference
        case Extension() if len(value.inside) >= _LONG or _MARK.search(value.inside):
            return nested(value, lambda tree: _without_long_texts(tree, parts))
        case _:
            return value


def _elements(channel: Any, parts: Parts, known: Known) -> Any:
    """A channel: each element of a list, each value of an object of objects, or the whole as a part."""
    match channel:
        case list():
            full = len(channel) // _BLOCK * _BLOCK if len(channel) > 2 * _BLOCK else 0
            blocks = [_block(channel[at : at + _BLOCK], parts, known) for at in range(0, full, _BLOCK)]
            return [*blocks, *(_part(each, parts, known) for each in channel[full:])]
        case dict() if channel and all(isinstance(each, dict) for each in channel.values()):
            return {key: _part(each, parts, known) for key, each in channel.items()}
        case _:
            return _part(channel, parts, known)


def _thin(value: Any, parts: Parts, data: bytes = b"") -> tuple[Any, bytes]:
    """The value without long texts, and its bytes. It is walked only where they show that there may be one."""
    data = data or packed(value)
    if not _MAY_BE_LONG.search(data) or not _holds_long_text(value):
        return value, data
    value = _without_long_texts(value, parts)
    return value, packed(value)


def _holds_long_text(value: Any) -> bool:
    """Whether something within is to be replaced, or is of a type of LangGraph's: a look costs a tenth of a copy."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            if len(each) >= _LONG:
                return True
        elif isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each
        elif isinstance(each, Extension):
            return True
    return False


def _part(value: Any, parts: Parts, known: Known) -> Any:
    """A reference to the value; the value itself where that is no larger."""
    whole = packed(value)
    if len(whole) >= _SMALL and (key := known.get(_hash(whole))):
        parts.setdefault(key, b"")
        return Extension(_ONE, key)
    value, data = _thin(value, parts, whole)
    if len(data) < _SMALL:
        return value
    reference = _reference(_ONE, data, parts)
    known[_hash(whole)] = reference.inside
    return reference


def _block(elements: Any, parts: Parts, known: Known) -> Extension:
    """A reference to several elements of a list."""
    inside: Parts = {}
    data = packed([_part(each, inside, known) for each in elements])
    key = _hash(data)
    if key in known and not any(inside.values()):
        parts.setdefault(key, b"")
        return Extension(_MANY, key)
    known[key] = key
    for part, value in inside.items():
        parts[part] = value or parts.get(part, b"")
    return _reference(_MANY, data, parts)


def _reference(code: int, data: bytes, parts: Parts) -> Extension:
    key = _hash(data)
    parts[key] = data
    return Extension(code, key)


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
