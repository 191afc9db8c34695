"""`ends_early`: whether a Matroska, Ogg or ASF file ends inside one of its parts; `states_duration`: what is promised."""

from pathlib import Path
from typing import BinaryIO

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_UNKNOWN = -1
"""Size of an element that was written as a stream: it lasts until the next one of its level."""
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""Identifies the object of an ASF file that holds its size (ASF specification, 3.2)."""
_OGG_TAIL = 1 << 17
"""Bytes at the end of an Ogg file that hold its last page, of 65,307 at most, whole or cut."""


def ends_early(path: Path) -> bool:
    """Whether the file is known to go on beyond its last byte; False for the other containers."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4)
        if head == b"\x1a\x45\xdf\xa3":
            return _matroska_ends_early(file, size)
        if head == b"\x30\x26\xb2\x75":
            return _asf_size(file.read(1 << 16)) > size
        return head == b"OggS" and _ogg_ends_early(file, size)


def states_duration(path: Path, container: str) -> bool:
    """Whether the duration that FFmpeg gives a track is stated for it; else it is that of the file, or an estimate."""
    if container != "mp3":
        return container not in ("aac", "ac3", "amr", "asf", "eac3", "mpeg", "mpegts", "mpegvideo")
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))


def _asf_size(head: bytes) -> int:
    """The size of a WMV or WMA file as its own header gives it; 0 where it does not."""
    at = head.find(_ASF_PROPERTIES)
    return int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0


def _matroska_ends_early(file: BinaryIO, size: int) -> bool:
    """Elements of the file, the segment and clusters of unknown size, one after the other, up to one that has no end."""
    place = 0
    while place < size:
        file.seek(place)
        head = file.read(12)
        name, begin = _number(head, 0, keep_marker=True)
        length, begin = _number(head, begin, keep_marker=False)
        if begin > len(head):
            return True
        place += begin
        if length == _UNKNOWN and name in (_SEGMENT, _CLUSTER):
            continue
        if length == _UNKNOWN or begin == 0:
            return False  # no Matroska from here on: nothing is known of its end
        if place + length > size:
            return True
        place += length
    return False


def _number(head: bytes, place: int, *, keep_marker: bool) -> tuple[int, int]:
    """An EBML number and the place after it, which lies beyond the head where it is cut."""
    if place >= len(head):
        return 0, len(head) + 1
    width = 9 - head[place].bit_length()
    value = int.from_bytes(head[place : place + width])
    bare = value & ((1 << 7 * width) - 1)
    if not keep_marker and bare == (1 << 7 * width) - 1:
        return _UNKNOWN, place + width
    return (value if keep_marker else bare), place + width


def _ogg_ends_early(file: BinaryIO, size: int) -> bool:
    """Whether the last page is cut, or is not flagged as the end of its stream."""
    file.seek(max(0, size - _OGG_TAIL))
    tail = file.read()
    last = tail.rfind(b"OggS")
    page = tail[last:]
    if last < 0 or len(page) < 27 or len(page) < 27 + page[26]:
        return True
    whole = 27 + page[26] + sum(page[27 : 27 + page[26]])
    return len(page) < whole or not page[5] & 4
