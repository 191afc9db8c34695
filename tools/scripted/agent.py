"""`ScriptedAgentModel`, for tests: a chat model behind OpenAI's HTTP API that leads an agent to its end.

turns = [[("hugginggpt", {"request": "read a.jpg"})], "It says 3."]
with serve(ScriptedAgentModel(turns)) as server:
    agent = create_agent(ChatOpenAI(model="scripted", base_url=f"{server.url}/v1", api_key="any"), [as_tool()])
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .chat import Chat, failing
from .server import Received, Reply

ToolCall = tuple[str, Mapping[str, Any]]
"""The name of a tool, and its arguments."""
AgentTurn = str | Sequence[ToolCall]
"""An answer, which ends the loop; or the calls of a turn, made side by side."""


class ScriptedAgentModel:
    """One turn after the other. It follows from the messages, so a resumed agent goes on where it was."""

    def __init__(self, turns: Sequence[AgentTurn], *, seconds: float = 0.0) -> None:
        """`seconds`: before each piece of an answer."""
        self._turns = tuple(turns)
        self._seconds = seconds
        self.calls: list[int] = []
        """The number of the turn that each request asked for."""

    def __call__(self, received: Received) -> Reply:
        """The reply to a request."""
        request = received.json
        number = sum(message["role"] == "assistant" for message in request["messages"])
        self.calls.append(number)
        if number >= len(self._turns):
            return failing(400, f"the script has {len(self._turns)} turns, and this is turn {number}")
        turn = self._turns[number]
        if isinstance(turn, str):
            return _Turn(pieces=(turn,), seconds=self._seconds)
        offered = {tool["function"]["name"] for tool in request.get("tools") or ()}
        if missing := [name for name, _ in turn if name not in offered]:
            return failing(
                400, f"there is no tool {', '.join(missing)}; there are {', '.join(sorted(offered)) or 'none'}"
            )
        return _Turn(finish_reason="tool_calls", calls=tuple(turn), prefix=f"turn{number}")


@dataclass(frozen=True)
class _Turn(Chat):
    """Text, also where tools are offered; or calls."""

    calls: tuple[ToolCall, ...] = ()
    prefix: str = ""

    def to(self, received: Received) -> Reply:
        """The HTTP reply to that request."""
        return self._streamed(None) if received.json.get("stream") else self._whole(None)

    def _delta(self, text: str, function: str | None) -> dict[str, Any]:
        if not self.calls:
            return super()._delta(text, function)
        return {"content": None, "tool_calls": [self._as_json(*numbered) for numbered in enumerate(self.calls)]}

    def _as_json(self, number: int, call: ToolCall) -> dict[str, Any]:
        function = {"name": call[0], "arguments": json.dumps(call[1])}
        return {"index": number, "id": f"{self.prefix}-{number}", "type": "function", "function": function}
