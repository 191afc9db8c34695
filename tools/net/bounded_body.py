"""Meter: one answer as it is read: unpacked here, its bytes counted packed and unpacked, its time watched."""

import time
import zlib
from collections.abc import Iterator, MutableMapping

from ...graph.settings import MEGABYTE
from .transport_errors import Late, Refusal, TooMuch

MOST_JSON = 32 * MEGABYTE
"""Bytes of what a JSON parser takes for a list or an object: parsed, 31 MB of `[],` take 770 MB of memory."""
MOST_OF_AN_ERROR = MEGABYTE
"""Bytes that are read of an answer with an error status."""
_PIECE = 64 * 1024
"""Bytes that are unpacked at once."""
_JSON_BEFORE = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
"""What may stand before the first bracket: white space and byte order marks, in UTF-8, 16 and 32."""


class Meter:
    """Takes the packed body chunk by chunk, and gives it unpacked; raises `TooMuch` and `Late`."""

    def __init__(
        self, where: str, headers: MutableMapping[str, str], *, most: int, end: float | None, bodiless: bool = False
    ) -> None:
        """`most`: bytes. `end`: by `time.monotonic()`. Takes out of `headers` what no longer holds once unpacked."""
        self._where, self._most, self._end = where, most, end
        self._packed = self._unpacked = 0
        self._head: bytes | None = b""
        declared = headers.get("content-length", "")
        if not bodiless and declared.isdecimal() and int(declared) > most:
            raise self._too_much(int(declared))
        coding = "" if bodiless else headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Refusal(f"{where} answers packed as {coding[:40]!r}, which it was not asked for")
        self._unpacker = None
        if coding not in ("", "identity"):
            self._unpacker = zlib.decompressobj(wbits=15 if coding == "deflate" else 31)
            for name in ("content-encoding", "content-length"):
                headers.pop(name, None)

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """What a chunk unpacks to, in pieces."""
        if self._end is not None and time.monotonic() > self._end:
            raise Late
        self._packed += len(chunk)
        if self._packed > self._most:
            raise self._too_much(self._packed)
        for piece in self._unpack(chunk):
            self._unpacked += len(piece)
            if self._head is not None:
                self._look(piece)
            if self._unpacked > self._most:
                raise self._too_much(self._unpacked)
            yield piece

    def _unpack(self, chunk: bytes) -> Iterator[bytes]:
        if self._unpacker is None:
            yield chunk
            return
        while chunk:
            try:
                piece = self._unpacker.decompress(chunk, _PIECE)
            except zlib.error as error:
                raise Refusal(f"{self._where} answers with a body that can't be unpacked: {error}") from None
            chunk = self._unpacker.unconsumed_tail
            if piece:
                yield piece

    def _look(self, piece: bytes) -> None:
        """By its first bytes, and not by what the server declares it to be, JSON has the lower limit."""
        self._head = ((self._head or b"") + piece[:64])[:64].lstrip(_JSON_BEFORE)
        if not self._head and self._unpacked < 4 * _PIECE:
            return
        if self._head[:1] in (b"[", b"{", b""):
            self._most = min(self._most, MOST_JSON)
        self._head = None

    def _too_much(self, size: int) -> TooMuch:
        return TooMuch(self._where, size, self._most)
