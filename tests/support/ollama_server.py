"""`Ollama`: its own API by its documentation, for one model, as a scripted server answers it."""

import json
from collections.abc import Sequence
from typing import Any

from hugginggpt.tools.scripted import Received, Reply, as_json

LINES = {"content-type": "application/x-ndjson"}


class Ollama:
    """Answers `/api/show`, `/api/ps` and `/api/chat`; it loads its model with the window that it is asked for."""

    def __init__(
        self, *pieces: str, thoughts: Sequence[str] = (), most: int = 40_960, loaded: int = 0, failure: str = ""
    ) -> None:
        """`pieces` of the answer. `most`: tokens that the model can read. `loaded`: the window it is loaded with.

        `failure`: what ends the answer in place of its end.
        """
        self._failure = failure
        self._pieces, self._thoughts, self._most, self.loaded = pieces, thoughts, most, loaded
        self.asked: list[dict[str, Any]] = []
        """The bodies of the chats."""

    def __call__(self, received: Received) -> Reply:
        """The reply to a request."""
        match received.path:
            case "/api/show":
                if received.json["model"] != "m":
                    return as_json({"error": f"model '{received.json['model']}' not found"}, 404)
                able = ["completion", *(["thinking"] if self._thoughts else [])]
                return as_json({"model_info": {"qwen3.context_length": self._most}, "capabilities": able})
            case "/api/ps":
                running = [{"name": "m:latest", "model": "m:latest", "context_length": self.loaded}]
                return as_json({"models": running if self.loaded else []})
            case "/api/chat":
                return self._chat(received.json)
        return Reply(404, b"404 page not found")

    def _chat(self, body: dict[str, Any]) -> Reply:
        self.asked.append(body)
        self.loaded = body["options"].get("num_ctx", 4_096)
        read = min(sum(len(each["content"]) for each in body["messages"]) // 4, self.loaded)
        rows: list[dict[str, Any]] = [{"thinking": each, "content": ""} for each in self._thoughts if body.get("think")]
        rows += [{"content": piece} for piece in self._pieces]
        head = {"model": "m", "created_at": "2026-11-29T12:00:00Z"}
        lines = [{**head, "message": {"role": "assistant", **row}, "done": False} for row in rows]
        end = {"done": True, "done_reason": "stop", "prompt_eval_count": read, "eval_count": len(rows)}
        lines.append({**head, "message": {"role": "assistant", "content": ""}, **end})
        if self._failure:
            lines[-1] = {"error": self._failure}
        return Reply(headers=LINES, chunks=tuple(f"{json.dumps(line)}\n".encode() for line in lines))
