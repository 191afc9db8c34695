"""`BoundedDecoder` decompresses one response body as it is read, and enforces its limits in bytes and time."""

import time
import zlib
from collections.abc import Iterator, MutableMapping

from ...graph.settings import MEGABYTE
from .transport_errors import DeadlineExceeded, ResponseTooLarge, TransportRefusal

MAX_JSON_BYTES = 32 * MEGABYTE
"""The limit for what a JSON parser takes for a list or an object: parsed, 31 MB of `[],` take 770 MB of memory."""
MAX_ERROR_BYTES = MEGABYTE
"""The limit for a response with an error status."""
_PIECE = 64 * 1024
"""Bytes that are decompressed at once."""
_BEFORE_JSON = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
"""What may precede the first bracket: white space and byte order marks, in UTF-8, 16 and 32."""


class BoundedDecoder:
    """Decompresses a body chunk by chunk. Raises `ResponseTooLarge`, `DeadlineExceeded`, and `TransportRefusal`."""

    def __init__(
        self,
        server: str,
        headers: MutableMapping[str, str],
        *,
        max_bytes: int,
        deadline: float | None,
        bodiless: bool = False,
    ) -> None:
        """`max_bytes`: compressed or not. `deadline`: by `time.monotonic()`. `headers` lose what decoding makes wrong."""
        self._server, self._max_bytes, self._deadline = server, max_bytes, deadline
        self._compressed = self._decompressed = 0
        self._head: bytes | None = b""
        declared = headers.get("content-length", "")
        if not bodiless and declared.isdecimal() and int(declared) > max_bytes:
            raise self._too_large(int(declared))
        coding = "" if bodiless else headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise TransportRefusal(f"{server} answers compressed as {coding[:40]!r}, which was not requested")
        self._decompressor = None
        if coding not in ("", "identity"):
            self._decompressor = zlib.decompressobj(wbits=15 if coding == "deflate" else 31)
            for name in ("content-encoding", "content-length"):
                headers.pop(name, None)

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """The decompressed pieces of a chunk."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise DeadlineExceeded
        self._compressed += len(chunk)
        if self._compressed > self._max_bytes:
            raise self._too_large(self._compressed)
        for piece in self._decompress(chunk):
            self._decompressed += len(piece)
            if self._head is not None:
                self._lower_limit_for_json(piece)
            if self._decompressed > self._max_bytes:
                raise self._too_large(self._decompressed)
            yield piece

    def _decompress(self, chunk: bytes) -> Iterator[bytes]:
        if self._decompressor is None:
            yield chunk
            return
        while chunk:
            try:
                piece = self._decompressor.decompress(chunk, _PIECE)
            except zlib.error as error:
                raise TransportRefusal(
                    f"{self._server} answers with a body that can't be decompressed: {error}"
                ) from None
            chunk = self._decompressor.unconsumed_tail
            if piece:
                yield piece

    def _lower_limit_for_json(self, piece: bytes) -> None:
        """The first bytes decide what is JSON, and not the type that the server declares."""
        self._head = ((self._head or b"") + piece[:64])[:64].lstrip(_BEFORE_JSON)
        if not self._head and self._decompressed < 4 * _PIECE:
            return
        if self._head[:1] in (b"[", b"{", b""):
            self._max_bytes = min(self._max_bytes, MAX_JSON_BYTES)
        self._head = None

    def _too_large(self, size: int) -> ResponseTooLarge:
        return ResponseTooLarge(self._server, size, self._max_bytes)
