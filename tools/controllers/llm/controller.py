"""The LLM controller: plans, chooses and answers by a chat model behind an OpenAI-compatible API."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ....graph.errors import ControllerError, InvalidPlan, UsageError
from ....graph.expert import Assignment, Expert
from ....graph.result import Proposal, Request, Run, Usage
from ....graph.settings import Settings
from ....graph.task import Task
from . import prompts
from .failures import bad_request, cut_off, failures_of
from .material import contents_of, credits_of, listed
from .reading import read_choice, read_plan

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

NO_KEY = SecretStr("none-needed")
"""What a local server without keys is sent, so that no saved key reaches it."""


class LlmController:
    """The `Controller` port over a chat model, named `openai:MODEL`.

    A plan that can't be run is sent back once with the exact problems; the second that fails is a `ControllerError`.
    Retries of a failed HTTP call are the client's (`settings.retries`) and nobody else's.
    """

    def __init__(self, spec: str, settings: Settings) -> None:
        """`spec` is `openai:MODEL`. Raises `UsageError` for another, and when OpenAI itself is meant without a key."""
        provider, _, model = spec.partition(":")
        if provider != "openai" or not model:
            raise UsageError(
                f"there is no controller {spec!r}", hint="Name one as openai:MODEL, e.g. openai:gpt-5-mini."
            )
        if settings.openai_api_key is None and settings.openai_base_url is None:
            raise UsageError(
                f"{spec} needs a key",
                hint="Set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own, or use the embedded controller.",
            )
        self.name = spec
        self.usage = Usage()
        """Spent by this controller so far, over all calls."""
        self._model = model
        self._formats = True
        """Whether the server takes a response format, as far as we know."""
        self._settings = settings

    async def plan(self, request: Request) -> Proposal:
        """Ask for a plan; ask once more when it can't be run. Raises `ControllerError`."""
        files = listed(request)
        messages = prompts.plan_messages(request, files)
        usage, problems = Usage(), tuple[str, ...]()
        for _ in range(2):
            answer, spent = await self._ask(messages, prompts.PLAN_FORMAT)
            usage += spent
            try:
                draft = read_plan(answer, files)
            except InvalidPlan as error:
                problems = error.problems
                messages = [*messages, ("assistant", answer), *prompts.mend_messages(problems)]
                continue
            asked_again = tuple(f"the controller's first plan was sent back: {problem}" for problem in problems)
            return Proposal(plan=draft.plan, refusals=draft.refusals, mends=asked_again + draft.mends, usage=usage)
        raise ControllerError(
            f"{self.name} gave no plan that can be run: {'; '.join(problems)}",
            hint="Say it in other words, or choose a stronger model.",
        )

    async def choose(self, task: Task, candidates: Sequence[Expert]) -> Assignment:
        """Ask for one of `candidates`; an answer that names none of them yields the first by rank, and says so."""
        answer, _ = await self._ask(prompts.choose_messages(task, candidates))
        expert, reason = read_choice(answer, candidates[: prompts.MAX_CANDIDATES])
        return Assignment(
            task_id=task.id,
            expert=expert,
            reason=reason,
            candidates=tuple(candidate.model_id for candidate in candidates),
            fallbacks=tuple(candidate for candidate in candidates if candidate != expert),
        )

    async def answer(self, run: Run, paths: Mapping[str, Path]) -> AsyncIterator[str]:
        """Stream the answer; experts whose results it rests on and that it does not name are named at its end."""
        contents = await asyncio.to_thread(contents_of, run, paths)
        told = ""
        async with self._client() as model:
            async for chunk in model.astream(list(prompts.answer_messages(run, contents))):
                self._count(chunk)
                if piece := str(chunk.text):
                    told += piece
                    yield piece
        if not told.strip():
            raise ControllerError(f"{self.name} gave an empty answer")
        self.usage += Usage(llm_calls=1)
        if unnamed := list(dict.fromkeys(line for model_id, line in credits_of(run) if model_id not in told)):
            yield "\n\n" + "\n".join(unnamed)

    async def _ask(
        self, messages: prompts.Messages, response_format: dict[str, Any] | None = None
    ) -> tuple[str, Usage]:
        """One question, one answer; a server that takes no response format is asked without."""
        options: dict[str, Any] = {"response_format": response_format} if response_format and self._formats else {}
        async with self._client() as model, asyncio.timeout(self._settings.timeout):
            try:
                message = await model.ainvoke(list(messages), **options)
            except bad_request():
                if not options:
                    raise
                message = await model.ainvoke(list(messages))
                self._formats = False
        usage = self._count(message) + Usage(llm_calls=1)
        self.usage += Usage(llm_calls=1)
        if message.response_metadata.get("finish_reason") == "length":
            raise cut_off(self.name)
        return str(message.text), usage

    def _count(self, message: "AIMessage") -> Usage:
        """The tokens that a message, or a piece of one, reports; added to the total."""
        spent = message.usage_metadata
        usage = Usage(input_tokens=spent["input_tokens"], output_tokens=spent["output_tokens"]) if spent else Usage()
        self.usage += usage
        return usage

    @asynccontextmanager
    async def _client(self) -> AsyncIterator["ChatOpenAI"]:
        """A model with connections of its own: langchain-openai's shared ones break in a second event loop.

        Made in a thread, for it imports much and reads certificates.
        """
        model, connections = await asyncio.to_thread(self._connect)
        with failures_of(self.name, self._settings.openai_base_url, self._settings.timeout):
            async with connections:
                yield model

    def _connect(self) -> tuple["ChatOpenAI", AbstractAsyncContextManager[object]]:
        import openai
        from langchain_openai import ChatOpenAI

        connections = openai.DefaultAsyncHttpxClient()
        model = ChatOpenAI(
            model=self._model,
            base_url=self._settings.openai_base_url,
            api_key=self._settings.openai_api_key or NO_KEY,
            timeout=self._settings.timeout,
            max_retries=self._settings.retries,
            stream_usage=True,
            http_async_client=connections,
        )
        return model, connections
