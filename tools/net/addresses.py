"""`is_public`: which IP addresses are on the public internet; `without_secrets`: which parts of a URL may be shown."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

_NEVER = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "::/96",  # unspecified, loopback, IPv4-compatible
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",
        "2001::/23",  # protocol assignments, Teredo
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",  # site-local: `is_global` is true for it before Python 3.11.10
        "ff00::/8",
    )
)
_INSIDE_OF_CLOUDS = {
    ip_network(block): source
    for block, source in (
        ("161.26.0.0/16", "IBM Cloud, infrastructure services: cloud.ibm.com/docs/vpc, service endpoints"),
        ("166.8.0.0/14", "IBM Cloud, service endpoints: cloud.ibm.com/docs/vpc, service endpoints"),
        ("168.63.129.16/32", "Azure, metadata and agent: learn.microsoft.com, What is IP address 168.63.129.16"),
        ("192.31.196.0/24", "AS112, answers for private addresses: RFC 7535"),
        ("192.52.193.0/24", "relays of multicast: RFC 7450"),
        ("192.175.48.0/24", "AS112, answers for private addresses: RFC 7534"),
        ("199.36.153.4/30", "Google Cloud, restricted.googleapis.com: cloud.google.com/vpc/docs/private-google-access"),
        ("199.36.153.8/30", "Google Cloud, private.googleapis.com: cloud.google.com/vpc/docs/private-google-access"),
        ("2620:4f:8000::/48", "AS112, answers for private addresses: RFC 7534"),
    )
}
"""Addresses that count as globally routable and answer differently inside a network, with the source of each."""
_GLOBAL_UNICAST = ip_network("2000::/3")
"""All IPv6 addresses that IANA has assigned to the internet so far (IPv6 Address Space)."""
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether `address`, and the IPv4 address that it may wrap, is on the public internet.

    Python's own `is_global` is not enough: up to 3.11.9 it is true for multicast, 6to4, NAT64, site-local and
    192.0.0.0/24 (CVE-2024-4032).
    """
    if any(address in block for block in (*_NEVER, *_INSIDE_OF_CLOUDS) if block.version == address.version):
        return False
    if isinstance(address, IPv6Address) and (wrapped := _wrapped(address)):
        return is_public(wrapped)
    return address.is_global and (address.version == 4 or address in _GLOBAL_UNICAST)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one: v4-mapped, 6to4, NAT64 or ISATAP. (Teredo is in a block above.)"""
    if address in _NAT64 or address.packed[8:12] in (b"\0\0\x5e\xfe", b"\2\0\x5e\xfe"):
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour


def without_secrets(url: str) -> str:
    """The URL as it may be recorded and shown: without user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address, for instance
        return f"{url.partition('://')[0]}://..."
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def origin(url: object) -> str:
    """Scheme, host and port of a URL (a string, or httpx's class); URLs of one server have the same origin."""
    text = str(url)  # for httpx's class: as it is sent
    try:
        if not text.isascii():
            from httpx import URL

            text = str(URL(text))
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except Exception:  # ValueError, or httpx's own error: no client can call it
        return without_secrets(text)
    if not host:
        return without_secrets(text)
    shown = "" if port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown}"
