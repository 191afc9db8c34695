"""`serve`, for tests: a real HTTP server on 127.0.0.1 with scripted replies; it keeps the requests that it receives."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A received request."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """The response to send."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] = ()
    """Sent one by one after the body, without a content length."""
    before: threading.Event | None = None
    """Nothing is sent until it is set."""
    seconds: float = 0.0
    """Waited before anything is sent, and before each of `chunks`."""

    def to(self, received: Received) -> "Reply":
        """Itself; a reply that depends on the request (`Chat`) returns another."""
        return self


@dataclass
class Server:
    """A running server."""

    url: str
    requests: list[Received] = field(default_factory=list)


@contextmanager
def serve(answer: Callable[[Received], Reply], host: str = "127.0.0.1") -> Iterator[Server]:
    """Serve while the body runs; `answer` returns the reply to each request."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.command, self.path, headers, self.rfile.read(length))
            server.requests.append(received)
            reply = answer(received).to(received)
            if reply.before:
                reply.before.wait(10)
            time.sleep(reply.seconds)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if not reply.chunks and "content-length" not in {name.lower() for name in reply.headers}:
                self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            for number, part in enumerate(reply.chunks):
                time.sleep(reply.seconds if number else 0.0)
                self.wfile.write(part)

        do_GET = do_POST = _handle

        def log_message(self, *_args: object) -> None:
            """Print nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """Ignore clients that disconnect early."""

    with Quiet((host, 0), Handler) as http:
        server = Server(f"http://{host}:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def in_turn(*replies: Reply) -> Callable[[Received], Reply]:
    """One reply after the other, the last one repeatedly."""
    left = list(replies)
    return lambda _received: left.pop(0) if len(left) > 1 else left[0]


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    """A JSON reply; `retry_after="3"` is the header `retry-after`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json", **named})
