"""Limits for huggingface_hub's HTTP session, in force during our calls only: bytes, time, and which servers are called.

Its provider helpers GET any URL that a provider's response contains, and its downloads any URL that a Hub redirects to. All
requests go through the session of `get_session`, which a factory creates that users may set; our factory wraps theirs.
"""

import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from typing import Any

from ...graph.settings import Settings
from .addresses import is_public, origin
from .bounded_body import MAX_JSON_BYTES
from .configured_transport import checked_response, limit_body, limit_request
from .httpx_compat import httpx_module_of
from .proxies import is_loopback
from .ssrf_guard import AddressCheck, GuardedTransport
from .transport_errors import TransportRefusal
from .transport_pool import TransportPool

HUB = "https://huggingface.co"
_HUGGING_FACE = re.compile(r"(?:[\w-]+\.)*(?:huggingface\.co|hf\.co)")
"""Hosts of Hugging Face: the Hub, the router, and the file servers."""
_FILE_NAME = re.compile(r'(?:W/)?"?[0-9A-Za-z](?:[\w+=-]|\.(?!\.)){0,199}"?')
"""Headers that huggingface_hub uses as parts of paths."""
_HEADERS_IN_PATHS = ("etag", "x-linked-etag", "x-repo-commit")


@dataclass(frozen=True)
class _Limits:
    """Of the calls in the body of one `hub_limits`."""

    origins: frozenset[str]
    hugging_face: bool
    max_bytes: int
    deadline: float | None
    allowed: AddressCheck | None
    proxy: str
    paths: bool

    def is_configured(self, url: Any) -> bool:
        """Whether the user configured that server."""
        return origin(url) in self.origins or self.is_hugging_face(url)

    def is_hugging_face(self, url: Any) -> bool:
        """Whether it is a server of Hugging Face, and the calls may go there."""
        return self.hugging_face and url.scheme == "https" and _HUGGING_FACE.fullmatch(url.host) is not None


_limits: ContextVar[_Limits | None] = ContextVar("hub_limits", default=None)
_installing = threading.Lock()


@contextmanager
def hub_limits(
    seconds: float | None,
    settings: Settings | None = None,
    *,
    servers: Sequence[str] = (),
    max_bytes: int = MAX_JSON_BYTES,
    allowed: AddressCheck = is_public,
    paths: bool = False,
) -> Iterator[None]:
    """In the body, huggingface_hub's requests end in `seconds` together, and each response has `max_bytes` at most.

    `seconds` None: no limit while data arrives. `servers` count as configured (when empty: Hugging Face's own, and
    HF_ENDPOINT); all others are called through `GuardedTransport`, where `allowed` checks addresses, unless the settings
    allow private ones. `paths`: files are downloaded, and headers that the library uses in paths must be file names.
    """
    _install()
    from huggingface_hub import constants

    # the library reads HF_ENDPOINT when it is imported
    configured = tuple(servers) or (os.environ.get("HF_ENDPOINT") or HUB, constants.ENDPOINT)
    limits = _Limits(
        origins=frozenset(map(origin, configured)),
        hugging_face=not servers,
        max_bytes=max_bytes,
        deadline=None if seconds is None else time.monotonic() + seconds,
        allowed=None if settings and settings.allow_private_urls else allowed,
        proxy=settings.fetch_proxy if settings else "",
        paths=paths,
    )
    before = _limits.set(limits)
    try:
        yield
    finally:
        with suppress(ValueError):  # a generator that is closed from another context
            _limits.reset(before)


