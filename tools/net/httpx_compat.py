"""What httpx and httpx2 share: huggingface_hub 1.x uses httpx, its 2.x and openai 3 use httpx2, with the same names."""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from .bounded_body import BoundedDecoder


def httpx_module_of(client: type) -> ModuleType:
    """httpx or httpx2, whichever a class of clients comes from."""
    roots = [base.__module__.partition(".")[0] for base in client.__mro__]
    return __import__(next(root for root in roots if root in ("httpx", "httpx2")))


def bounded_stream(http: Any, stream: Any, decoder: BoundedDecoder) -> Any:
    """A response body that is read through `decoder`, by synchronous and asynchronous clients."""
    stream_class: Any = _stream_class(http)
    return stream_class(stream, decoder)


@cache
def _stream_class(http: Any) -> Any:
    class BoundedStream(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc]  # known at run time only
        def __init__(self, stream: Any, decoder: BoundedDecoder) -> None:
            self._stream, self._decoder = stream, decoder

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._stream:
                yield from self._decoder.decode(chunk)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._stream:
                for piece in self._decoder.decode(chunk):
                    yield piece

        def close(self) -> None:
            self._stream.close()

        async def aclose(self) -> None:
            await self._stream.aclose()

    return BoundedStream
