"""A Hub on 127.0.0.1: repositories from folders, as far as a download needs one. Reached by HF_ENDPOINT."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Repository:
    """A repository of the Hub."""

    folder: Path
    gated: bool = False
    """Whether its files need the token `hf_good`."""

    @property
    def commit(self) -> str:
        """Computed from the content."""
        answer = repr([(name, len(data)) for name, data in sorted(self.files.items())])
        return hashlib.sha1(answer.encode()).hexdigest()

    @property
    def files(self) -> dict[str, bytes]:
        """Content by name inside the repository."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != "done"
        }


@dataclass
class Hub:
    """A running Hub."""

    url: str
    repositories: dict[str, Repository] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and authorization of each request."""
    broken_after: int | None = None
    """Bytes of a file after which the connection is closed, once."""
    hold: threading.Event | None = None
    """When set, files stop half-way until the event is set."""
    halfway: threading.Event = field(default_factory=threading.Event)
    """Set when the first half of a held file is sent."""

    @property
    def downloads(self) -> list[str]:
        """Files that were read."""
        return [
            path.partition("/resolve/")[2].partition("/")[2]
            for method, path, _ in self.asked
            if method == "GET" and "/resolve/" in path
        ]


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """Serve while the body runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            path = urlsplit(self.path).path
            token = self.headers.get("authorization", "")
            hub.asked.append((self.command, path, token))
            if path.startswith("/api/models/"):
                model_id = path.removeprefix("/api/models/").partition("/revision/")[0]
                self._info(model_id, body)
            else:
                model_id, _, rest = path.removeprefix("/").partition("/resolve/")
                self._file(model_id, rest.partition("/")[2], token, body)

        def _info(self, model_id: str, body: bool) -> None:
            repository = hub.repositories.get(model_id)
            if repository is None:
                return self._refuse(401, "RepoNotFound", "Invalid username or password.")
            siblings = [{"rfilename": name, "size": len(data)} for name, data in repository.files.items()]
            answer = {
                "id": model_id,
                "modelId": model_id,
                "sha": repository.commit,
                "gated": "auto" if repository.gated else False,
                "siblings": siblings,
            }
            return self._send(json.dumps(answer).encode(), {"content-type": "application/json"}, body)

        def _file(self, model_id: str, name: str, token: str, body: bool) -> None:
            repository = hub.repositories.get(model_id)
            if repository is None:
                return self._refuse(401, "RepoNotFound", "Invalid username or password.")
            if repository.gated and token != "Bearer hf_good":
                return self._refuse(403, "GatedRepo", f"Access to model {model_id} is restricted.")
            data = repository.files.get(name)
            if data is None:
                return self._refuse(404, "EntryNotFound", "Entry not found")
            headers = {
                "etag": f'"{hashlib.sha256(data).hexdigest()}"',
                "x-repo-commit": repository.commit,
                "accept-ranges": "bytes",
            }
            return self._send(data, headers, body)

        def _refuse(self, status: int, code: str, words: str) -> None:
            self.send_response(status)
            self.send_header("x-error-code", code)
            self.send_header("x-error-message", words)
            self.send_header("content-length", "0")
            self.end_headers()

        def _send(self, data: bytes, headers: dict[str, str], body: bool) -> None:
            start = 0
            if (asked := self.headers.get("range")) and body:
                start = int(asked.removeprefix("bytes=").partition("-")[0])
                headers["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.send_response(206 if start else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data) - start))
            self.end_headers()
            if not body:
                return
            if hub.hold is not None and len(data) > 10_000:
                self.wfile.write(data[: len(data) // 2])
                self.wfile.flush()
                hub.halfway.set()
                hub.hold.wait(20)
                start = len(data) // 2
            if hub.broken_after is not None and len(data) > hub.broken_after:
                self.wfile.write(data[start : hub.broken_after])
                hub.broken_after = None
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(data[start:])

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """Ignore a client that closes the connection early."""

    with Quiet(("127.0.0.1", 0), Handler) as http:
        hub = Hub(f"http://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            http.shutdown()
            thread.join()
