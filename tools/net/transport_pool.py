"""Ways: the library's own transports, direct or by the proxy that the environment names, chosen anew for each request."""

from typing import Any

from .certificates import certificates
from .proxies import proxy_for


class Ways:
    """Made when first used, and kept with their connections."""

    def __init__(self, http: Any) -> None:
        """`http`: httpx or httpx2."""
        self._http = http
        self._kept: dict[tuple[str | None, bool], Any] = {}

    def to(self, url: Any, *, asynchronous: bool) -> Any:
        """The one for a URL."""
        proxy = proxy_for(str(url))
        if (way := self._kept.get((proxy, asynchronous))) is None:
            kind = self._http.AsyncHTTPTransport if asynchronous else self._http.HTTPTransport
            given = {"proxy": self._http.Proxy(proxy)} if proxy else {}
            way = self._kept[proxy, asynchronous] = kind(verify=certificates(), trust_env=False, **given)
        return way

    def close(self) -> None:
        """Close all connections."""
        for way in self._kept.values():
            way.close()

    async def aclose(self) -> None:
        """The same for an asynchronous client."""
        for way in self._kept.values():
            await way.aclose()
