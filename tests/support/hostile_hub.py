"""A Hub on 127.0.0.1 with one model, any part of whose answers can be wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import huggingface_hub.constants  # noqa: F401  # reads HF_ENDPOINT when it is first imported, which must not be a test's

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODEL = "some/model"
FILES = {"config.json": b'{"model_type": "bert"}', "model.safetensors": b"\x02\x00\x00\x00\x00\x00\x00\x00{}"}


@dataclass
class HubAnswer:
    """The Hub's answers about its model and the content of its files; by default all are correct."""

    sha: Any = COMMIT
    siblings: Any = field(default_factory=lambda: [{"rfilename": n, "size": len(d)} for n, d in FILES.items()])
    headers: dict[str, str] = field(default_factory=dict)
    """Of files, in place of the right ones."""
    status: int = 200
    """Of files."""
    body: bytes | None = None
    """Of files, in place of the right one."""
    got: int = 0
    """The status of a GET for a file, if it differs from that of HEAD; 0: the same."""


@contextmanager
def hostile_hub(answer: HubAnswer) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            if path.startswith("/api/models/"):
                row = {"id": MODEL, "modelId": MODEL, "sha": answer.sha, "siblings": answer.siblings}
                self._send(200, json.dumps(row).encode(), {"content-type": "application/json"})
                return
            name = path.partition("/resolve/")[2].partition("/")[2]
            data = FILES.get(name, b"{}") if answer.body is None else answer.body
            etag = '"0123456789abcdef' + name.replace("/", "") + '"'
            status = answer.got if answer.got and self.command == "GET" else answer.status
            self._send(status, data, {"etag": etag, "x-repo-commit": COMMIT} | answer.headers)

        do_HEAD = do_GET

        def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """Ignore a client that closes the connection early."""

    with Quiet(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()
