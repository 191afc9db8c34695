"""`ConfiguredTransport` to servers that the user configured: limits, the environment's proxy, no cross-origin redirects."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from ...graph.settings import MEGABYTE
from .addresses import origin
from .body_types import name_body
from .bounded_body import MAX_ERROR_BYTES, MAX_JSON_BYTES, BoundedDecoder
from .httpx_compat import bounded_stream
from .limited_transport import LimitedTransport
from .transport_errors import CrossOriginRedirect, DeadlineExceeded
from .transport_pool import TransportPool

if TYPE_CHECKING:
    import httpx

MAX_STREAM_BYTES = 64 * MEGABYTE
"""The limit for a chat model's streamed answer: a piece of four letters comes in an event of 250 bytes."""
_TIMEOUTS = ("connect", "read", "write", "pool")


class ConfiguredTransport(LimitedTransport):
    """Usable from any thread."""

    def __init__(self, http: Any, *, seconds: float, max_bytes: int = MAX_JSON_BYTES, whole: bool = False) -> None:
        """`http`: the library. `seconds`: for each request, or with `whole` for all of them together."""
        self._http, self._seconds, self._max_bytes = http, seconds, max_bytes
        self._deadline = time.monotonic() + seconds if whole else None
        self._transports = TransportPool(http)

    def prepare(self, request: Any, *, asynchronous: bool) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
        """The environment's proxy or a direct connection, and the limits of this transport."""
        deadline = self._deadline or time.monotonic() + self._seconds
        limit_request(request, deadline)
        send = self._transports.sender_for(request.url, asynchronous=asynchronous)
        return send, partial(checked_response, self._http, request, max_bytes=self._max_bytes, deadline=deadline)

    def pools(self) -> Iterable[Any]:
        """The connections of all proxies."""
        return (self._transports,)


def limit_request(request: Any, deadline: float | None) -> None:
    """Accept only compression that we decode, name the body's type, wait no longer. Raises `DeadlineExceeded`."""
    if request.headers.get("accept-encoding") != "identity":
        request.headers["accept-encoding"] = "gzip"
    name_body(request)
    if deadline is None:
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded
    timeouts = request.extensions.get("timeout") or {}
    shorter = {name: left if (old := timeouts.get(name)) is None else min(old, left) for name in _TIMEOUTS}
    request.extensions = {**request.extensions, "timeout": shorter}


def checked_response(http: Any, request: Any, response: Any, *, max_bytes: int, deadline: float | None) -> Any:
    """The response, its body limited. Raises `CrossOriginRedirect` for a redirect to another server."""
    here = origin(request.url)
    if response.has_redirect_location:
        there = origin(request.url.join(response.headers["location"]))
        if there != here:
            raise CrossOriginRedirect(here, there)
    limit_body(http, request, response, max_bytes, deadline)
    return response


def limit_body(http: Any, request: Any, response: Any, max_bytes: int, deadline: float | None) -> None:
    """Have the body of a response read through a `BoundedDecoder`."""
    limit = min(max_bytes, MAX_ERROR_BYTES) if response.status_code >= 400 else max_bytes
    bodiless = request.method == "HEAD" or response.status_code in (204, 304)
    decoder = BoundedDecoder(
        origin(request.url), response.headers, max_bytes=limit, deadline=deadline, bodiless=bodiless
    )
    response.stream = bounded_stream(http, response.stream, decoder)


def bounded_client(
    *, seconds: float, max_bytes: int = MAX_JSON_BYTES, headers: dict[str, str] | None = None
) -> "httpx.Client":
    """A client for one configured server. All its calls take `seconds` together; no redirect is followed."""
    import httpx

    transport: Any = ConfiguredTransport(httpx, seconds=seconds, max_bytes=max_bytes, whole=True)
    return httpx.Client(transport=transport, timeout=seconds, headers=headers, follow_redirects=False)
