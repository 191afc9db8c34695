"""Forms: how a request holds a model to JSON, and what the messages of its client tell, whoever made it."""

import json
from typing import TYPE_CHECKING, Any

from .models import Method

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

Schema = dict[str, Any]
"""A JSON schema with a `title`."""
_ENDED = ("finish_reason", "stop_reason", "done_reason")
"""Where the clients of OpenAI and Google, of Anthropic, and of Ollama say why an answer ended."""


def options_of(method: Method, schema: Schema | None) -> dict[str, Any]:
    """What the request carries beside its messages, in OpenAI's standard form."""
    if schema is None:
        return {}
    name = schema["title"]
    bare = {key: value for key, value in schema.items() if key not in ("title", "description")}
    match method:
        case "json_schema":  # not strict: the names in `args` depend on the task type
            return {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": name, "strict": False, "schema": bare},
                }
            }
        case "function_calling":
            function = {"name": name, "description": schema["description"], "parameters": bare}
            choice = {"type": "function", "function": {"name": name}}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
        case "json_mode":
            return {"response_format": {"type": "json_object"}}
    return {}


def text_of(message: "AIMessage") -> str:
    """What was said, or the arguments of the function that was called."""
    if message.tool_calls:
        return json.dumps(message.tool_calls[0]["args"])
    if message.invalid_tool_calls:
        return message.invalid_tool_calls[0]["args"] or ""
    return str(message.text)


def tokens_of(message: "AIMessage") -> tuple[int, int]:
    """In and out, as told with a message or a piece of one.

    langchain-openai tells it in the metadata only where a streamed answer, held to JSON, is none.
    """
    if told := message.usage_metadata:
        return told["input_tokens"], told["output_tokens"]
    raw = message.response_metadata.get("token_usage") or {}
    return raw.get("prompt_tokens") or 0, raw.get("completion_tokens") or 0


def why_ended(message: "AIMessage") -> str:
    """The reason that came with a message or a piece of one, in lower case; empty where none did."""
    told = message.response_metadata
    return str(next((told[name] for name in _ENDED if told.get(name)), "")).lower()
