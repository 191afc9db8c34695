"""`proxy_for`: the environment's proxy for a call to a configured server; this machine is always called directly."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy for `url` from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; None for a host that NO_PROXY lists."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host):
        return None
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or _is_excepted(host, named.get("no", "")) or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def is_loopback(host: str) -> bool:
    """Whether the host of a URL is this machine, by its name or address. No name is resolved."""
    if host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _is_excepted(host: str, listed: str) -> bool:
    """Whether NO_PROXY lists a network that contains the address; urllib compares names and single addresses."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    for entry in listed.split(","):
        try:
            if "/" in entry and address in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:  # a name
            continue
    return False
