"""`hub_limits` limits huggingface_hub's HTTP session during our calls: bytes, time, and which servers are called.

Its provider helpers GET any URL that a provider's response contains, and its downloads any URL that a Hub redirects to. All
requests go through the session of `get_session`, which a factory creates that users may set; our factory wraps theirs.
"""

import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...graph.settings import Settings
from .addresses import is_public, origin
from .bounded_body import MAX_JSON_BYTES
from .configured_transport import checked_response, limit_body, limit_request
from .httpx_compat import httpx_module_of
from .limited_transport import LimitedTransport
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
    origins: frozenset[str]
    hugging_face: bool
    max_bytes: int
    deadline: float | None
    allowed: AddressCheck | None
    proxy: str
    paths: bool

    def is_configured(self, url: Any) -> bool:
        return origin(url) in self.origins or self.is_hugging_face(url)

    def is_hugging_face(self, url: Any) -> bool:
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


class _HubTransport(LimitedTransport):
    """The transport of the session: checks each request, and each response before its body is read."""

    def __init__(self, client: Any, *, custom: bool) -> None:
        """`custom`: the user's own factory created `client`; its transport is used for all servers but this machine."""
        self._client, self._custom = client, custom
        self._http = httpx_module_of(type(client))
        self._transports = TransportPool(self._http)
        self._guards: dict[tuple[AddressCheck | None, str], GuardedTransport] = {}

    def prepare(self, request: Any, *, asynchronous: bool) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
        """The guard, the user's own transport or ours, by the server; outside `hub_limits` the client as it is."""
        send: Any = partial(self._client.send, stream=True, follow_redirects=False)
        if (limits := _limits.get()) is None:
            return send, lambda response: response
        limit_request(request, limits.deadline)
        if not limits.is_configured(request.url):
            guard = self._guard(limits)
            send = guard.handle_async_request if asynchronous else guard.handle_request
        elif not self._custom or is_loopback(request.url.host):
            send = self._transports.sender_for(request.url, asynchronous=asynchronous)
        return send, partial(self._checked, limits, request, request.url)

    def pools(self) -> Iterable[Any]:
        return (self._client, self._transports, *self._guards.values())

    def _guard(self, limits: _Limits) -> GuardedTransport:
        key = (limits.allowed, limits.proxy)
        if key not in self._guards:
            self._guards[key] = GuardedTransport(self._http, limits.allowed, limits.proxy)
        return self._guards[key]

    def _checked(self, limits: _Limits, request: Any, url: Any, response: Any) -> Any:
        request.url = url  # a transport of the user's may have changed it
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
        return checked_response(self._http, request, response, max_bytes=limits.max_bytes, deadline=limits.deadline)


_KEPT_OPTIONS = ("follow_redirects", "timeout", "event_hooks", "headers", "cookies", "max_redirects")
"""Of the client of the factory before."""


class _ClientFactory:
    def __init__(self, previous: Any, *, custom: bool) -> None:
        self._previous, self._custom = previous, custom

    def __call__(self) -> Any:
        client = self._previous()
        inner = copy(client)
        inner.event_hooks = {}  # they run in our client, where responses are limited
        http: Any = httpx_module_of(type(client))
        asynchronous = isinstance(client, http.AsyncClient)
        return (http.AsyncClient if asynchronous else http.Client)(
            transport=_HubTransport(inner, custom=self._custom),
            **{name: getattr(client, name) for name in _KEPT_OPTIONS},
        )


def _install() -> None:
    """Wrap the factory in use, once; again after someone has set another."""
    import huggingface_hub
    from huggingface_hub.utils import _http

    with _installing:
        for kind in ("", "async_"):
            default = getattr(_http, f"default_{kind}client_factory")
            factory = getattr(_http, f"_GLOBAL_{kind.upper()}CLIENT_FACTORY", default)
            if not isinstance(factory, _ClientFactory):
                wrapped = _ClientFactory(factory, custom=factory is not default)
                getattr(huggingface_hub, f"set_{kind}client_factory")(wrapped)
