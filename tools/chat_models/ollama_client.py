"""`OllamaChat`: Ollama by its own API, which is asked for the window that a prompt needs.

Its OpenAI route has no way to ask: it reads 4,096 tokens by default and cuts the rest silently. Another window than the one
that a model is loaded with makes Ollama load it anew, so a larger one that is loaded is kept.
"""

from collections.abc import AsyncIterator, Callable
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from ..net.configured_transport import MAX_STREAM_BYTES, ConfiguredTransport
from .messages import Messages, estimated_tokens_of

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk
    from langchain_ollama import ChatOllama

SMALLEST = 4_096
"""Tokens of a window that is asked for; each larger one is twice as large."""
LARGEST = 16_384
"""Tokens that are asked for unless the user sets a window: memory grows with them."""
ANSWER = 2_048
"""Tokens of a window that are kept for the answer, and as many for thoughts."""
PICTURE = 1_024
"""Tokens of a picture, about."""


class _Model(NamedTuple):
    """What the server says of a model."""

    most: int
    """Tokens that it can read at once; 0 where the server does not say."""
    thinks: bool


class OllamaChat:
    """The methods of a chat model that we call, over langchain-ollama's client."""

    def __init__(self, chat: "ChatOllama", window: int | None) -> None:
        """`window`: the largest that may be asked for, as the user set it."""
        self._chat = chat
        self._most = window
        self._known: _Model | None = None

    async def read_window(self) -> int:
        """The largest window that is asked for: the user's, else the model's own up to `LARGEST`."""
        model = await self._model()
        return min(self._most or LARGEST, model.most or LARGEST)

    async def ainvoke(self, messages: Messages, **options: Any) -> "AIMessage":
        """A whole answer."""
        return reduce(add, [chunk async for chunk in self.astream(messages, **options)])

    async def astream(self, messages: Messages, **options: Any) -> "AsyncIterator[AIMessageChunk]":
        """An answer piece by piece."""
        model = await self._model()
        asked: dict[str, Any] = {"num_ctx": await self._window(messages, model)}
        if "temperature" in options:
            asked["temperature"] = options.pop("temperature")
        if model.thinks:
            options["reasoning"] = True  # else the client drops the thoughts, and the model would seem silent
        async for chunk in self._chat.astream(messages, options=asked, **options):
            yield chunk

    async def _window(self, messages: Messages, model: _Model) -> int:
        """The smallest window in which the prompt and its answer fit, or the larger one that the model is loaded with."""
        blocks = [block for _, content in messages if isinstance(content, list) for block in content]
        pictures = sum(isinstance(block, dict) and block.get("type") == "image_url" for block in blocks)
        needed = estimated_tokens_of(messages) * 1.1 + PICTURE * pictures + ANSWER * (2 if model.thinks else 1)
        loaded, window = await self._loaded(), SMALLEST
        while window < needed:
            window *= 2
        return loaded if loaded >= window else max(loaded, min(window, await self.read_window()))

    async def _model(self) -> _Model:
        if self._known is None:
            shown = await self._chat._async_client.show(self._chat.model)
            lengths = (value for name, value in (shown.modelinfo or {}).items() if name.endswith(".context_length"))
            self._known = _Model(int(next(lengths, 0) or 0), "thinking" in (shown.capabilities or ()))
        return self._known

    async def _loaded(self) -> int:
        """The window that the model is loaded with; 0 where it is not loaded."""
        names = {self._chat.model, f"{self._chat.model}:latest"}
        running = (await self._chat._async_client.ps()).models
        return max((each.context_length or 0 for each in running if each.model in names), default=0)


def ollama_client(
    model: str, base_url: str, key: SecretStr, *, seconds: float, window: int | None, on_sent: Callable[[], None]
) -> tuple[OllamaChat, Any]:
    """The client, and its connections, which are to be closed. `base_url`: as for its OpenAI route, or without `/v1`."""
    import httpx
    from langchain_ollama import ChatOllama

    async def trace(step: str, _info: object) -> None:
        if step.endswith("send_request_body.complete"):
            on_sent()

    async def watch(request: Any) -> None:
        if request.url.path.endswith("/chat"):
            request.extensions = {**request.extensions, "trace": trace}

    transport: Any = ConfiguredTransport(httpx, seconds=seconds, max_bytes=MAX_STREAM_BYTES)
    chat = ChatOllama(
        model=model,
        base_url=base_url.rstrip("/").removesuffix("/v1"),
        # a header of ours, or it would send the key of OLLAMA_API_KEY to any server
        client_kwargs={"headers": {"authorization": f"Bearer {key.get_secret_value()}"}, "trust_env": False},
        async_client_kwargs={"transport": transport, "event_hooks": {"request": [watch]}, "timeout": seconds},
        sync_client_kwargs={"verify": False},  # never called; certificates take a while to read
    )
    return OllamaChat(chat, window), chat._async_client._client
