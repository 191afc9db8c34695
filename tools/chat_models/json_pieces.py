"""`JsonPieces`: openai's chat completions, streamed as JSON objects in the form that langchain-openai reads.

It passes over what servers send in other forms: it drops a refusal, a call of a function without an index and an error that
is no `error` object, and mixes two choices.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from ..net.server_words import reported_error
from .arrived import Arrived, joined
from .endings import refused


class JsonPieces:
    """openai's chat completions; a stream of theirs gives JSON objects, which cost less than its Python types."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client.chat.completions, name)

    async def create(self, *, extra_body: Mapping[str, Any] | None = None, **body: Any) -> "_Pieces":
        """The pieces of one answer, as a stream to be closed."""
        import openai

        stream = await self._client.post(
            "/chat/completions",
            body={**body, **(extra_body or {})},
            cast_to=object,
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        return _Pieces(stream, str(body.get("model")))


class _Pieces:
    """One answer, piece by piece; a context manager, which closes its connection."""

    def __init__(self, stream: Any, model: str) -> None:
        self._stream, self._model = stream, model
        self._arrived = Arrived(self._read_all())
        self._refusal = ""
        self._half = ""
        """The first half of a character of two, whose second half is in the next piece."""

    async def __aenter__(self) -> "_Pieces":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._arrived.close()
        await self._stream.close()

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for pieces in self._arrived:
            for piece in joined(pieces):
                yield piece

    async def _read_all(self) -> AsyncIterator[Any]:
        async for piece in self._stream:
            if (read := self._read(piece)) is not None:
                yield read
        if self._refusal:
            raise refused(self._model, self._refusal)

    def _read(self, piece: Any) -> Any:
        """The piece with its first choice alone; None for one of another choice. Raises openai's `APIError`."""
        if not isinstance(piece, dict):
            return piece
        choices = piece.get("choices")
        if not choices or not isinstance(choices, list):
            if (error := reported_error(piece)) is not None:
                raise self._error(error)
            return piece
        first = next((each for each in choices if isinstance(each, dict) and not each.get("index")), None)
        if first is None:
            return None if all(isinstance(each, dict) for each in choices) else piece
        if error := first.get("error"):
            raise self._error(error)
        return {**piece, "choices": [{**first, "delta": self._delta(first)}]} if "text" not in first else piece

    def _delta(self, choice: dict[str, Any]) -> dict[str, Any]:
        delta = choice.get("delta") or choice.get("message") or {}
        if not isinstance(delta, dict):
            return {}
        self._refusal += delta["refusal"] if isinstance(delta.get("refusal"), str) else ""
        if isinstance(called := delta.get("function_call"), dict):  # the form before `tool_calls`
            delta = {**delta, "tool_calls": [{"function": called}]}
        if isinstance(calls := delta.get("tool_calls"), list):
            delta = {**delta, "tool_calls": [{"index": 0, **call} for call in calls if isinstance(call, dict)]}
        if isinstance(text := delta.get("content"), str) and (self._half or not text.isascii()):
            delta = {**delta, "content": self._whole_characters(text)}
        return delta

    def _whole_characters(self, text: str) -> str:
        """The text without halves of characters: servers that count in UTF-16 cut an emoji in two."""
        text, self._half = self._half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _error(self, error: Any) -> Exception:
        import openai

        words = error.get("message") if isinstance(error, dict) else error
        return openai.APIError(str(words or error), self._stream.response.request, body=error)
