"""Asking: one question to a chat model and its answer, held to a form by whatever means the model understands."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.errors import ControllerError, UsageError
from ...graph.ports import Callbacks
from ...graph.result import LlmCall, Stage, Usage
from ...graph.settings import Settings
from .errors import controller_errors, cut_off, is_bad_request, is_of_the_call, tries
from .messages import Messages
from .models import ChatModel, Method
from .structured_output import Schema, options_of, text_of, tokens_of, why_ended

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

OnText = Callable[[str], Awaitable[None]]
"""Hears an answer piece by piece."""
_CUT_OFF = ("length", "max_tokens")
MOST_TEXT = 1_000_000
"""Characters of one answer: no model writes as much, and reading a plan of 50 MB takes more than a minute."""


class Answer(NamedTuple):
    """What was said, and what it cost."""

    text: str
    usage: Usage
    whole: bool = True
    """Whether the model said that it had ended; a connection may end before."""


class Said(NamedTuple):
    """What was said, and why it ended there."""

    text: str
    ended: str


class Count:
    """The cost of one call, as its messages tell it."""

    def __init__(self) -> None:
        self.spent = Usage(llm_calls=1)

    def __call__(self, message: "AIMessage") -> None:
        """Take in a message, or a piece of one."""
        into, out = tokens_of(message)
        self.spent += Usage(input_tokens=into, output_tokens=out)


class Asker:
    """A chat model that answers, counts what it costs, and remembers which forms it takes."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        self.model = model
        self.usage = Usage()
        """Spent so far, over all calls."""
        self._timeout = settings.timeout
        self._retries = settings.retries
        self._price = _price(settings.llm_price)
        self._window = settings.llm_window
        self._streams = True
        """Until the server has shown that it does not."""
        self._methods: dict[str, Sequence[Method]] = {}
        """Those from the one that worked on, by the title of the schema."""

    async def ask(
        self,
        stage: Stage,
        messages: Messages,
        callbacks: Callbacks,
        schema: Schema | None = None,
        *,
        on_text: OnText | None = None,
    ) -> Answer:
        """The answer and its cost. A server that refuses one way of being held to `schema` is asked in the next.

        `on_text` hears the answer as it is written, where the server streams.
        """
        title = schema["title"] if schema else ""
        methods: Sequence[Method] = self._methods.get(title, self.model.methods) if schema else ("plain",)
        async with self._call(stage, messages, callbacks) as count, self.model.connected(self._timeout) as client:
            for number, method in enumerate(methods, start=1):
                try:
                    said = await self._said(client, messages, options_of(method, schema), count, on_text)
                except Exception as error:
                    if number == len(methods) or not is_bad_request(error):
                        raise
                else:  # only now: a request may be bad for other reasons than its form
                    self._methods[title] = methods[number - 1 :]
                    break
        if said.ended in _CUT_OFF:
            raise cut_off(self.model.name)
        return Answer(said.text, count.spent, whole=bool(said.ended))

    async def stream(self, stage: Stage, messages: Messages, callbacks: Callbacks) -> AsyncIterator[str]:
        """The answer piece by piece; tried again only while nothing has been said. Raises when it is cut off."""
        ended = ""
        async with self._call(stage, messages, callbacks) as count, self.model.connected(self._timeout) as client:
            said = False
            async for attempt in tries(self._retries):
                with attempt:
                    pieces = client.astream(list(messages))
                    end = asyncio.get_running_loop().time() + self._timeout
                    chunk = await _next(pieces, end)
            length = 0
            while chunk is not None:
                count(chunk)
                ended = why_ended(chunk) or ended
                if piece := str(chunk.text):
                    said = True
                    length += len(piece)
                    self._check(length)
                    yield piece
                chunk = await _next(pieces, end)
        if said and ended in _CUT_OFF:
            raise cut_off(self.model.name)

    async def window(self) -> int:
        """Tokens that the model can read at once: as the user says, or as LangChain knows it; 0 where nobody does."""
        if self._window is None:
            async with self.model.connected(self._timeout) as client:
                self._window = int((getattr(client, "profile", None) or {}).get("max_input_tokens") or 0)
        return self._window

    async def _said(
        self, client: Any, messages: Messages, options: dict[str, Any], count: "Count", on_text: OnText | None
    ) -> "Said":
        """One answer in one form, tried again where that may help."""
        async for attempt in tries(self._retries):
            with attempt:
                async with asyncio.timeout(self._timeout):
                    if (
                        on_text
                        and self._streams
                        and (said := await _streamed(client, messages, options, count, on_text, self._check))
                    ):
                        return said
                    self._streams = self._streams and on_text is None  # it was asked to stream, and did not
                    message: AIMessage = await client.ainvoke(list(messages), **options)
                    count(message)
                    text = text_of(message)
                    self._check(len(text))
                    return Said(text, why_ended(message))
        raise AssertionError("tries ends by returning or raising")

    def _check(self, length: int) -> None:
        if length > MOST_TEXT:
            raise ControllerError(
                f"{self.model.name} answers with more than {MOST_TEXT:,} characters", hint="Choose another model."
            )

    @asynccontextmanager
    async def _call(self, stage: Stage, messages: Messages, callbacks: Callbacks) -> AsyncIterator["Count"]:
        """One call on record: leave before, tokens and seconds after, however it ends."""
        number = await callbacks.on_call_start(stage, self.model.name)
        started, clock, count = time.time(), time.monotonic(), Count()
        try:
            with controller_errors(self.model, self._timeout):
                yield count
        finally:
            count.spent += Usage(seconds=time.monotonic() - clock, cost=self._cost(count.spent))
            self.usage += count.spent
            characters = sum(_characters(content) for _, content in messages)
            call = LlmCall(
                stage=stage, model=self.model.name, usage=count.spent, prompt_characters=characters, started_at=started
            )
            await callbacks.on_call_end(number, call)

    def _cost(self, spent: Usage) -> float | None:
        if self._price is None:
            return None
        return (spent.input_tokens * self._price[0] + spent.output_tokens * self._price[1]) / 1_000_000


