"""`RecordedModel`: a `ChatModel` whose calls are recorded, or replayed without a client; headers are never recorded."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast

from ...graph.errors import LONGEST_WAIT, ControllerError
from ...graph.settings import Settings
from ..net.addresses import without_secrets
from ..net.http_errors import classify
from ..recording.exchange import NotRecorded, Recording
from .models import ChatModel
from .structured_output import end_reason, thought_of, token_counts

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk


@dataclass(frozen=True)
class RecordedModel(ChatModel):
    """A chat model whose calls go through a recording. A replay has no client and no key."""

    recording: Recording = field(kw_only=True)

    @classmethod
    def on(cls, recording: Recording, spec: str, settings: Settings) -> "RecordedModel":
        """The model of the recording when it is replayed, else the one that `spec` names."""
        if recording.replaying:
            return cls(**recording.head["model"], recording=recording)
        model = ChatModel.of(spec, settings)
        return cls(**{each.name: getattr(model, each.name) for each in fields(model)}, recording=recording)

    @property
    def slots(self) -> tuple[str, ...]:
        """A replay runs no model, so it needs no accelerator."""
        return () if self.recording.replaying else super().slots

    @asynccontextmanager
    async def connected(
        self, seconds: float, on_sent: Callable[[], None] = lambda: None
    ) -> AsyncIterator["BaseChatModel"]:
        """A client that records its calls, or replays them."""
        if self.recording.replaying:
            yield cast("BaseChatModel", _RecordedClient(None, self.recording))
            return
        async with super().connected(seconds, on_sent) as client:
            yield cast("BaseChatModel", _RecordedClient(client, self.recording))


def model_fields(model: ChatModel) -> dict[str, Any]:
    """The fields of a model for the head of a recording: enough to replay it, and nothing secret."""
    copied = {name: getattr(model, name) for name in ("name", "provider", "model", "key_name")}
    return copied | {"base_url": without_secrets(model.base_url) if model.base_url else None}


class RecordedFailure(Exception):
    """What a client raised when it was recorded. Its subclasses have the names of the real exceptions."""

    def __init__(self, message: str, status: int | None, wait: float | None) -> None:
        super().__init__(message)
        self.status_code = status
        self.response = self
        self.headers = {} if wait is None else {"retry-after": str(wait if wait > LONGEST_WAIT else 0.0)}


class _RecordedClient:
    def __init__(self, client: "BaseChatModel | None", recording: Recording) -> None:
        self._client = client
        self._recording = recording

    async def ainvoke(self, messages: list[tuple[str, str]], **options: Any) -> "AIMessage":
        from langchain_core.messages import AIMessage

        async def call() -> Any:
            try:
                return _message_fields(await cast("BaseChatModel", self._client).ainvoke(messages, **options))
            except Exception as error:
                return _failure_fields(error)

        request = {"messages": [list(message) for message in messages], "options": options}
        with _missing_call_as_controller_error():
            recorded = await self._recording.exchange("llm", _label(options), request, call)
        _raise_recorded_failure(recorded)
        return AIMessage(**recorded)

    async def astream(self, messages: list[tuple[str, str]], **options: Any) -> AsyncIterator["AIMessageChunk"]:
        from langchain_core.messages import AIMessageChunk

        async def call() -> AsyncIterator[Any]:
            try:
                async for chunk in cast("BaseChatModel", self._client).astream(messages, **options):
                    yield _message_fields(chunk)
            except Exception as error:
                yield _failure_fields(error)

        request = {"messages": [list(message) for message in messages], "options": options}
        failure: dict[str, Any] = {}
        with _missing_call_as_controller_error():
            async for recorded in self._recording.stream("llm", _label(options), request, call):
                if "failed" in recorded:
                    failure = recorded
                else:
                    yield AIMessageChunk(**recorded)
        _raise_recorded_failure(failure)  # after the stream, so that the failure is recorded too


def _label(options: dict[str, Any]) -> str:
    schema = options.get("response_format", {}).get("json_schema", {}).get("name")
    tools = options.get("tools") or [{}]
    name = schema or tools[0].get("function", {}).get("name")
    return f"the model, for a {name}" if name else "the model, for text"


def _message_fields(message: "AIMessage") -> dict[str, Any]:
    recorded: dict[str, Any] = {"content": str(message.text)}
    if pieces := getattr(message, "tool_call_chunks", None):  # of a streamed call: one piece alone is not valid JSON
        recorded["tool_call_chunks"] = [dict(piece) for piece in pieces]
    elif message.tool_calls:
        recorded["tool_calls"] = [dict(call) for call in message.tool_calls]
    if message.invalid_tool_calls:
        recorded["invalid_tool_calls"] = [dict(call) for call in message.invalid_tool_calls]
    read, written = token_counts(message)
    if read or written:
        recorded["usage_metadata"] = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
    if thought := thought_of(message):
        recorded["additional_kwargs"] = {"reasoning_content": thought}
    if reason := end_reason(message):
        recorded["response_metadata"] = {"finish_reason": reason}
    return recorded


def _failure_fields(error: Exception) -> dict[str, Any]:
    failure = classify(error)
    fields = {"type": type(error).__name__, "message": str(error)[:2000], "status": failure.status}
    return {"failed": fields | {"retry_after": failure.retry_after}}


def _raise_recorded_failure(recorded: dict[str, Any]) -> None:
    if failure := recorded.get("failed"):
        kind = type(failure["type"], (RecordedFailure,), {})
        raise kind(failure["message"], failure["status"], failure["retry_after"])


@contextmanager
def _missing_call_as_controller_error() -> Iterator[None]:
    try:
        yield
    except NotRecorded as error:
        hint = "The run departs from the recording: its plan, experts or prompts have changed since."
        raise ControllerError(str(error), hint=hint) from None
