"""URLs are read only from allowed addresses and within limits (against real servers)."""

import asyncio
import gzip
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest

from fetchers import fetcher
from hugginggpt.graph.errors import InvalidInput
from hugginggpt.tools.net.addresses import Address, is_public
from hugginggpt.tools.scripted import Reply, in_turn, serve
from media import png


async def refused(folder: Path, url: str, allowed: Callable[[Address], bool] = is_public, **given: object) -> str:
    with pytest.raises(InvalidInput) as raised:
        await fetcher(folder, allowed, **({"allow_private_urls": allowed is is_public} | given)).fetch(url)
    return str(raised.value)


async def test_the_type_of_a_url_is_that_of_its_content(tmp_path: Path) -> None:
    with serve(lambda _request: Reply(body=png(), headers={"content-type": "text/plain"})) as server:
        resource = await fetcher(tmp_path, allow_private_urls=True).fetch(f"{server.url}/pictures/a.png?size=2")

    assert (resource.kind, resource.media_type, resource.label) == ("image", "image/png", "a.png?size=2")
    assert server.requests[0].headers["accept-encoding"] == "identity"


async def test_a_table_without_a_file_name_has_the_type_that_the_server_declares(tmp_path: Path) -> None:
    with serve(
        lambda _request: Reply(body=b"a,b\n1,2\n", headers={"content-type": "text/csv; charset=utf-8"})
    ) as server:
        assert (await fetcher(tmp_path, allow_private_urls=True).fetch(f"{server.url}/export?id=7")).kind == "table"


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_an_error_status_is_reported(tmp_path: Path, status: int) -> None:
    with serve(lambda _request: Reply(status)) as server:
        assert f"/a.png answers {status}" in await refused(tmp_path, f"{server.url}/a.png")


async def test_a_web_page_in_place_of_an_image_is_refused(tmp_path: Path) -> None:
    with serve(lambda _request: Reply(body=b"<html>Please sign in</html>")) as server:
        assert "a.png is not an image: it holds plain text" in await refused(tmp_path, f"{server.url}/a.png")


async def test_a_body_over_the_limit_is_not_read_completely(tmp_path: Path) -> None:
    endless = Reply(chunks=(b"x" * 100_000,) * 1000)
    false_length = Reply(headers={"content-length": "99999999999"})
    bomb = Reply(body=gzip.compress(bytes(5_000_000)), headers={"content-encoding": "gzip"})
    for reply in (endless, false_length, bomb):
        with serve(in_turn(reply)) as server:
            assert "at most 1.0 MB are read" in await refused(tmp_path, f"{server.url}/a.txt", max_file_bytes=1 << 20)


async def test_a_server_that_sends_nothing_is_given_up(tmp_path: Path) -> None:
    never = threading.Event()
    with serve(lambda _request: Reply(before=never)) as server:
        began = time.monotonic()
        message = await refused(tmp_path, f"{server.url}/a.txt", fetch_timeout=0.3)
        never.set()

    assert "took longer than 0.3 s" in message
    assert time.monotonic() - began < 20  # the default is 60 s


async def test_a_server_that_sends_slowly_is_given_up_after_the_total_time(tmp_path: Path) -> None:
    hung_up = asyncio.Event()

    async def send_slowly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.05)
        hung_up.set()

    async with await asyncio.start_server(send_slowly, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert "took longer than 0.4 s" in await refused(tmp_path, f"http://127.0.0.1:{port}/a.txt", fetch_timeout=0.4)
        await hung_up.wait()


async def test_an_unreachable_address_is_reported(tmp_path: Path) -> None:
    with serve(lambda _request: Reply()) as server:
        stopped = server.url

    assert "can't be reached" in await refused(tmp_path, f"{stopped}/a.txt")
    assert "can't be reached" in await refused(tmp_path, "http://no-such-host.invalid/a.txt")
    for broken in (
        "http://",
        "http://[::1",
        "http://a..b/x.txt",
        f"http://{'a' * 70}.org/x",
        "http://127.0.0.1:99999/",
    ):
        assert await refused(tmp_path, broken)


async def test_at_most_three_redirects_are_followed(tmp_path: Path) -> None:
    def hop(left: int) -> Reply:
        return Reply(302, headers={"location": f"/{left - 1}"}) if left else Reply(body=b"here")

    with serve(lambda request: hop(int(request.path[1:]))) as server:
        assert (await fetcher(tmp_path, allow_private_urls=True).fetch(f"{server.url}/3")).text == "here"
        assert "redirects more than 3 times" in await refused(tmp_path, f"{server.url}/4")


async def test_a_redirect_to_a_private_address_is_refused_before_anything_is_sent_there(tmp_path: Path) -> None:
    with (
        serve(lambda _request: Reply(body=b"secret"), host="127.0.0.2") as inside,
        serve(lambda _request: Reply(302, headers={"location": f"{inside.url}/admin"})) as outside,
    ):
        message = await refused(
            tmp_path, f"{outside.url}/a.txt", lambda address: str(address) == "127.0.0.1", allow_private_urls=False
        )

    assert "leads to 127.0.0.2, an address of this machine or a private network" in message
    assert len(outside.requests) == 1
    assert inside.requests == []


async def test_a_redirect_to_another_scheme_is_refused(tmp_path: Path) -> None:
    with serve(lambda _request: Reply(302, headers={"location": "file:///etc/passwd"})) as server:
        assert "only http and https URLs are read" in await refused(tmp_path, f"{server.url}/a.txt")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "127.0.0.9",
    ],
)
async def test_every_spelling_of_this_machine_is_refused(tmp_path: Path, host: str) -> None:
    with serve(lambda _request: Reply(body=b"secret"), host="0.0.0.0") as server:
        url = server.url.replace("0.0.0.0", host)
        message = await refused(tmp_path, f"{url}/a.txt", allow_private_urls=False)

    assert "private network" in message or "not a URL" in message
    assert server.requests == []


async def test_proxies_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serve(lambda _request: Reply(body=b"direct")) as server,
        serve(lambda _request: Reply(body=b"proxied")) as proxy,
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert (await fetcher(tmp_path, allow_private_urls=True).fetch(f"{server.url}/a.txt")).text == "direct"


async def test_a_page_that_a_text_quotes_may_be_unreachable_but_a_file_may_not(tmp_path: Path) -> None:
    with serve(lambda _request: Reply(404)) as server:
        reader = fetcher(tmp_path, allow_private_urls=True)
        (page,) = await reader.gather(f"Translate: visit {server.url}/about today", [])
        with pytest.raises(InvalidInput, match="answers 404"):
            await reader.gather(f"Describe {server.url}/a.png", [])

    assert page.missing


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::", "2002:c0a8:1::1",
        "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_outside_the_public_internet_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_of_the_public_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))