async def _next(pieces: Any, end: float) -> Any:
    """The next piece of an answer, or None after the last. The time of an answer is over at `end`, however it drips."""
    async with asyncio.timeout_at(end):
        return await anext(pieces, None)


async def _streamed(
    client: Any,
    messages: Messages,
    options: dict[str, Any],
    count: Count,
    on_text: OnText,
    check: Callable[[int], None],
) -> Said | None:
    """An answer piece by piece; None from a server that gives none. `check` hears how long it has become."""
    pieces, ended, length = list[str](), "", 0
    try:
        async for chunk in client.astream(list(messages), **options):
            count(chunk)
            ended = why_ended(chunk) or ended
            piece = "".join(call["args"] or "" for call in chunk.tool_call_chunks) or str(chunk.text)
            if piece:
                length += len(piece)
                check(length)
                pieces.append(piece)
                await on_text(piece)
    except Exception as error:
        if pieces or ended or is_of_the_call(error):
            raise
        return None  # clients stumble in many ways over an answer in one piece where a stream was asked for
    return Said("".join(pieces), ended) if pieces or ended else None


def _characters(content: str | list[str | dict[str, Any]]) -> int:
    """Of the words; pictures beside them have none."""
    blocks = [content] if isinstance(content, str) else content
    return sum(len(block if isinstance(block, str) else block.get("text", "")) for block in blocks)


def _price(told: str) -> tuple[float, float] | None:
    """`0.25/2`: dollars for a million tokens in and out."""
    if not told.strip():
        return None
    try:
        into, out = (float(part) for part in told.split("/"))
    except ValueError:
        raise UsageError(
            f"HUGGINGGPT_LLM_PRICE is {told!r}", hint="write dollars for a million tokens in and out, e.g. 0.25/2"
        ) from None
    return into, out
