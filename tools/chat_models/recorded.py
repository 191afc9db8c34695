"""A chat model on tape: its client, between us and the real one. What is recorded is what was said, never a header."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast

from ...graph.errors import ControllerError
from ...graph.settings import Settings
from ..net.addresses import without_secrets
from ..net.http_errors import classify
from ..recording.exchange import NotRecorded, Recording
from .errors import LONGEST_WAIT
from .models import ChatModel
from .structured_output import tokens_of, why_ended

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk


@dataclass(frozen=True)
class TapedModel(ChatModel):
    """A chat model whose exchanges go through a tape. While playing there is no client and no key."""

    tape: Recording = field(kw_only=True)

    @classmethod
    def on(cls, tape: Recording, spec: str, settings: Settings) -> "TapedModel":
        """The model of the recording when it is played, else the one that `spec` names."""
        if tape.replaying:
            return cls(**tape.head["model"], tape=tape)
        model = ChatModel.of(spec, settings)
        return cls(**{each.name: getattr(model, each.name) for each in fields(model)}, tape=tape)

    @asynccontextmanager
    async def connected(self, seconds: float) -> AsyncIterator["BaseChatModel"]:
        """A client that asks the tape."""
        if self.tape.replaying:
            yield cast("BaseChatModel", _TapedClient(None, self.tape))
            return
        async with super().connected(seconds) as client:
            yield cast("BaseChatModel", _TapedClient(client, self.tape))


def described(model: ChatModel) -> dict[str, Any]:
    """What a recording's head says about a model: enough to play it, and nothing secret."""
    return {
        "name": model.name,
        "provider": model.provider,
        "model": model.model,
        "base_url": without_secrets(model.base_url) if model.base_url else None,
        "key_name": model.key_name,
    }


class RecordedFailure(Exception):
    """What a client raised when it was recorded. Its subclasses have the names of the real ones."""

    def __init__(self, message: str, status: int | None, wait: float | None) -> None:
        super().__init__(message)
        self.status_code = status
        self.response = self
        self.headers = {} if wait is None else {"retry-after": str(wait if wait > LONGEST_WAIT else 0.0)}


class _TapedClient:
    """The two calls of a chat model that we use."""

    def __init__(self, client: "BaseChatModel | None", tape: Recording) -> None:
        self._client = client
        self._tape = tape

    async def ainvoke(self, messages: list[tuple[str, str]], **options: Any) -> "AIMessage":
        """A whole answer."""
        from langchain_core.messages import AIMessage

        async def ask() -> Any:
            try:
                return _told(await cast("BaseChatModel", self._client).ainvoke(messages, **options))
            except Exception as error:
                return _failed(error)

        asked = {"messages": [list(message) for message in messages], "options": options}
        with _on_tape():
            return AIMessage(**_said(await self._tape.exchange("llm", _label(options), asked, ask)))

    async def astream(self, messages: list[tuple[str, str]], **options: Any) -> AsyncIterator["AIMessageChunk"]:
        """An answer in pieces."""
        from langchain_core.messages import AIMessageChunk

        async def ask() -> AsyncIterator[Any]:
            try:
                async for chunk in cast("BaseChatModel", self._client).astream(messages, **options):
                    yield _told(chunk)
            except Exception as error:
                yield _failed(error)

        asked = {"messages": [list(message) for message in messages], "options": options}
        failed = None
        with _on_tape():
            async for told in self._tape.stream("llm", _label(options), asked, ask):
                if "failed" in told:
                    failed = told
                else:
                    yield AIMessageChunk(**told)
        if failed:  # only now, so that it stands on the tape
            _said(failed)


def _label(options: dict[str, Any]) -> str:
    """What the model is asked for: the name of the form, where it is held to one."""
    form = options.get("response_format", {}).get("json_schema", {}).get("name")
    tools = options.get("tools") or [{}]
    name = form or tools[0].get("function", {}).get("name")
    return f"the model, for a {name}" if name else "the model, for text"


def _told(message: "AIMessage") -> dict[str, Any]:
    told: dict[str, Any] = {"content": str(message.text)}
    if pieces := getattr(message, "tool_call_chunks", None):  # of a streamed call: its parts mean nothing by themselves
        told["tool_call_chunks"] = [dict(piece) for piece in pieces]
    elif message.tool_calls:
        told["tool_calls"] = [dict(call) for call in message.tool_calls]
    if message.invalid_tool_calls:
        told["invalid_tool_calls"] = [dict(call) for call in message.invalid_tool_calls]
    into, out = tokens_of(message)
    if into or out:
        told["usage_metadata"] = {"input_tokens": into, "output_tokens": out, "total_tokens": into + out}
    if reason := why_ended(message):
        told["response_metadata"] = {"finish_reason": reason}
    return told


def _failed(error: Exception) -> dict[str, Any]:
    failure = classify(error)
    what = {"type": type(error).__name__, "message": str(error)[:2000], "status": failure.status}
    return {"failed": what | {"retry_after": failure.retry_after}}


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """What a message is made of; raises what the client raised."""
    if failed := told.get("failed"):
        kind = type(failed["type"], (RecordedFailure,), {})
        raise kind(failed["message"], failed["status"], failed["retry_after"])
    return told


@contextmanager
def _on_tape() -> Iterator[None]:
    """What is not there is an error of the controller."""
    try:
        yield
    except NotRecorded as error:
        hint = "The run departs from the recording: plan, experts or prompts are not those of then."
        raise ControllerError(str(error), hint=hint) from None
