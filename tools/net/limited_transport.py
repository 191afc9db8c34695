"""`LimitedTransport`: base of the httpx transports that limit requests and check responses, synchronous or not."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from .kept_connection import KeptConnection


class LimitedTransport(ABC):
    """Sends each request as `prepare` decides; a response that fails its check is closed."""

    @abstractmethod
    def prepare(self, request: Any, *, asynchronous: bool) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
        """The function that sends a request, and the one that checks the response and returns it."""

    @abstractmethod
    def pools(self) -> Iterable[Any]:
        """What holds connections."""

    def handle_request(self, request: Any) -> Any:
        """Send one request, anew where a kept connection had ended; return its response, the body unread."""
        send, check = self.prepare(request, asynchronous=False)
        kept = KeptConnection(request, asynchronous=False)
        response = None
        while response is None:
            try:
                response = send(request)
            except Exception as error:
                if not kept.was_closed(error):
                    raise
        try:
            return check(response)
        except BaseException:
            response.close()
            raise

    async def handle_async_request(self, request: Any) -> Any:
        """The same for asynchronous clients."""
        send, check = self.prepare(request, asynchronous=True)
        kept = KeptConnection(request, asynchronous=True)
        response = None
        while response is None:
            try:
                response = await send(request)
            except Exception as error:
                if not kept.was_closed(error):
                    raise
        try:
            return check(response)
        except BaseException:
            await response.aclose()
            raise

    def close(self) -> None:
        """Close all connections."""
        for each in self.pools():
            each.close()

    async def aclose(self) -> None:
        """The same for asynchronous clients."""
        for each in self.pools():
            await each.aclose()

    def __enter__(self) -> "LimitedTransport":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def __aenter__(self) -> "LimitedTransport":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()
