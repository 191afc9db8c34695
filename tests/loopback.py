"""Loopback: real HTTP servers on 127.0.0.1 whose replies a test scripts. What they were sent is kept in `requests`."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to send back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] = ()
    """Sent one by one after the body, without a content length."""
    before: threading.Event | None = None
    """Nothing is sent until it is set."""


@dataclass
class Server:
    """A running server."""

    url: str
    requests: list[Received] = field(default_factory=list)


@contextmanager
def serve(answer: Callable[[Received], Reply], host: str = "127.0.0.1") -> Iterator[Server]:
    """Serve until the body is left; `answer` gives the reply to each request."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.command, self.path, headers, self.rfile.read(length))
            server.requests.append(received)
            reply = answer(received)
            if reply.before:
                reply.before.wait(10)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if not reply.chunks and "content-length" not in {name.lower() for name in reply.headers}:
                self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            for part in (reply.body, *reply.chunks):
                self.wfile.write(part)

        do_GET = do_POST = _handle

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """A client that hangs up early is no news."""

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
    """One reply after the other; the last one again and again."""
    left = list(replies)
    return lambda _received: left.pop(0) if len(left) > 1 else left[0]


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    """A JSON reply; `retry_after="3"` is the header `retry-after`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json", **named})


def chat(text: str, finish_reason: str = "stop") -> Reply:
    """A chat completion that says `text`, and cost 11 tokens in and 7 out."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return as_json(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    )


def chat_stream(*pieces: str) -> Reply:
    """A chat completion sent as server-sent events, with its usage in the last."""

    def event(choices: list[object], **more: object) -> bytes:
        head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return f"data: {json.dumps({**head, 'choices': choices, **more})}\n\n".encode()

    chunks = [event([{"index": 0, "delta": {"role": "assistant", "content": piece}}]) for piece in pieces]
    chunks.append(event([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    chunks.append(event([], usage={"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}))
    return Reply(headers={"content-type": "text/event-stream"}, chunks=(*chunks, b"data: [DONE]\n\n"))
