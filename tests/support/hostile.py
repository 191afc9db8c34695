"""Hostile servers and proxies, real ones on 127.0.0.1; each of their bodies has an end."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Wire:
    """A server by its port."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    """What each connection sent first."""
    sent: int = 0
    """Bytes that it sent."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Answer = Callable[[Wire, socket.socket], None]


@contextmanager
def listening(answer: Answer, host: str = "127.0.0.1") -> Iterator[Wire]:
    """Call `answer` for each connection, once the head of its request is there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, 0))
        server.listen(64)
        wire = Wire(server.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=[connection], daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                answer(wire, connection)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield wire
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def head_of(wire: Wire, connection: socket.socket) -> bytes:
    """Read a request's head, and as much of its body as is declared."""
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = connection.recv(65536)
        if not chunk:
            break
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    wire.heads.append(head)
    declared = next(
        (line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b"0"
    )
    while len(body) < int(declared):
        body += connection.recv(65536)
    return head


def endless(piece: bytes, headers: str, *, most: int, every: float = 0.0) -> Answer:
    """A body of `piece` again and again, up to `most` bytes: a missing limit must not fill the machine's memory."""

    def answer(wire: Wire, connection: socket.socket) -> None:
        head_of(wire, connection)
        connection.sendall(f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode())
        while wire.sent < most:
            connection.sendall(piece)
            wire.sent += len(piece)
            if every:
                time.sleep(every)

    return answer


def dripping_head(wire: Wire, connection: socket.socket) -> None:
    """A head that never ends, a byte at a time."""
    head_of(wire, connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
    for _ in range(400):
        connection.sendall(b"x")
        time.sleep(0.05)


def silent(wire: Wire, connection: socket.socket) -> None:
    """Only the connection counts."""
    wire.heads.append(b"")


def forwarding(targets: dict[str, int]) -> Answer:
    """An HTTP proxy that knows names: to which port of this machine each goes. Takes CONNECT and whole URLs."""

    def answer(wire: Wire, connection: socket.socket) -> None:
        got = b""
        while b"\r\n\r\n" not in got:
            got += connection.recv(65536)
        wire.heads.append(got.partition(b"\r\n\r\n")[0])
        method, target, _ = got.split(b"\r\n")[0].split(b" ")
        authority = target if method == b"CONNECT" else target.split(b"/")[2]
        port = targets.get(authority.decode().partition(":")[0])
        if port is None:
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
            if method == b"CONNECT":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                path = b"/" + b"/".join(target.split(b"/")[3:])
                there.sendall(got.replace(target, path, 1))
            _join(connection, there)

    return answer


def socks5(targets: dict[str, int]) -> Answer:
    """A SOCKS5 proxy (RFC 1928) without passwords, for names."""

    def answer(wire: Wire, connection: socket.socket) -> None:
        count = connection.recv(2)[1]
        connection.recv(count)
        connection.sendall(b"\x05\x00")
        kind = connection.recv(4)[3]
        name = connection.recv(connection.recv(1)[0]) if kind == 3 else connection.recv(4 if kind == 1 else 16)
        connection.recv(2)
        wire.heads.append(name)
        port = targets.get(name.decode(errors="replace"))
        if port is None:
            connection.sendall(b"\x05\x04\x00\x01" + bytes(6))
            return
        with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
            connection.sendall(b"\x05\x00\x00\x01" + socket.inet_aton("127.0.0.1") + struct.pack(">H", port))
            _join(connection, there)

    return answer


def _join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=[other, one], daemon=True)
    back.start()
    carry(one, other)
    back.join(10)
