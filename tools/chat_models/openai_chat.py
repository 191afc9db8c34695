"""`OpenAIChat`: langchain-openai's client, with the form of an answer as a field of the request like any other.

As an option of the client, `response_format` goes through the part of openai's library that parses answers into Python
types. It brings 700 modules along, a third of the CPU of a whole process, for what `structured_output` reads itself.
"""

from typing import Any

from langchain_openai import ChatOpenAI


class OpenAIChat(ChatOpenAI):
    """Sends the same requests as its base class."""

    def _get_request_payload(self, input_: Any, *, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        if form := payload.pop("response_format", None):
            payload["extra_body"] = {**(payload.get("extra_body") or {}), "response_format": form}
        return payload
