"""`request_options`, with which a model answers in JSON, and what is read from its messages: text, tokens, end reason."""

import json
from typing import TYPE_CHECKING, Any

from .models import Method

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

Schema = dict[str, Any]
"""A JSON schema with a `title`."""
_END_REASONS = ("finish_reason", "stop_reason", "done_reason", "stopReason", "status")
"""Where clients report why an answer ended: OpenAI and Google, Anthropic, Ollama, Bedrock, OpenAI's Responses."""


def request_options(method: Method, schema: Schema | None) -> dict[str, Any]:
    """The options of a request beside its messages, in OpenAI's format."""
    if schema is None:
        return {}
    name = schema["title"]
    plain = {key: value for key, value in schema.items() if key not in ("title", "description")}
    match method:
        case "json_schema":  # not strict: the names in `args` depend on the task type
            named = {"name": name, "strict": False, "schema": plain}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case "function_calling":
            function = {"name": name, "description": schema["description"], "parameters": plain}
            choice = {"type": "function", "function": {"name": name}}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
        case "json_mode":
            return {"response_format": {"type": "json_object"}}
    return {}


def text_of(message: "AIMessage") -> str:
    """The text of a message, or the arguments of the function that it calls."""
    if message.tool_calls:
        return json.dumps(message.tool_calls[0]["args"])
    if message.invalid_tool_calls:
        return message.invalid_tool_calls[0]["args"] or ""
    return str(message.text)


def piece_of(chunk: "AIMessage") -> str:
    """The text of a piece of an answer, or of the arguments of the function that it calls; of a whole one too."""
    if not hasattr(chunk, "tool_call_chunks"):
        return text_of(chunk)
    return "".join(call["args"] or "" for call in chunk.tool_call_chunks) or str(chunk.text)


def thought_of(chunk: "AIMessage") -> str:
    """The reasoning in a piece of an answer that a server sends apart from its text."""
    if found := chunk.additional_kwargs.get("reasoning_content"):
        return str(found)
    blocks = chunk.content if isinstance(chunk.content, list) else []
    kinds = ("thinking", "reasoning", "reasoning_content")
    found = [
        block.get(str(block["type"])) for block in blocks if isinstance(block, dict) and block.get("type") in kinds
    ]
    return "".join(text for text in found if isinstance(text, str))


def token_counts(message: "AIMessage") -> tuple[int, int]:
    """Tokens in and out, as a message or a piece of one reports them; some clients have them in the metadata only."""
    if usage := message.usage_metadata:
        return usage["input_tokens"], usage["output_tokens"]
    raw = message.response_metadata.get("token_usage") or {}
    return raw.get("prompt_tokens") or 0, raw.get("completion_tokens") or 0


def end_reason(message: "AIMessage") -> str:
    """Why an answer ended, as a message or a piece of one reports it, in lower case; empty where none does."""
    metadata = message.response_metadata
    return str(next((metadata[name] for name in _END_REASONS if metadata.get(name)), "")).lower()
