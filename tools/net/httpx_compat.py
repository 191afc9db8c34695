"""Library: httpx or httpx2, which have the same names: huggingface_hub 1.x stands on one, 2.x and openai 3 on the other."""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from .bounded_body import Meter


def library_of(client: type) -> ModuleType:
    """The one that a class of clients comes from."""
    roots = [base.__module__.partition(".")[0] for base in client.__mro__]
    return __import__(next(root for root in roots if root in ("httpx", "httpx2")))


def metered(http: Any, stream: Any, meter: Meter) -> Any:
    """A body that is read through a meter, for both kinds of clients."""
    of_both: Any = _streams(http)
    return of_both(stream, meter)


@cache
def _streams(http: Any) -> Any:
    class Metered(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc]  # known only when it runs
        """The body of an answer."""

        def __init__(self, stream: Any, meter: Meter) -> None:
            self._stream, self._meter = stream, meter

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._stream:
                yield from self._meter.take(chunk)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._stream:
                for piece in self._meter.take(chunk):
                    yield piece

        def close(self) -> None:
            self._stream.close()

        async def aclose(self) -> None:
            await self._stream.aclose()

    return Metered
