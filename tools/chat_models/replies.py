"""`Replies`, the messages of calls to a chat model: piece by piece, or in one piece from a server that can't stream."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.usage import Stage
from .bounds import AnswerBound
from .call_cost import CallUsage
from .endings import connection_ended, refused
from .errors import is_connection_lost, is_of_the_call, may_refuse_form, tries
from .messages import Messages
from .models import ChatModel
from .sampling import Sampling
from .structured_output import end_reason, piece_of
from .waiting import Waiting

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk


class Call(NamedTuple):
    """One call, while it goes on."""

    stage: Stage
    messages: Messages
    usage: CallUsage
    waiting: Waiting
    bound: AnswerBound
    retries: int


class Replies:
    """The messages of calls to one model. A call is tried again only before its first piece: later, a reader has seen it."""

    def __init__(self, model: ChatModel, sampling: Sampling) -> None:
        self._model, self._sampling = model, sampling
        self._streams = True
        """Until the server has shown that it does not."""

    async def of(
        self, client: Any, call: Call, options: dict[str, Any], *, untried: bool = False
    ) -> "AsyncGenerator[AIMessage]":
        """Streamed, so that a silent server is noticed and a long answer seen; else in one piece. To be closed.

        `untried`: the server has not accepted this form yet, and there is another: its failure is not waited out.
        """
        came = False
        if self._streams:
            try:
                async with aclosing(await self._opened(client, call, options, untried=untried)) as pieces:
                    async for chunk in pieces:
                        came = came or bool(piece_of(chunk) or end_reason(chunk))
                        call.usage.add(chunk)
                        yield chunk
            except (
                Exception
            ) as error:  # clients fail in many ways on an answer in one piece where a stream was requested
                if came and is_connection_lost(error):
                    raise connection_ended(self._model.name, self._model.place) from error
                if came or is_of_the_call(error):
                    raise
        if not came:
            message = await self._whole(client, call, options, untried=untried)
            self._streams = False
            yield message

    async def _whole(self, client: Any, call: Call, options: dict[str, Any], *, untried: bool) -> "AIMessage":
        async for attempt in tries(call.retries, unless=lambda error: untried and may_refuse_form(error)):
            with attempt:
                async with call.waiting.one_piece():
                    message: AIMessage = await client.ainvoke(
                        list(call.messages), **options, **self._sampling.options(call.stage)
                    )
                call.usage.add(message)
                if words := message.additional_kwargs.get("refusal"):
                    raise refused(self._model.name, str(words))
                return message
        raise AssertionError("tries ends by returning or raising")

    async def _opened(
        self, client: Any, call: Call, options: dict[str, Any], *, untried: bool
    ) -> "AsyncGenerator[AIMessageChunk]":
        """The pieces of an answer, once the first is there: until then, the call is tried again. To be closed."""
        sampling = self._sampling.options(call.stage)

        def is_final(error: Exception) -> bool:
            return untried and may_refuse_form(error)

        try:
            async for attempt in tries(call.retries, unless=is_final):
                with attempt:
                    pieces = call.waiting.pieces(client.astream(list(call.messages), **options, **sampling))
                    return _with_first(await anext(pieces, None), pieces)
        except Exception as error:
            if not self._sampling.refused_by(error):
                raise
        return await self._opened(client, call, options, untried=untried)


async def _with_first(
    first: "AIMessageChunk | None", others: "AsyncGenerator[AIMessageChunk]"
) -> "AsyncGenerator[AIMessageChunk]":
    async with aclosing(others):
        if first is not None:
            yield first
            async for each in others:
                yield each
