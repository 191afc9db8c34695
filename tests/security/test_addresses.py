"""Addresses of URLs

A name is resolved, all its addresses are checked, and only then is one of them connected to.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from fences import Fence
from hostile import Wire, head_of, listening, silent
from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.files.fetch import GuardedFetcher
from hugginggpt.tools.net.addresses import Address, is_public
from hugginggpt.tools.scripted import Reply, serve
from stores import FolderStore

FENCES = (
    Fence(
        "addresses are judged before a connection",
        "tools/net/ssrf_guard.py",
        "            if not self._allowed(ip_address(address)):",
        "            if False:",
        "test_addresses.py::test_every_spelling_of_a_private_address_is_refused_without_a_connection",
    ),
    Fence(
        "all addresses of a name are judged",
        "tools/net/ssrf_guard.py",
        "        for address in addresses:\n            if not",
        "        for address in addresses[:1]:\n            if not",
        "test_addresses.py::test_a_name_of_a_public_and_a_private_address_is_refused",
    ),
    Fence(
        "the address that was judged is connected to",
        "tools/net/ssrf_guard.py",
        "        request.url = url.copy_with(host=address)",
        "        pass",
        "test_addresses.py::test_a_name_is_resolved_once",
    ),
    Fence(
        "special addresses of clouds",
        "tools/net/addresses.py",
        "(*_NEVER, *_INSIDE_OF_CLOUDS)",
        "_NEVER",
        "test_addresses.py::test_special_addresses_inside_clouds_and_networks_are_not_public",
    ),
    Fence(
        "only given out ipv6 addresses",
        "tools/net/addresses.py",
        " and (address.version == 4 or address in _GLOBAL_UNICAST)",
        "",
        "test_addresses.py::test_special_addresses_inside_clouds_and_networks_are_not_public",
    ),
)

SPELLINGS = [
    "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "0x0", "2130706433", "0x7f000001",
    "0x7f.1", "0x7f.0.0.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "0177.1", "017700000001", "00000177.0.0.1", "127.000.000.001",
    "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "LocalHost", "user@127.0.0.1", "example.com@127.0.0.1",
    "example.com:80@127.0.0.1", "127.0.0.1%2f@127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[2001:db8::5efe:7f00:1]", "[2a00::5efe:7f00:1]",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "\uff11\uff12\uff17.0.0.1", "ⓛocalhost",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "2852039166", "0xa9fea9fe", "100.100.100.200", "100.64.0.1", "168.63.129.16", "192.0.0.192", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "[fd20:ce::254]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
]  # fmt: skip

INSIDE = [
    "168.63.129.16", "161.26.0.10", "166.8.0.1", "166.11.255.1", "199.36.153.4", "199.36.153.10", "192.31.196.1",
    "192.52.193.1", "192.175.48.6", "::ffff:168.63.129.16", "64:ff9b::a83f:8110", "2002:a83f:8110::1", "2620:4f:8000::1",
    "::ffff:0:7f00:1", "1000::1", "4000::1", "400::1", "2a00:1450::5efe:a00:1", "2a00:1450::200:5efe:a00:1",
]  # fmt: skip


def fetcher(folder: Path, allowed: object = is_public, **given: object) -> GuardedFetcher:
    settings = Settings.model_validate({"home": folder, "fetch_timeout": 5, **given})
    return GuardedFetcher(FolderStore(folder), settings, allowed=allowed)  # type: ignore[arg-type]


async def refusal(folder: Path, url: str, allowed: object = is_public) -> str:
    with pytest.raises(InvalidInput) as raised:
        await fetcher(folder, allowed).fetch(url)
    return str(raised.value)


@contextmanager
def everywhere() -> Iterator[list[Wire]]:
    """A server on one port of all addresses of this machine, IPv6 too."""
    with listening(silent, "0.0.0.0") as wire, socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as six:
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        over_six = Wire(wire.port)
        try:
            six.bind(("::", wire.port))
            six.listen(8)
        except OSError:  # a machine without IPv6
            yield [wire]
            return

        def count() -> None:
            while True:
                try:
                    six.accept()[0].close()
                except OSError:
                    return
                over_six.heads.append(b"")

        threading.Thread(target=count, daemon=True).start()
        yield [wire, over_six]
        six.shutdown(socket.SHUT_RDWR)


async def test_every_spelling_of_a_private_address_is_refused_without_a_connection(tmp_path: Path) -> None:
    """A URL of this machine or a private network, however it is spelled, is refused without a connection."""
    with everywhere() as wires:
        for host in SPELLINGS:
            answer = await refusal(tmp_path, f"http://{host}:{wires[0].port}/a.txt")
            assert "private network" in answer or "not a URL" in answer or "can't be reached" in answer, (host, answer)
            assert [wire.heads for wire in wires] == [[]] * len(wires), host


async def test_a_redirect_to_a_private_address_is_refused(tmp_path: Path) -> None:
    """A redirect to this machine or a private network is refused without a connection, as such a URL is."""
    for host in ("127.0.0.2", "127.2", "[::1]", "2130706434", "[::ffff:127.0.0.2]"):
        with (
            listening(silent, "::1" if host == "[::1]" else "127.0.0.2") as inside,
            serve(lambda _, to=host, at=inside: Reply(302, headers={"location": f"http://{to}:{at.port}/"})) as outside,
        ):
            answer = await refusal(tmp_path, f"{outside.url}/a.txt", lambda address: str(address) == "127.0.0.1")
        assert "private network" in answer
        assert (len(outside.requests), inside.heads) == (1, [])


async def test_an_open_port_looks_like_a_closed_one(tmp_path: Path) -> None:
    """The error for a private address does not depend on whether a server listens there."""
    with everywhere() as wires:
        port = wires[0].port
        hosts = ("127.0.0.1", "localhost", "[::1]", "10.0.0.1")
        opened = [(await refusal(tmp_path, f"http://{host}:{port}/a.txt")).replace(str(port), "N") for host in hosts]
        assert [wire.heads for wire in wires] == [[]] * len(wires)
    closed = [(await refusal(tmp_path, f"http://{host}:{port}/a.txt")).replace(str(port), "N") for host in hosts]
    assert opened == closed


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Answers of the name server for a name, one list after the other, the last again and again."""
    answers: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def lookup(host: object, port: object, *args: object, **given: object) -> object:
        left = answers.get(str(host))
        if not left:
            return real(host, port, *args, **given)  # type: ignore[arg-type]
        found = left.pop(0) if len(left) > 1 else left[0]
        kind = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kind[":" in address], socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return answers


