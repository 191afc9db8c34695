"""Guarded: the transport to addresses from someone else's text: resolved and judged first, then connected to as judged."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from .addresses import Address, is_public
from .certificates import certificates
from .proxies import is_loopback
from .transport_errors import NotPublic, Refusal

Allowed = Callable[[Address], bool]


class Guarded:
    """A transport for httpx's and httpx2's clients, synchronous or not. Reads only, and keeps no connection open.

    All addresses of a name must be allowed, before any of them is connected to; so an open port looks like a closed one. A
    connection goes to an address that was judged, under the name for which it was asked (certificate, Host).
    """

    def __init__(self, http: Any, allowed: Allowed | None = is_public, proxy: str = "") -> None:
        """`allowed`: judges each address; None for any. `proxy`: does the looking up then, and is the guard of names."""
        self._http, self._allowed, self._proxy = http, allowed, proxy
        self._sync: Any = None
        self._async: Any = None

    def handle_request(self, request: Any) -> Any:
        """One request and the head of its answer."""
        self._check(request)
        self._sync = self._sync or self._transport(self._http.HTTPTransport)
        if self._is_free(request):
            return self._sync.handle_request(request)
        addresses = self._judged(request, self._looked_up(request))
        for number, address in enumerate(addresses, start=1):
            try:
                with pinned(request, address, share=len(addresses)):
                    return self._sync.handle_request(request)
            except (self._http.ConnectError, self._http.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise AssertionError("a name has at least one address")

    async def handle_async_request(self, request: Any) -> Any:
        """The same for asynchronous clients."""
        self._check(request)
        self._async = self._async or self._transport(self._http.AsyncHTTPTransport)
        if self._is_free(request):
            return await self._async.handle_async_request(request)
        addresses = self._judged(request, await asyncio.to_thread(self._looked_up, request))
        for number, address in enumerate(addresses, start=1):
            try:
                with pinned(request, address, share=len(addresses)):
                    return await self._async.handle_async_request(request)
            except (self._http.ConnectError, self._http.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise AssertionError("a name has at least one address")

    def close(self) -> None:
        """Close its connections."""
        if self._sync:
            self._sync.close()

    async def aclose(self) -> None:
        """The same for asynchronous clients."""
        if self._async:
            await self._async.aclose()

    async def __aenter__(self) -> "Guarded":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    def _transport(self, kind: Any) -> Any:
        """Without connections kept: they are kept by address, and one name's would serve another that is there too."""
        given: dict[str, Any] = {"proxy": self._http.Proxy(self._proxy)} if self._proxy else {}
        return kind(
            verify=certificates(), trust_env=False, limits=self._http.Limits(max_keepalive_connections=0), **given
        )

    def _check(self, request: Any) -> None:
        """What is read has a host, and takes neither input nor key along."""
        if request.method not in ("GET", "HEAD"):
            raise Refusal(f"{request.method} to {_shown(request)}, which no one configured, is not sent")
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise Refusal(f"{_shown(request)} is no address that can be read: only http and https URLs are")
        for name in ("authorization", "cookie"):
            request.headers.pop(name, None)

    def _is_free(self, request: Any) -> bool:
        """Whether it goes as it is: where any address is allowed, and to a proxy whatever is a name."""
        if self._allowed is None or not self._proxy:
            return self._allowed is None
        host = request.url.host
        if is_loopback(host):
            raise NotPublic(_shown(request), "this machine")
        try:
            literal = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):  # a name
            return True
        self._judged(request, [str(info[4][0]) for info in literal])
        return True

    def _looked_up(self, request: Any) -> list[str]:
        host = request.url.raw_host.decode("ascii").strip("[]")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._http.ConnectError(str(error), request=request) from error
        return list(dict.fromkeys(str(info[4][0]) for info in found))

    def _judged(self, request: Any, addresses: list[str]) -> list[str]:
        """The same addresses. Raises `NotPublic` when one of them is not allowed."""
        assert self._allowed is not None
        for address in addresses:
            if not self._allowed(ip_address(address)):
                raise NotPublic(_shown(request), address)
        return addresses


@contextmanager
def pinned(request: Any, address: str, *, share: int) -> Iterator[None]:
    """In the body the request goes to that address; its Host header and the name for its certificate stay as they are."""
    url, extensions = request.url, request.extensions
    waits = dict(extensions.get("timeout") or {})
    if (connect := waits.get("connect")) is not None:
        waits["connect"] = connect / share
    request.extensions = {**extensions, "timeout": waits}
    if url.host != address:
        request.extensions["sni_hostname"] = url.raw_host.decode("ascii")
        request.url = url.copy_with(host=address)
    try:
        yield
    finally:
        request.url, request.extensions = url, extensions


def _shown(request: Any) -> str:
    """Without user and password, and without its query, where keys stand."""
    return str(request.url.copy_with(userinfo=b"", query=None, fragment=None))
