"""`ChatClient` calls a chat model: counts the cost, and requests JSON in the strictest form that the model accepts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.clock import now
from ...graph.ports import Callbacks, Slots
from ...graph.result import LlmCall, Stage, Usage
from ...graph.settings import Settings
from .bounds import AnswerBound
from .call_cost import CallUsage, cost_of, parse_price
from .errors import (
    check_not_filtered,
    connection_ended,
    controller_errors,
    cut_off,
    is_bad_request,
    is_of_the_call,
    may_refuse_form,
    tries,
)
from .messages import Messages, estimated_tokens_of, length_of
from .models import ChatModel, Method
from .structured_output import Schema, end_reason, request_options, text_of
from .thoughts import ThoughtFilter, ends_unopened_thoughts
from .windows import check_not_cut

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

_log = logging.getLogger(__name__)

OnText = Callable[[str], Awaitable[None]]
"""Receives an answer piece by piece."""
_CUT_OFF = ("length", "max_tokens", "incomplete")


class Answer(NamedTuple):
    """An answer and its cost."""

    text: str
    usage: Usage
    complete: bool = True
    """Whether the model reported the end of its answer; a connection may end before."""


class Completion(NamedTuple):
    """The text of one response, and the reason why it ended."""

    text: str
    end_reason: str


class ChatClient:
    """Calls one chat model, counts the cost, and remembers which methods of structured output it accepts."""

    def __init__(self, model: ChatModel, settings: Settings, slots: Slots | None = None) -> None:
        """`slots`: where a model on this machine waits for its accelerator; None where the caller holds the slot."""
        self.model = model
        self.usage = Usage()
        """The cost so far, over all calls."""
        self._slots = slots
        self._timeout = settings.timeout
        self._retries = settings.retries
        self._price = parse_price(settings.llm_price)
        self._window = settings.llm_window
        self._streams = True
        """Until the server has shown that it does not."""
        self._unopened_thoughts = False
        """Whether an answer has ended thoughts whose beginning is in the prompt: the next begins within thoughts."""
        self._methods: dict[str, Sequence[Method]] = {}
        """Those worth trying, the one that succeeded first, by the title of the schema."""

    async def complete(
        self,
        stage: Stage,
        messages: Messages,
        callbacks: Callbacks,
        schema: Schema | None = None,
        *,
        on_text: OnText | None = None,
    ) -> Answer:
        """The whole answer, by the first method of structured output that works; `on_text` receives it as it is written."""
        title = schema["title"] if schema else ""
        methods: Sequence[Method] = self._methods.get(title, self.model.methods) if schema else ("plain",)
        async with self._call(stage, messages, callbacks) as usage, self._connected() as client:
            for number, method in enumerate(methods, start=1):
                untried = number < len(methods) and title not in self._methods
                try:
                    completion = await self._complete(
                        client, messages, request_options(method, schema), usage, on_text, stage, untried=untried
                    )
                except Exception as error:
                    refused = may_refuse_form(error) if untried else is_bad_request(error)
                    if number == len(methods) or not refused:
                        raise
                else:  # only now: a request may be refused for other reasons than its method
                    self._methods[title] = methods[number - 1 :]
                    break
        self._check_end(completion.end_reason)
        check_not_cut(self.model.name, length_of(messages), usage.total.input_tokens)
        self._unopened_thoughts = self._unopened_thoughts or ends_unopened_thoughts(completion.text)
        return Answer(completion.text, usage.total, complete=bool(completion.end_reason))

    def form_was_ignored(self, schema: Schema) -> str:
        """Use the next method for this schema from now on; a sentence about the one that the server took no notice of."""
        first, *others = self._methods.get(schema["title"], self.model.methods)
        if not others or schema["title"] not in self._methods:
            return ""
        self._methods[schema["title"]] = others
        return f"{self.model.name} at {self.model.place} ignored the form of the answer ({first}) that was asked for"

    async def stream(self, stage: Stage, messages: Messages, callbacks: Callbacks) -> AsyncIterator[str]:
        """The answer piece by piece, without thoughts; retried only before the first piece. Raises where it has no end."""
        ended = ""
        thoughts = ThoughtFilter(thinking=self._unopened_thoughts)
        async with self._call(stage, messages, callbacks) as usage, self._connected() as client:
            async for attempt in tries(self._retries):
                with attempt:
                    pieces = client.astream(list(messages))
                    end = asyncio.get_running_loop().time() + self._timeout
                    chunk = await _next(pieces, end)
            bound = AnswerBound(self.model.name, stage)
            while chunk is not None:
                usage.add(chunk)
                ended = end_reason(chunk) or ended
                if piece := str(chunk.text):
                    bound.add(piece)
                    if visible := thoughts.feed(piece):
                        yield visible
                chunk = await _next(pieces, end)
            if visible := thoughts.end():
                yield visible
        self._check_end(ended)
        if not ended:  # every client reports it at the end of a stream: the connection was closed before
            raise connection_ended(self.model.name, self.model.place)
        check_not_cut(self.model.name, length_of(messages), usage.total.input_tokens)

    async def window(self) -> int:
        """Tokens that the model can read at once: from the settings, else as LangChain knows it; 0 when unknown."""
        if self._window is None:
            async with self._connected() as client:
                self._window = int((getattr(client, "profile", None) or {}).get("max_input_tokens") or 0)
        return self._window

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """The model's client; a model on this machine holds the slot of its accelerator while the body runs."""
        slot = self._slots.hold(await asyncio.to_thread(lambda: self.model.slots)) if self._slots else nullcontext()
        async with slot, self.model.connected(self._timeout) as client:
            yield client

    async def _complete(
        self,
        client: Any,
        messages: Messages,
        options: dict[str, Any],
        usage: CallUsage,
        on_text: OnText | None,
        stage: Stage,
        *,
        untried: bool,
    ) -> Completion:
        """`untried`: the server has not accepted this form yet, and there is another: its failure is not waited out."""
        async for attempt in tries(self._retries, unless=lambda error: untried and may_refuse_form(error)):
            with attempt:
                async with asyncio.timeout(self._timeout):
                    stream = on_text if self._streams else None
                    if stream and (streamed := await self._stream(client, messages, options, usage, stream, stage)):
                        return streamed
                    self._streams = self._streams and on_text is None  # a stream was requested, and none came
                    message: AIMessage = await client.ainvoke(list(messages), **options)
                    usage.add(message)
                    text = text_of(message)
                    AnswerBound(self.model.name, stage).add(text)
                    return Completion(text, end_reason(message))
        raise AssertionError("tries ends by returning or raising")

    async def _stream(
        self, client: Any, messages: Messages, options: dict[str, Any], usage: CallUsage, on_text: OnText, stage: Stage
    ) -> Completion | None:
        """An answer piece by piece; None from a server that sends none."""
        pieces, ended, bound = list[str](), "", AnswerBound(self.model.name, stage)
        try:
            async for chunk in client.astream(list(messages), **options):
                usage.add(chunk)
                ended = end_reason(chunk) or ended
                piece = "".join(call["args"] or "" for call in chunk.tool_call_chunks) or str(chunk.text)
                if piece:
                    bound.add(piece)
                    pieces.append(piece)
                    await on_text(piece)
        except Exception as error:
            if pieces or ended or is_of_the_call(error):
                raise
            return None  # clients fail in many ways on an answer in one piece where a stream was requested
        return Completion("".join(pieces), ended) if pieces or ended else None

    def _check_end(self, reason: str) -> None:
        check_not_filtered(reason, self.model.name)
        if reason in _CUT_OFF:
            raise cut_off(self.model.name)

    @asynccontextmanager
    async def _call(self, stage: Stage, messages: Messages, callbacks: Callbacks) -> AsyncIterator[CallUsage]:
        """One call in the ledger: permission before, tokens and seconds after, however it ends."""
        number = await callbacks.on_call_start(stage, self.model.name, estimated_tokens_of(messages))
        started, usage = now(), CallUsage()
        try:
            with controller_errors(self.model, self._timeout):
                yield usage
        finally:
            usage.estimate(messages)
            usage.total += Usage(seconds=now() - started, cost=cost_of(usage.total, self._price))
            self.usage += usage.total
            call = LlmCall(
                stage=stage, model=self.model.name, usage=usage.total, prompt_characters=length_of(messages),
                started_at=started,
            )  # fmt: skip
            _log.info(
                "%s: call to %s, %d + %d tokens, %.1f s", stage, self.model.name, usage.total.input_tokens,
                usage.total.output_tokens, usage.total.seconds,
            )  # fmt: skip
            await callbacks.on_call_end(number, call)


async def _next(pieces: Any, end: float) -> Any:
    """The next piece of an answer, or None after the last. `end` limits the whole answer, however slowly it comes."""
    async with asyncio.timeout_at(end):
        return await anext(pieces, None)
