"""`Waiting`, the one owner of a call's time: its limits, and what it is waiting for, reported each second."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from ...graph.advice import setting
from ...graph.call_progress import CallProgress, Phase
from ...graph.errors import IncompleteAnswer
from ...graph.settings import Settings
from ...graph.usage import Stage
from .endings import EndlessAnswer
from .models import ChatModel
from .structured_output import end_reason, piece_of, thought_of
from .thoughts import ThoughtFilter
from .token_estimate import CHARACTERS_PER_TOKEN, estimated_tokens

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

EVERY = 1.0
"""Seconds between two reports: a call that ends earlier sends none."""

Report = Callable[[CallProgress], Awaitable[None]]


class Limits(NamedTuple):
    """Seconds that a call may take."""

    first_token: float
    """Until the first token: connection, queue and reading of the prompt."""
    next_token: float
    """Between two tokens."""
    whole: float
    """For all of the answer, thoughts included."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Those that the user set."""
        return cls(settings.llm_first_token, settings.llm_next_token, settings.llm_timeout)


class Waiting:
    """One call to a chat model, from the side that waits."""

    def __init__(self, model: ChatModel, stage: Stage, limits: Limits, *, thinking: bool = False) -> None:
        """`thinking`: the answer begins within thoughts, whose beginning is in the prompt."""
        self._model, self._stage, self._limits = model, stage, limits
        self._began = self._first = monotonic()
        self._sent = False
        self._characters = 0.0
        self._begins_in_thoughts = self._thinking = thinking
        self._thoughts = ThoughtFilter(thinking=thinking)
        self.has_thought = False
        """Whether the model has written thoughts in this call."""

    def sent(self) -> None:
        """The prompt is sent."""
        self._sent = True

    def progress(self) -> CallProgress:
        """The call at this moment."""
        tokens, seconds = round(self._characters / CHARACTERS_PER_TOKEN), monotonic() - self._first
        return CallProgress(
            stage=self._stage,
            model=self._model.name,
            phase=self._phase(),
            seconds=round(monotonic() - self._began, 1),
            tokens=tokens,
            tokens_per_second=round(tokens / seconds, 1) if tokens and seconds > 0 else 0.0,
        )

    @asynccontextmanager
    async def reported(self, report: Report) -> AsyncIterator[None]:
        """While the body runs, report each second what is waited for."""

        async def each_second() -> None:
            while True:
                await asyncio.sleep(EVERY)
                await report(self.progress())

        reports = asyncio.create_task(each_second())
        try:
            yield
        finally:
            reports.cancel()
            with suppress(asyncio.CancelledError):
                await reports

    async def pieces(self, stream: AsyncIterator["AIMessageChunk"]) -> AsyncGenerator["AIMessageChunk"]:
        """The pieces of an answer. Raises `IncompleteAnswer` where one of the limits is reached.

        Comments and empty pieces keep a connection open, and are no tokens. The stream is closed with the pieces: left to
        the garbage collector, a connection in the middle of an answer is closed while it is still being read.
        """
        began, idle = monotonic(), 0.0
        self._characters, self._thoughts = 0.0, ThoughtFilter(thinking=self._begins_in_thoughts)
        try:
            while True:
                left = self._limits.whole - (monotonic() - began)
                patience = (self._limits.next_token if self._characters else self._limits.first_token) - idle
                if left <= 0 or patience <= 0:
                    raise self._given_up(whole=left <= 0)
                since = monotonic()
                try:
                    async with asyncio.timeout(min(left, patience)) as timer:
                        chunk = await anext(stream, None)
                except TimeoutError:
                    if timer.expired():
                        raise self._given_up(whole=left <= patience) from None
                    raise
                if chunk is None:
                    return
                idle = 0.0 if self._has_token(chunk) else idle + monotonic() - since
                yield chunk
        finally:
            if close := getattr(stream, "aclose", None):
                await close()

    @asynccontextmanager
    async def one_piece(self) -> AsyncIterator[None]:
        """Limit the body, which waits for an answer in one piece."""
        try:
            async with asyncio.timeout(self._limits.whole) as timer:
                yield
        except TimeoutError:
            if timer.expired():
                raise self._given_up(whole=True) from None
            raise

    def _has_token(self, chunk: "AIMessageChunk") -> bool:
        """Count a piece; whether there is something in it that the model wrote, or the end of its answer."""
        thought, piece = thought_of(chunk), piece_of(chunk)
        if not thought and not piece:
            return bool(end_reason(chunk))
        if not self._characters:
            self._first = monotonic()
        for text in (thought, piece):
            self._characters += len(text) if text.isascii() else estimated_tokens(text) * CHARACTERS_PER_TOKEN
        if piece:
            self._thoughts.feed(piece)
        self._thinking = not piece or self._thoughts.thinking
        self.has_thought = self.has_thought or bool(thought) or self._thoughts.found
        return True

    def _phase(self) -> Phase:
        if not self._sent:
            return "called"
        if not self._characters:
            return "reading"
        return "thinking" if self._thinking else "writing"

    def _given_up(self, *, whole: bool) -> IncompleteAnswer:
        """The error for a limit that was reached: which, after what, and the setting that raises it."""
        model, limits, tokens = f"{self._model.name} at {self._model.place}", self._limits, self.progress().tokens
        if whole:
            what, name, limit = f"gave no whole answer in {limits.whole:g} s", "llm_timeout", limits.whole
            what += f" (about {tokens:,} tokens came)" if tokens else ""
        elif self._characters:
            what = f"stopped after about {tokens:,} tokens: nothing came for {limits.next_token:g} s"
            name, limit = "llm_next_token", limits.next_token
        else:
            before = "was connected" if self._sent else "was called"
            what = f"{before} and wrote nothing in {limits.first_token:g} s"
            name, limit = "llm_first_token", limits.first_token
        kind = EndlessAnswer if whole and tokens else IncompleteAnswer
        return kind(f"{model} {what}", hint=f"If it needs longer: {setting(name, str(ceil(2 * limit)))}.")
