"""A request over a connection that its server closes at the same moment is sent anew; no other request is."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import ModuleType

import httpx
import httpx2
import pytest

from hugginggpt.tools.net.configured_transport import ConfiguredTransport

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def server(*connections: int) -> Iterator[tuple[str, list[bytes]]]:
    """A server; for each connection, how many requests it answers before it closes the connection at the next one.

    Yields its address and the requests, answered or not.
    """
    requests: list[bytes] = []

    def serve() -> None:
        for answers in connections:
            connection, _ = listening.accept()
            with connection:
                for _ in range(answers):
                    requests.append(read(connection))
                    connection.sendall(ANSWER)
                requests.append(read(connection))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", requests
        thread.join(60)


def read(connection: socket.socket) -> bytes:
    """One request with its body, or what there is at the end of the connection."""
    request = b""
    while b"ahoy" not in request and (piece := connection.recv(65536)):
        request += piece
    return request


def post(http: ModuleType, url: str, *contents: object, asynchronous: bool = False) -> list[int]:
    """The statuses of requests with these bodies, one after the other, of one client."""
    transport = ConfiguredTransport(http, seconds=30)

    async def ask() -> list[int]:
        async with http.AsyncClient(transport=transport) as client:
            return [(await client.post(url, content=content)).status_code for content in contents]

    if asynchronous:
        return asyncio.run(ask())
    with http.Client(transport=transport) as client:
        return [client.post(url, content=content).status_code for content in contents]


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("http", [httpx, httpx2])
def test_a_request_that_meets_the_end_of_a_kept_connection_is_sent_on_a_new_one(
    http: ModuleType, asynchronous: bool
) -> None:
    """As servers close a connection after an error, while the next request is on its way."""
    with server(1, 2) as (url, requests):
        assert post(http, url, *[b"ahoy"] * 3, asynchronous=asynchronous) == [200, 200, 200]
    assert [b"ahoy" in request for request in requests] == [True, True, True, True, False]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_request_that_a_server_drops_on_a_new_connection_is_not_sent_anew(asynchronous: bool) -> None:
    """That is for whoever counts the attempts."""
    with server(0) as (url, requests), pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        post(httpx, url, b"ahoy", asynchronous=asynchronous)
    assert len(requests) == 1


def test_a_body_that_is_read_while_it_is_sent_is_not_sent_anew() -> None:
    """It could not be whole a second time."""
    with server(1) as (url, requests), pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        post(httpx, url, b"ahoy", iter([b"ahoy"]))
    assert len(requests) == 2
