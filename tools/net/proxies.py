"""Proxies: which one a call to a configured server goes through, by the environment. Never one for this machine itself."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for `url`: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, without what NO_PROXY lists."""
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
    """Whether a host as a URL names it is this machine by its name or address. No name is looked up."""
    if host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _is_excepted(host: str, listed: str) -> bool:
    """Whether NO_PROXY lists a network that an address lies in; names and single addresses are urllib's to compare."""
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
