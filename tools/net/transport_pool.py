"""`TransportPool`: httpx's own transports, one for each proxy that the environment names, chosen for each request."""

from typing import Any

from .certificates import certificates
from .proxies import proxy_for


class TransportPool:
    """One transport for each proxy, created at its first use and kept with its connections."""

    def __init__(self, http: Any) -> None:
        """`http`: httpx or httpx2."""
        self._http = http
        self._transports: dict[tuple[str | None, bool], Any] = {}

    def sender_for(self, url: Any, *, asynchronous: bool) -> Any:
        """The method that sends a request to a URL."""
        proxy = proxy_for(str(url))
        if (transport := self._transports.get((proxy, asynchronous))) is None:
            transport_class = self._http.AsyncHTTPTransport if asynchronous else self._http.HTTPTransport
            options = {"proxy": self._http.Proxy(proxy)} if proxy else {}
            transport = transport_class(verify=certificates(), trust_env=False, **options)
            self._transports[proxy, asynchronous] = transport
        return transport.handle_async_request if asynchronous else transport.handle_request

    def close(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            transport.close()

    async def aclose(self) -> None:
        """The same for asynchronous clients."""
        for transport in self._transports.values():
            await transport.aclose()
