"""`GuardedTransport` to URLs from untrusted text: checks each address before it connects (SSRF protection).

A name is resolved once, all its addresses are checked, and the connection goes to an address that was checked: a name that
resolves to another address later (DNS rebinding) gains nothing.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from .addresses import Address, is_public
from .certificates import certificates
from .proxies import is_loopback
from .transport_errors import PrivateAddress, TransportRefusal

_log = logging.getLogger(__name__)

AddressCheck = Callable[[Address], bool]


class GuardedTransport:
    """A transport for clients of httpx and httpx2, synchronous or not. GET and HEAD only; keeps no connection open.

    All addresses of a name must be allowed before any of them is connected to, so an open port is not distinguishable from a
    closed one. The certificate and the Host header are those of the name.
    """

    def __init__(self, http: Any, allowed: AddressCheck | None = is_public, proxy: str = "") -> None:
        """`allowed`: checks each address; None allows any. `proxy`: resolves and guards names in our place."""
        self._http, self._allowed, self._proxy = http, allowed, proxy
        self._sync: Any = None
        self._async: Any = None

    def handle_request(self, request: Any) -> Any:
        """Send one request; return its response, the body unread."""
        self._check_request(request)
        self._sync = self._sync or self._transport(self._http.HTTPTransport)
        if self._is_sent_unresolved(request):
            return self._sync.handle_request(request)
        addresses = self._checked(request, self._resolve(request))
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
        self._check_request(request)
        self._async = self._async or self._transport(self._http.AsyncHTTPTransport)
        if self._is_sent_unresolved(request):
            return await self._async.handle_async_request(request)
        addresses = self._checked(request, await asyncio.to_thread(self._resolve, request))
        for number, address in enumerate(addresses, start=1):
            try:
                with pinned(request, address, share=len(addresses)):
                    return await self._async.handle_async_request(request)
            except (self._http.ConnectError, self._http.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise AssertionError("a name has at least one address")

    def close(self) -> None:
        """Close all connections."""
        if self._sync:
            self._sync.close()

    async def aclose(self) -> None:
        """The same for asynchronous clients."""
        if self._async:
            await self._async.aclose()

    async def __aenter__(self) -> "GuardedTransport":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    def _transport(self, transport_class: Any) -> Any:
        """One that keeps no connections: httpx keeps them by address, so one name's would serve another at that address."""
        options: dict[str, Any] = {"proxy": self._http.Proxy(self._proxy)} if self._proxy else {}
        return transport_class(
            verify=certificates(), trust_env=False, limits=self._http.Limits(max_keepalive_connections=0), **options
        )

    def _check_request(self, request: Any) -> None:
        """Refuse a request that sends input or has no host; remove keys from it."""
        if request.method not in ("GET", "HEAD"):
            _log.warning("refused: %s to %s", request.method, request.url.host)
            raise TransportRefusal(f"{request.method} to {_shown(request)}, which no one configured, is not sent")
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise TransportRefusal(f"{_shown(request)} can't be read: only http and https URLs can")
        for name in ("authorization", "cookie"):
            request.headers.pop(name, None)

    def _is_sent_unresolved(self, request: Any) -> bool:
        """Whether the request goes as it is: any, where all addresses are allowed; to a proxy, one with a host name."""
        if self._allowed is None or not self._proxy:
            return self._allowed is None
        host = request.url.host
        if is_loopback(host):
            raise PrivateAddress(_shown(request), "this machine")
        try:
            literal = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):  # a name
            return True
        self._checked(request, [str(info[4][0]) for info in literal])
        return True

    def _resolve(self, request: Any) -> list[str]:
        host = request.url.raw_host.decode("ascii").strip("[]")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._http.ConnectError(str(error), request=request) from error
        return list(dict.fromkeys(str(info[4][0]) for info in found))

    def _checked(self, request: Any, addresses: list[str]) -> list[str]:
        """The same addresses. Raises `PrivateAddress` when one of them is not allowed."""
        assert self._allowed is not None
        for address in addresses:
            if not self._allowed(ip_address(address)):
                _log.warning("refused: %s has the address %s", request.url.host, address)
                raise PrivateAddress(_shown(request), address)
        return addresses


@contextmanager
def pinned(request: Any, address: str, *, share: int) -> Iterator[None]:
    """In the body the request goes to `address`, under its own name; `share` addresses share the time to connect."""
    url, extensions = request.url, request.extensions
    timeouts = dict(extensions.get("timeout") or {})
    if (connect := timeouts.get("connect")) is not None:
        timeouts["connect"] = connect / share
    request.extensions = {**extensions, "timeout": timeouts}
    if url.host != address:
        request.extensions["sni_hostname"] = url.raw_host.decode("ascii")
        request.url = url.copy_with(host=address)
    try:
        yield
    finally:
        request.url, request.extensions = url, extensions


def _shown(request: Any) -> str:
    """The URL without user, password and query, which may hold keys."""
    return str(request.url.copy_with(userinfo=b"", query=None, fragment=None))