async def test_a_name_of_a_public_and_a_private_address_is_refused(
    tmp_path: Path, resolver: dict[str, list[list[str]]]
) -> None:
    """A name with several addresses is refused if one of them is private, whichever comes first."""

    def outer(address: Address) -> bool:
        return str(address) == "127.0.0.1"

    with listening(silent) as public, listening(silent, "127.0.0.2") as private:
        for addresses in (["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"]):
            resolver["both.example"] = [addresses]
            answer = await refusal(tmp_path, f"http://both.example:{private.port}/a.txt", outer)
            assert "leads to 127.0.0.2" in answer
    assert (public.heads, private.heads) == ([], [])


async def test_a_name_is_resolved_once(tmp_path: Path, resolver: dict[str, list[list[str]]]) -> None:
    """A name is resolved once: a name server that answers differently later (DNS rebinding) gains nothing."""

    def answer(wire: Wire, connection: socket.socket) -> None:
        head_of(wire, connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")

    with listening(answer) as server:
        resolver["flips.example"] = [["127.0.0.1"], ["127.0.0.2"]]
        url = f"http://flips.example:{server.port}/a.txt"
        got = await fetcher(tmp_path, lambda address: str(address) == "127.0.0.1").fetch(url)
    assert got.text == "hello"
    assert f"flips.example:{server.port}".encode() in server.heads[0]


@pytest.mark.parametrize("address", INSIDE)
def test_special_addresses_inside_clouds_and_networks_are_not_public(address: str) -> None:
    """Addresses that count as global but have a special meaning inside a cloud or network are refused."""
    assert not is_public(ip_address(address))
