"""`ScriptedChatModel`, for tests: a chat model behind OpenAI's HTTP API that plans, chooses and answers as scripted.

with serve(ScriptedChatModel(plan, answer="Done [0].", refuses={"json_schema"})) as server: ...
with serve(in_turn(rate_limited(1), chat("not json"), chat(json.dumps(plan)))) as server: ...
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...graph.usage import Stage
from .server import Received, Reply, as_json

Form = Literal["json_schema", "tools", "json_object"]
"""The ways in which a request may ask for structured output."""

TOKENS = (11, 7)
"""Input and output tokens that every completion reports."""
_HEAD = {"id": "c", "created": 1, "model": "scripted"}
_STAGES: dict[str, Stage] = {"plan": "plan", "choose": "choose", "tell": "answer", "keep": "summarise"}


@dataclass(frozen=True)
class Chat(Reply):
    """A chat completion in the form that the request asks for: streamed or whole, a function call or text."""

    pieces: tuple[str, ...] = ()
    finish_reason: str = "stop"
    """Empty: the stream ends without it, as if the connection broke."""

    def to(self, received: Received) -> Reply:
        """The HTTP reply to that request."""
        request = received.json
        function = request["tools"][0]["function"]["name"] if request.get("tools") else None
        return self._streamed(function) if request.get("stream") else self._whole(function)

    def _whole(self, function: str | None) -> Reply:
        message = {"role": "assistant", **self._delta("".join(self.pieces), function)}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        reply = as_json({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _usage()})
        return Reply(reply.status, reply.body, reply.headers, before=self.before, seconds=self.seconds)

    def _streamed(self, function: str | None) -> Reply:
        def event(choices: list[object], **more: object) -> bytes:
            data = {**_HEAD, "object": "chat.completion.chunk", "choices": choices, **more}
            return f"data: {json.dumps(data)}\n\n".encode()

        def choice(delta: object, reason: str | None = None) -> list[object]:
            return [{"index": 0, "delta": delta, "finish_reason": reason}]

        chunks = [
            event(choice({"role": "assistant", **self._delta(piece, function)})) for piece in self.pieces or ("",)
        ]
        if self.finish_reason:
            chunks += [event(choice({}, self.finish_reason)), event([], usage=_usage()), b"data: [DONE]\n\n"]
        headers = {"content-type": "text/event-stream"}
        return Reply(headers=headers, chunks=tuple(chunks), before=self.before, seconds=self.seconds)

    def _delta(self, text: str, function: str | None) -> dict[str, Any]:
        if function is None:
            return {"content": text}
        call = {"index": 0, "id": "call", "type": "function", "function": {"name": function, "arguments": text}}
        return {"content": None, "tool_calls": [call]}


def chat(*pieces: str, finish_reason: str = "stop", seconds: float = 0.0) -> Chat:
    """An answer of these pieces; streamed one by one, each after `seconds`. It reports 11 input and 7 output tokens."""
    return Chat(pieces=pieces, finish_reason=finish_reason, seconds=seconds)


def rate_limited(seconds: float) -> Reply:
    """429, with the seconds to wait."""
    return as_json({"error": {"message": "slow down"}}, 429, retry_after=f"{seconds:g}")


def failing(status: int, message: str = "no") -> Reply:
    """An error in OpenAI's form."""
    return as_json({"error": {"message": message}}, status)


def broken_off(text: str) -> Chat:
    """A stream that ends in the middle without a finish reason."""
    return Chat(pieces=(text,), finish_reason="")


def garbage() -> Reply:
    """A web page in place of JSON."""
    return Reply(200, b"<html>It works!</html>", {"content-type": "text/html"})


def stage_of(received: Received) -> Stage:
    """The stage that a request of the LLM controller belongs to, by the first words of its prompt."""
    prompt = str(received.json["messages"][0]["content"])
    word = re.match(r"You (\w+)", prompt)
    return _STAGES.get(word[1] if word else "", "plan")


class ScriptedChatModel:
    """Plans, chooses and answers as scripted; `calls` holds the stage of each request, in order."""

    def __init__(
        self,
        plan: Sequence[Mapping[str, Any]] | Callable[[Received], str],
        *,
        answer: str | Sequence[str] = "Done.",
        choice: Callable[[Sequence[str]], str] | None = None,
        model: str = "",
        key: str = "",
        refuses: Iterable[Form] = (),
        trouble: Iterable[Reply] = (),
        seconds: float = 0.0,
    ) -> None:
        """`plan`: the paper's JSON, or a function that returns the text of the model. `answer`: streamed piece by piece.
        `choice`: picks one of the offered model ids (else the first). `model`, `key`: others get 404, 401. `refuses`:
        forms that get 400. `trouble`: replies before all others, one a request. `seconds`: before each piece.
        """
        self._plan = plan
        self._answer = (answer,) if isinstance(answer, str) else tuple(answer)
        self._choice = choice or (lambda ids: ids[0])
        self._model, self._key = model, key
        self._refuses = set(refuses)
        self._trouble = list(trouble)
        self._seconds = seconds
        self.calls: list[Stage] = []

    def __call__(self, received: Received) -> Reply:
        """The reply to a request."""
        request = received.json
        stage = stage_of(received)
        self.calls.append(stage)
        if self._key and received.headers.get("authorization") != f"Bearer {self._key}":
            return failing(401, "wrong key")
        if self._model and request["model"] != self._model:
            return failing(404, f"there is no model {request['model']}")
        if self._trouble:
            return self._trouble.pop(0)
        if (form := form_of(request)) in self._refuses:
            return failing(400, f"{form} is not supported")
        match stage:
            case "plan":
                return chat(*self._planned(received), seconds=self._seconds)
            case "choose":
                return chat(self._chosen(str(request["messages"][1]["content"])), seconds=self._seconds)
            case "summarise":
                return chat("We spoke.", seconds=self._seconds)
        return chat(*self._answer, seconds=self._seconds)

    def _chosen(self, prompt: str) -> str:
        tasks = json.loads(prompt.rpartition("<data>")[2].removesuffix("</data>"))
        chosen = [(task["task"], self._choice([row["id"] for row in task["candidates"]])) for task in tasks]
        return json.dumps({"choices": [{"task": task, "id": id, "reason": "as scripted"} for task, id in chosen]})

    def _planned(self, received: Received) -> list[str]:
        plan = self._plan
        text = plan(received) if callable(plan) else json.dumps({"tasks": list(plan), "refusals": []})
        return [text[start : start + 24] for start in range(0, len(text), 24)]


def form_of(request: Mapping[str, Any]) -> Form | None:
    """The kind of structured output that a request asks for."""
    if request.get("tools"):
        return "tools"
    form: Form | None = request.get("response_format", {}).get("type")
    return form


def _usage() -> dict[str, int]:
    into, out = TOKENS
    return {"prompt_tokens": into, "completion_tokens": out, "total_tokens": into + out}
