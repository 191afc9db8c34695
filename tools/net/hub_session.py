"""Hub session: huggingface_hub's one session, bounded and guarded for our calls, and as it was for everyone else's.

Its provider helpers GET whatever address a provider's answer names, and its downloads whatever a Hub redirects to. All of it
goes through the session of `get_session`, which is made by a factory that users may set: ours wraps what that one makes.
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
from .bounded_body import MOST_JSON
from .configured_transport import bound, checked, prepare
from .httpx_compat import library_of
from .proxies import is_loopback
from .ssrf_guard import Allowed, Guarded
from .transport_errors import Refusal
from .transport_pool import Ways

HUB = "https://huggingface.co"
_HUGGING_FACE = re.compile(r"(?:[\w-]+\.)*(?:huggingface\.co|hf\.co)")
"""Its own hosts: the Hub, the router, and where its files lie."""
_FILE_NAME = re.compile(r'(?:W/)?"?[0-9A-Za-z](?:[\w+=-]|\.(?!\.)){0,199}"?')
"""Headers of a Hub that huggingface_hub makes paths of."""
_HEADERS_IN_PATHS = ("etag", "x-linked-etag", "x-repo-commit")


@dataclass(frozen=True)
class _Call:
    origins: frozenset[str]
    hugging_face: bool
    most: int
    end: float | None
    allowed: Allowed | None
    proxy: str
    paths: bool

    def knows(self, url: Any) -> bool:
        """Whether the user configured that server."""
        return origin(url) in self.origins or self.is_hugging_face(url)

    def is_hugging_face(self, url: Any) -> bool:
        """Whether it is Hugging Face's own, where the call may go there."""
        return self.hugging_face and url.scheme == "https" and _HUGGING_FACE.fullmatch(url.host) is not None


_call: ContextVar[_Call | None] = ContextVar("hub_call", default=None)
_installing = threading.Lock()


@contextmanager
def within(
    seconds: float | None,
    settings: Settings | None = None,
    *,
    servers: Sequence[str] = (),
    most: int = MOST_JSON,
    allowed: Allowed = is_public,
    paths: bool = False,
) -> Iterator[None]:
    """In the body, huggingface_hub's requests end in `seconds` (None: while they move) and answer with `most` bytes each.

    They go to `servers` (Hugging Face's own and HF_ENDPOINT, when empty) as to configured ones, and anywhere else as
    guarded reading. `allowed` judges addresses, unless the settings allow private ones. With `paths` files are downloaded:
    headers of which the library makes paths must be file names.
    """
    _install()
    from huggingface_hub import constants

    named = tuple(servers) or (os.environ.get("HF_ENDPOINT") or HUB, constants.ENDPOINT)  # which it read when imported
    call = _Call(
        origins=frozenset(origin(each) for each in named),
        hugging_face=not servers,
        most=most,
        end=None if seconds is None else time.monotonic() + seconds,
        allowed=None if settings and settings.allow_private_urls else allowed,
        proxy=settings.fetch_proxy if settings else "",
        paths=paths,
    )
    before = _call.set(call)
    try:
        yield
    finally:
        with suppress(ValueError):  # a generator that is closed from another context
            _call.reset(before)


