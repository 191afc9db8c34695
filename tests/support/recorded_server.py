"""Conversations with real servers: `replayed` answers as one did; run as a script, this file records one.

    python tests/support/recorded_server.py http://127.0.0.1:8080 8081 recording.json "llama.cpp b6000, SmolLM2-135M"

forwards what it gets on port 8081, and writes each exchange down when it ends. What is kept: method, path, the form of
answer that was asked for, and the whole reply; of a stream, events that differ in nothing but a piece of text are joined.
"""

import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from hugginggpt.tools.scripted import Received, Reply

RECORDINGS = Path(__file__).parent.parent / "tools" / "chat_models" / "recorded_servers"


def replayed(name: str) -> Callable[[Received], Reply]:
    """A server for `serve`: replies in the order in which they were recorded, the last one of its kind repeatedly."""
    exchanges: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))["exchanges"]:
        exchanges.setdefault(each["request"], []).append(each)

    def answer(received: Received) -> Reply:
        left = exchanges.get(kind_of(received.method, received.path, received.body))
        if not left:
            return Reply(599, f"{kind_of(received.method, received.path, received.body)} was not recorded".encode())
        each = left.pop(0) if len(left) > 1 else left[0]
        return Reply(each["status"], each["body"].encode(), {"content-type": each["content_type"]})

    return answer


def kind_of(method: str, path: str, body: bytes) -> str:
    """What was asked for, e.g. `POST /v1/chat/completions stream json_schema picture`."""
    try:
        sent = json.loads(body)
    except ValueError:
        return f"{method} {path}"
    if not isinstance(sent, dict):
        return f"{method} {path}"
    form = "tools" if sent.get("tools") else (sent.get("response_format") or {}).get("type", "")
    words = ["stream" if sent.get("stream") else "", form, "picture" if b'"image_url"' in body else ""]
    return " ".join([method, path, *filter(None, words)])


def _joined(stream: str) -> str:
    """Server-sent events, those joined that differ in their piece of text (`choices[0].delta.content`) only."""
    events: list[Any] = []
    for line in stream.splitlines():
        if not line.startswith("data: {"):
            events += [line] if line else []
            continue
        event = json.loads(line[6:])
        last = events[-1] if events and isinstance(events[-1], dict) else None
        if last is not None and _rest(event) == _rest(last):
            last["choices"][0]["delta"]["content"] += event["choices"][0]["delta"]["content"]
        else:
            events.append(event)
    return "".join(f"data: {json.dumps(e)}\n\n" if isinstance(e, dict) else f"{e}\n\n" for e in events)


def _rest(event: dict[str, Any]) -> str:
    """An event without its piece of text; empty, and so unlike any other, for one of another form."""
    copy = json.loads(json.dumps(event))
    try:
        delta = copy["choices"][0]["delta"]
        content = delta.pop("content")
    except (KeyError, IndexError, TypeError):
        return str(id(event))
    return json.dumps(copy) if isinstance(content, str) and not delta else str(id(event))


def record(server: str, port: int, file: Path, what: str) -> None:
    """Forward requests to a server until Ctrl-C; the file is written anew after each."""
    import httpx

    exchanges: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            sent = {"content-type": self.headers.get("content-type", "application/json")}
            reply = httpx.request(
                self.command, f"{server}{self.path}", content=body, headers=sent, timeout=600, trust_env=False
            )
            content_type = reply.headers.get("content-type", "")
            text = _joined(reply.text) if "event-stream" in content_type else reply.text
            kept = {"status": reply.status_code, "content_type": content_type, "body": text}
            exchanges.append({"request": kind_of(self.command, self.path, body), **kept})
            file.write_text(json.dumps({"what": what, "exchanges": exchanges}, indent=1, ensure_ascii=False) + "\n")
            self.send_response(reply.status_code)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = _forward

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    record(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
