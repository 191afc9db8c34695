"""`openai_client`: langchain-openai's client with our transport; it keeps thoughts and says when a prompt is sent.

The form of an answer is a field of the request like any other. As an option of the client, `response_format` goes through
the part of openai's library that parses answers into Python types: it brings 700 modules along, a sixth of the CPU of a
whole process, for what `structured_output` reads itself. The pieces of an answer stay JSON objects for the same reason:
langchain-openai reads these, and to make openai's Python types of each costs more than all else that is done with it.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from pydantic import SecretStr, model_validator

from ...graph.untrusted_json import read_untrusted_json
from ..net.certificates import certificates
from ..net.configured_transport import MAX_STREAM_BYTES, ConfiguredTransport
from ..net.httpx_compat import httpx_module_of
from ..net.server_words import UNSTATED, code_in, reported_error
from .json_pieces import JsonPieces

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

_THOUGHTS = ("reasoning_content", "reasoning")
"""Where servers that speak OpenAI's API send thoughts: DeepSeek, vLLM, llama.cpp; OpenRouter, Ollama."""
_SENT = "send_request_body.complete"
"""The end of the name of httpcore's step after which the server has the whole prompt."""


def openai_client(
    model: str, base_url: str | None, key: SecretStr, *, seconds: float, headers: dict[str, str] | None,
    on_sent: Callable[[], None],
) -> tuple["ChatOpenAI", Any]:  # fmt: skip
    """The client, and its connections, which are to be closed. `seconds`: for a whole answer."""
    import openai

    transport: Any = ConfiguredTransport(
        httpx_module_of(openai.DefaultAsyncHttpxClient), seconds=seconds, max_bytes=MAX_STREAM_BYTES
    )

    async def trace(step: str, _info: object) -> None:
        if step.endswith(_SENT):
            on_sent()

    async def watch(request: Any) -> None:
        request.extensions = {**request.extensions, "trace": trace}

    hooks: Any = {"request": [watch], "response": [errors_with_status_200]}
    connections = openai.DefaultAsyncHttpxClient(transport=transport, event_hooks=hooks)
    client = _thoughtful()(
        model=model,
        base_url=base_url,
        api_key=key,
        timeout=seconds,
        max_retries=0,
        stream_usage=True,
        stream_chunk_timeout=None,  # one owner of time: by default it ends a call after two silent minutes
        http_async_client=connections,
        http_client=_unused_sync_client(),
        http_socket_options=(),  # for clients of its own; by default it warns that no proxy is used, while ours is
        default_headers=headers,
    )
    return client, connections


async def errors_with_status_200(response: Any) -> None:
    """An answer that is an error object alone gets the status that it names, so that clients report what it says."""
    if response.status_code == 200 and "json" in response.headers.get("content-type", ""):
        await response.aread()
        with suppress(ValueError):
            if (error := reported_error(read_untrusted_json(response.content, longest=MAX_STREAM_BYTES))) is not None:
                response.status_code = code_in(error) or 500
                if code_in(error) is None:
                    response.extensions[UNSTATED] = True


@cache
def _thoughtful() -> "type[ChatOpenAI]":
    """langchain-openai's client drops what servers send as thoughts: a model that thinks would seem silent."""
    from langchain_openai import ChatOpenAI

    class ThoughtfulChatOpenAI(ChatOpenAI):
        @model_validator(mode="after")
        def _read_pieces_as_json(self) -> Self:
            self.async_client = JsonPieces(self.root_async_client)
            return self

        def _get_request_payload(self, input_: Any, *, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
            payload = super()._get_request_payload(input_, stop=stop, **kwargs)
            if form := payload.pop("response_format", None):
                payload["extra_body"] = {**(payload.get("extra_body") or {}), "response_format": form}
            return payload

        def _convert_chunk_to_generation_chunk(self, chunk: dict[str, Any], *rest: Any) -> Any:
            made = super()._convert_chunk_to_generation_chunk(chunk, *rest)
            choices = chunk.get("choices") or [{}]
            delta = choices[0].get("delta") if isinstance(choices[0], dict) else None
            found = (
                [delta[name] for name in _THOUGHTS if isinstance(delta.get(name), str)]
                if isinstance(delta, dict)
                else []
            )
            if made and found:
                made.message.additional_kwargs["reasoning_content"] = found[0]
            return made

    return ThoughtfulChatOpenAI


@cache
def _unused_sync_client() -> Any:
    """For the synchronous half of langchain-openai's client, which is never called: certificates are read once."""
    import openai

    return openai.DefaultHttpxClient(verify=certificates(), trust_env=False)