class _Seam:
    """The transport of the session: looks at each request, and at each answer before it is read."""

    def __init__(self, client: Any, *, custom: bool) -> None:
        """`custom`: made by a factory of the user's, whose transport is used for all but this machine."""
        self._client, self._custom = client, custom
        self._http = library_of(type(client))
        self._ways = Ways(self._http)
        self._guards: dict[tuple[Allowed | None, str], Guarded] = {}

    def handle_request(self, request: Any) -> Any:
        """One request of a synchronous client."""
        if (call := _call.get()) is None:
            return self._client.send(request, stream=True, follow_redirects=False)
        prepare(request, call.end)
        url = request.url
        if not call.knows(request.url):
            response = self._guard(call).handle_request(request)
        elif self._custom and not is_loopback(url.host):
            response = self._client.send(request, stream=True, follow_redirects=False)
        else:
            response = self._ways.to(url, asynchronous=False).handle_request(request)
        request.url = url  # whatever a transport of the user's made of it
        try:
            return self._looked_at(call, request, response)
        except BaseException:
            response.close()
            raise

    async def handle_async_request(self, request: Any) -> Any:
        """One request of an asynchronous client."""
        if (call := _call.get()) is None:
            return await self._client.send(request, stream=True, follow_redirects=False)
        prepare(request, call.end)
        url = request.url
        if not call.knows(request.url):
            response = await self._guard(call).handle_async_request(request)
        elif self._custom and not is_loopback(url.host):
            response = await self._client.send(request, stream=True, follow_redirects=False)
        else:
            response = await self._ways.to(url, asynchronous=True).handle_async_request(request)
        request.url = url
        try:
            return self._looked_at(call, request, response)
        except BaseException:
            await response.aclose()
            raise

    def close(self) -> None:
        """Close all connections."""
        for each in (self._client, self._ways, *self._guards.values()):
            each.close()

    async def aclose(self) -> None:
        """The same for an asynchronous client."""
        for each in (self._client, self._ways, *self._guards.values()):
            await each.aclose()

    def __enter__(self) -> "_Seam":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def __aenter__(self) -> "_Seam":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    def _guard(self, call: _Call) -> Guarded:
        key = (call.allowed, call.proxy)
        if key not in self._guards:
            self._guards[key] = Guarded(self._http, call.allowed, call.proxy)
        return self._guards[key]

    def _looked_at(self, call: _Call, request: Any, response: Any) -> Any:
        for name in _HEADERS_IN_PATHS if call.paths else ():
            if (value := response.headers.get(name)) is not None and not _FILE_NAME.fullmatch(value):
                raise Refusal(f"{origin(request.url)} answers with the {name} {value[:80]!r}, which is no file name")
        if not call.is_hugging_face(request.url):
            response.headers.pop("x-xet-hash", None)  # a client of its own would go where such a Hub says, unguarded
        if request.method in ("GET", "HEAD"):  # without input; and a key is never taken along to another server
            bound(self._http, request, response, call.most, call.end)
            return response
        return checked(self._http, request, response, call.most, call.end)


class _Factory:
    """Makes the session that the factory before this one makes, with a seam."""

    def __init__(self, before: Any, *, custom: bool) -> None:
        self._before, self._custom = before, custom

    def __call__(self) -> Any:
        client = self._before()
        kind: Any = library_of(type(client))
        asynchronous = isinstance(client, kind.AsyncClient)
        return (kind.AsyncClient if asynchronous else kind.Client)(
            transport=_Seam(_without_hooks(client), custom=self._custom),
            follow_redirects=client.follow_redirects,
            timeout=client.timeout,
            event_hooks=client.event_hooks,
            headers=client.headers,
            cookies=client.cookies,
            max_redirects=client.max_redirects,
        )


def _without_hooks(client: Any) -> Any:
    """The same client; its hooks run in ours, where answers are bounded already. The user's own object stays as it is."""
    silent = copy(client)
    silent.event_hooks = {}
    return silent


def _install() -> None:
    """Put our factory around the one in use, once; also after someone has set another."""
    import huggingface_hub
    from huggingface_hub.utils import _http

    with _installing:
        made = getattr(_http, "_GLOBAL_CLIENT_FACTORY", _http.default_client_factory)
        if not isinstance(made, _Factory):
            custom = made is not _http.default_client_factory
            huggingface_hub.set_client_factory(_Factory(made, custom=custom))
        made_async = getattr(_http, "_GLOBAL_ASYNC_CLIENT_FACTORY", _http.default_async_client_factory)
        if not isinstance(made_async, _Factory):
            custom = made_async is not _http.default_async_client_factory
            huggingface_hub.set_async_client_factory(_Factory(made_async, custom=custom))
