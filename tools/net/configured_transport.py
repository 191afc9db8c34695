"""Configured: the transport to servers that the user named: bounded, by the environment's proxy, redirected to no other."""

import time
from typing import TYPE_CHECKING, Any

from ...graph.settings import MEGABYTE
from .addresses import origin
from .bounded_body import MOST_JSON, MOST_OF_AN_ERROR, Meter
from .httpx_compat import metered
from .transport_errors import Elsewhere, Late
from .transport_pool import Ways

if TYPE_CHECKING:
    import httpx

MOST_OF_A_STREAM = 64 * MEGABYTE
"""Bytes of a chat model's answer: a piece of four letters comes in an event of 250 bytes."""


class Configured:
    """A transport for httpx's and httpx2's clients, synchronous or not. Usable from any thread."""

    def __init__(self, http: Any, *, seconds: float, most: int = MOST_JSON, whole: bool = False) -> None:
        """`http`: the library. `seconds`: for each request, or with `whole` for all of them together."""
        self._http, self._seconds, self._most = http, seconds, most
        self._end = time.monotonic() + seconds if whole else None
        self._ways = Ways(http)

    def handle_request(self, request: Any) -> Any:
        """One request and the head of its answer."""
        end = self._end or time.monotonic() + self._seconds
        prepare(request, end)
        response = self._ways.to(request.url, asynchronous=False).handle_request(request)
        try:
            return checked(self._http, request, response, self._most, end)
        except BaseException:
            response.close()
            raise

    async def handle_async_request(self, request: Any) -> Any:
        """The same for asynchronous clients."""
        end = self._end or time.monotonic() + self._seconds
        prepare(request, end)
        response = await self._ways.to(request.url, asynchronous=True).handle_async_request(request)
        try:
            return checked(self._http, request, response, self._most, end)
        except BaseException:
            await response.aclose()
            raise

    def close(self) -> None:
        """Close its connections."""
        self._ways.close()

    async def aclose(self) -> None:
        """The same for asynchronous clients."""
        await self._ways.aclose()

    def __enter__(self) -> "Configured":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def __aenter__(self) -> "Configured":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()


def prepare(request: Any, end: float | None) -> None:
    """Before a request: packed in no way that we do not unpack, and no wait beyond the end. Raises `Late`."""
    if request.headers.get("accept-encoding") != "identity":
        request.headers["accept-encoding"] = "gzip"
    if end is None:
        return
    left = end - time.monotonic()
    if left <= 0:
        raise Late
    waits = request.extensions.get("timeout") or {}
    shorter = {each: left if (wait := waits.get(each)) is None else min(wait, left) for each in _WAITS}
    request.extensions = {**request.extensions, "timeout": shorter}


def checked(http: Any, request: Any, response: Any, most: int, end: float | None) -> Any:
    """The answer, to be read through a meter. Raises `Elsewhere` for a redirect to another server."""
    here = origin(request.url)
    if response.has_redirect_location:
        there = origin(request.url.join(response.headers["location"]))
        if there != here:
            raise Elsewhere(here, there)
    bound(http, request, response, most, end)
    return response


def bound(http: Any, request: Any, response: Any, most: int, end: float | None) -> None:
    """Put a meter between an answer and who reads it."""
    limit = min(most, MOST_OF_AN_ERROR) if response.status_code >= 400 else most
    bodiless = request.method == "HEAD" or response.status_code in (204, 304)
    meter = Meter(origin(request.url), response.headers, most=limit, end=end, bodiless=bodiless)
    response.stream = metered(http, response.stream, meter)


def client(*, seconds: float, most: int = MOST_JSON, headers: dict[str, str] | None = None) -> "httpx.Client":
    """A client for calls to one configured server, all of which take `seconds` together. No redirect is followed."""
    import httpx

    transport: Any = Configured(httpx, seconds=seconds, most=most, whole=True)
    return httpx.Client(transport=transport, timeout=seconds, headers=headers, follow_redirects=False)


_WAITS = ("connect", "read", "write", "pool")