class _HubTransport:
    """The transport of the session: checks each request, and each response before its body is read."""

    def __init__(self, client: Any, *, custom: bool) -> None:
        """`custom`: the user's own factory created `client`; its transport is used for all servers but this machine."""
        self._client, self._custom = client, custom
        self._http = httpx_module_of(type(client))
        self._transports = TransportPool(self._http)
        self._guards: dict[tuple[AddressCheck | None, str], GuardedTransport] = {}

    def handle_request(self, request: Any) -> Any:
        """One request of a synchronous client."""
        if (limits := _limits.get()) is None:
            return self._client.send(request, stream=True, follow_redirects=False)
        limit_request(request, limits.deadline)
        url = request.url
        if not limits.is_configured(request.url):
            response = self._guard(limits).handle_request(request)
        elif self._custom and not is_loopback(url.host):
            response = self._client.send(request, stream=True, follow_redirects=False)
        else:
            response = self._transports.for_url(url, asynchronous=False).handle_request(request)
        request.url = url  # a transport of the user's may have changed it
        try:
            return self._checked(limits, request, response)
        except BaseException:
            response.close()
            raise

    async def handle_async_request(self, request: Any) -> Any:
        """One request of an asynchronous client."""
        if (limits := _limits.get()) is None:
            return await self._client.send(request, stream=True, follow_redirects=False)
        limit_request(request, limits.deadline)
        url = request.url
        if not limits.is_configured(request.url):
            response = await self._guard(limits).handle_async_request(request)
        elif self._custom and not is_loopback(url.host):
            response = await self._client.send(request, stream=True, follow_redirects=False)
        else:
            response = await self._transports.for_url(url, asynchronous=True).handle_async_request(request)
        request.url = url
        try:
            return self._checked(limits, request, response)
        except BaseException:
            await response.aclose()
            raise

    def close(self) -> None:
        """Close all connections."""
        for each in (self._client, self._transports, *self._guards.values()):
            each.close()

    async def aclose(self) -> None:
        """The same for an asynchronous client."""
        for each in (self._client, self._transports, *self._guards.values()):
            await each.aclose()

    def __enter__(self) -> "_HubTransport":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def __aenter__(self) -> "_HubTransport":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    def _guard(self, limits: _Limits) -> GuardedTransport:
        key = (limits.allowed, limits.proxy)
        if key not in self._guards:
            self._guards[key] = GuardedTransport(self._http, limits.allowed, limits.proxy)
        return self._guards[key]

    def _checked(self, limits: _Limits, request: Any, response: Any) -> Any:
        for name in _HEADERS_IN_PATHS if limits.paths else ():
            if (value := response.headers.get(name)) is not None and not _FILE_NAME.fullmatch(value):
                raise TransportRefusal(
                    f"{origin(request.url)} answers with the {name} {value[:80]!r}, which is not a file name"
                )
        if not limits.is_hugging_face(request.url):
            response.headers.pop("x-xet-hash", None)  # Xet's own client would call any server that such a Hub names
        if request.method in ("GET", "HEAD"):  # they send no input, and httpx sends no key to another server
            limit_body(self._http, request, response, limits.max_bytes, limits.deadline)
            return response
        return checked_response(self._http, request, response, limits.max_bytes, limits.deadline)


class _ClientFactory:
    """Creates the client of the factory before this one, with a `_HubTransport`."""

    def __init__(self, previous: Any, *, custom: bool) -> None:
        self._previous, self._custom = previous, custom

    def __call__(self) -> Any:
        client = self._previous()
        http: Any = httpx_module_of(type(client))
        asynchronous = isinstance(client, http.AsyncClient)
        return (http.AsyncClient if asynchronous else http.Client)(
            transport=_HubTransport(_without_hooks(client), custom=self._custom),
            follow_redirects=client.follow_redirects,
            timeout=client.timeout,
            event_hooks=client.event_hooks,
            headers=client.headers,
            cookies=client.cookies,
            max_redirects=client.max_redirects,
        )


def _without_hooks(client: Any) -> Any:
    """A copy without event hooks: they run in our client, where responses are limited."""
    inner = copy(client)
    inner.event_hooks = {}
    return inner


def _install() -> None:
    """Wrap the factory in use, once; again after someone has set another."""
    import huggingface_hub
    from huggingface_hub.utils import _http

    with _installing:
        factory = getattr(_http, "_GLOBAL_CLIENT_FACTORY", _http.default_client_factory)
        if not isinstance(factory, _ClientFactory):
            custom = factory is not _http.default_client_factory
            huggingface_hub.set_client_factory(_ClientFactory(factory, custom=custom))
        async_factory = getattr(_http, "_GLOBAL_ASYNC_CLIENT_FACTORY", _http.default_async_client_factory)
        if not isinstance(async_factory, _ClientFactory):
            custom = async_factory is not _http.default_async_client_factory
            huggingface_hub.set_async_client_factory(_ClientFactory(async_factory, custom=custom))
