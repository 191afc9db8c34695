"""`ChatClient` calls a chat model: counts the cost, and requests JSON in the strictest form that the model accepts."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, nullcontext
from typing import Any, NamedTuple

from ...graph.clock import now
from ...graph.ports import Callbacks, Slots
from ...graph.price import cost_of, model_price
from ...graph.settings import Settings
from ...graph.usage import LlmCall, Stage, Usage
from .bounds import AnswerBound
from .call_cost import CallUsage
from .endings import check_ending, connection_ended
from .errors import (
    controller_errors,
    is_bad_request,
    is_server_failure,
    may_refuse_form,
)
from .messages import Messages, estimated_tokens_of, length_of
from .models import ChatModel, Method
from .replies import Call, Replies
from .sampling import Sampling
from .structured_output import Schema, end_reason, piece_of, request_options
from .thoughts import ThoughtFilter, ends_unopened_thoughts
from .waiting import Limits, Waiting
from .windows import check_not_cut

_log = logging.getLogger(__name__)

OnText = Callable[[str], Awaitable[None]]
"""Receives an answer piece by piece."""


class Answer(NamedTuple):
    """An answer and its cost."""

    text: str
    usage: Usage
    complete: bool = True
    """Whether the model reported the end of its answer: of one in a schema, a connection may end before."""


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
        self._limits = Limits.of(settings)
        self._sampling = Sampling(model)
        self._replies = Replies(model, self._sampling)
        self._retries = settings.retries
        self._price = model_price(settings, model.name)
        self._known_window = settings.llm_window is not None
        self._window = settings.llm_window
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
        """The whole answer, by the first method of structured output that works; `on_text` receives it as it is written.

        Raises `ControllerError`; `IncompleteAnswer` for an answer without a schema that has no end.
        """
        title = schema["title"] if schema else ""
        methods: Sequence[Method] = self._methods.get(title, self.model.methods) if schema else ("plain",)
        async with self._call(stage, messages, callbacks) as call, self._connected(call.waiting) as client:
            known, attempted = title in self._methods, call
            while True:
                method, *others = methods
                try:
                    completion = await self._complete(
                        client, attempted, request_options(method, schema), on_text, untried=bool(others) and not known
                    )
                except Exception as error:
                    methods = others if (is_bad_request if known else may_refuse_form)(error) else ()
                    if not methods and not known and is_server_failure(error):
                        methods, attempted = others[-1:], call._replace(retries=0)  # once, without a form
                    if not methods:
                        raise
                else:  # only now: a request may be refused for other reasons than its method
                    self._methods[title] = methods
                    break
        if schema is None and not completion.end_reason:  # JSON shows by itself whether it is whole
            raise connection_ended(self.model.name, self.model.place)
        self._check_end(completion.end_reason, call)
        self._check_read(messages, call)
        self._unopened_thoughts = self._unopened_thoughts or ends_unopened_thoughts(completion.text)
        return Answer(completion.text, call.usage.total, complete=bool(completion.end_reason))

    def form_was_ignored(self, schema: Schema) -> str:
        """Use the next method for this schema from now on; a sentence about the one that the server took no notice of."""
        first, *others = self._methods.get(schema["title"], self.model.methods)
        if not others or schema["title"] not in self._methods:
            return ""
        self._methods[schema["title"]] = others
        return f"{self.model.name} at {self.model.place} ignored the form of the answer ({first}) that was asked for"

    async def stream(self, stage: Stage, messages: Messages, callbacks: Callbacks) -> AsyncGenerator[str]:
        """The answer piece by piece, without thoughts; retried only before the first piece. Raises where it has no end."""
        ended = ""
        thoughts = ThoughtFilter(thinking=self._unopened_thoughts)
        async with self._call(stage, messages, callbacks) as call, self._connected(call.waiting) as client:
            async with aclosing(self._replies.of(client, call, {})) as replies:
                async for message in replies:
                    ended = end_reason(message) or ended
                    if piece := piece_of(message):
                        call.bound.add(piece)
                        if visible := thoughts.feed(piece):
                            yield visible
            if visible := thoughts.end():
                yield visible
        if not ended:  # every client reports it at the end of a stream: the connection was closed before
            raise connection_ended(self.model.name, self.model.place)
        self._check_end(ended, call)
        self._check_read(messages, call)

    async def window(self) -> int:
        """Tokens that the model can read at once: from the settings, its server or LangChain; 0 when unknown."""
        if self._window is None:
            async with self._connected() as client:
                if read := getattr(client, "read_window", None):
                    with controller_errors(self.model, self._limits.first_token):
                        async with asyncio.timeout(self._limits.first_token):
                            self._window = await read()
                else:
                    self._window = int((getattr(client, "profile", None) or {}).get("max_input_tokens") or 0)
        return self._window

    @asynccontextmanager
    async def _connected(self, waiting: Waiting | None = None) -> AsyncIterator[Any]:
        """The model's client; a model on this machine holds the slot of its accelerator while the body runs."""
        slot = self._slots.hold(await asyncio.to_thread(lambda: self.model.slots)) if self._slots else nullcontext()
        on_sent = waiting.sent if waiting else lambda: None
        async with slot, self.model.connected(self._limits.whole, on_sent) as client:
            yield client

    async def _complete(
        self, client: Any, call: Call, options: dict[str, Any], on_text: OnText | None, *, untried: bool
    ) -> Completion:
        """The text of all pieces. `untried`: as in `Replies.of`."""
        texts, ended = list[str](), ""
        async with aclosing(self._replies.of(client, call, options, untried=untried)) as replies:
            async for message in replies:
                ended = end_reason(message) or ended
                if piece := piece_of(message):
                    call.bound.add(piece)
                    texts.append(piece)
                    if on_text:
                        await on_text(piece)
        return Completion("".join(texts), ended)

    def _check_end(self, reason: str, call: Call) -> None:
        check_ending(reason, self.model.name, self.model.place, call.usage.total.output_tokens)

    def _check_read(self, messages: Messages, call: Call) -> None:
        check_not_cut(self.model.name, messages, call.usage.total.input_tokens, known_window=self._known_window)

    @asynccontextmanager
    async def _call(self, stage: Stage, messages: Messages, callbacks: Callbacks) -> AsyncIterator[Call]:
        """One call in the ledger: permission before, tokens and seconds after, however it ends."""
        reads = estimated_tokens_of(messages)
        cost = cost_of(Usage(input_tokens=reads), self._price)
        number = await callbacks.on_call_start(stage, self.model.name, reads, cost)
        started, thinking = now(), self._unopened_thoughts
        waiting = Waiting(self.model, stage, self._limits, thinking=thinking)
        usage, bound = CallUsage(), AnswerBound(self.model.name, stage, thinking=thinking)
        try:
            with controller_errors(self.model, self._limits.whole):
                async with waiting.reported(callbacks.on_progress):
                    yield Call(stage, messages, usage, waiting, bound, self._retries)
        finally:
            if waiting.has_thought:
                self._sampling.has_thought()
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
