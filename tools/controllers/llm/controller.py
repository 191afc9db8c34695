"""The LLM controller: plans, chooses and answers by a chat model of whatever provider."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from ....graph.errors import ControllerError, InvalidPlan, NoUsablePlan
from ....graph.expert import Assignment, Expert
from ....graph.ports import Callbacks, NoCallbacks
from ....graph.result import Proposal, Request, Run, Usage
from ....graph.settings import Settings
from ....graph.task import Task
from ...chat_models.client import Asker
from ...chat_models.models import ChatModel
from ...chat_models.recorded import TapedModel
from ...recording.exchange import Recording
from . import prompts
from .answer_checker import Checked, sentences
from .choice_reader import read_choice
from .context import contents_of, listed
from .memory import Memory
from .plan_reader import read_plan
from .streamed_tasks import Drafts

MOST_DRAFTS = 3
"""The first plan, and two more where it can't be run."""


class LlmController:
    """The `Controller` port over a chat model; see `models.py` for its names.

    A plan that can't be run is sent back with the exact problems, twice at most; then it is a `NoUsablePlan`. A failed
    call is tried again (`settings.retries`) in `failures.py` and nowhere else.
    """

    def __init__(self, spec: str, settings: Settings, *, tape: Recording | None = None) -> None:
        """Raises `UsageError` for a name that is none, and when its key is missing. `tape`: records or plays its calls."""
        self.model = ChatModel.of(spec, settings) if tape is None else TapedModel.on(tape, spec, settings)
        self.name = self.model.name
        self._asker = Asker(self.model, settings)
        self._memory = Memory(self._asker)
        self._candidates, self._description = settings.llm_candidates, settings.llm_description

    @property
    def usage(self) -> Usage:
        """Spent by this controller so far, over all calls."""
        return self._asker.usage

    async def greet(self) -> str:
        """One small call, to see whether it can be reached. Raises `ControllerError`."""
        return (await self._asker.ask("plan", [("user", "Reply with the word: ok")], NoCallbacks())).text.strip()

    async def plan(self, request: Request, callbacks: Callbacks = NoCallbacks()) -> Proposal:  # noqa: B008
        """Ask for a plan, and again while it can't be run. Raises `ControllerError`."""
        files = listed(request)
        before = await self._memory.fitted(request.history, callbacks)
        messages = asked = prompts.plan_messages(request, files, before)
        usage, problems, asked_again = Usage(), tuple[str, ...](), list[str]()
        for _ in range(MOST_DRAFTS):
            answer, spent, whole = await self._asker.ask(
                "plan", messages, callbacks, prompts.PLAN_SCHEMA, on_text=Drafts(callbacks)
            )
            usage += spent
            try:
                draft = read_plan(answer, files, complete=whole)
            except InvalidPlan as error:
                problems = error.problems
                asked_again += [f"a plan of the controller's was sent back: {problem}" for problem in problems]
                messages = prompts.mend_messages(asked, answer, problems)
                continue
            mends = (*asked_again, *draft.repairs)
            return Proposal(plan=draft.plan, refusals=draft.refusals, repairs=mends, usage=usage)
        raise NoUsablePlan(
            f"{self.name} gave no plan that can be run: {'; '.join(problems)}",
            hint="Say it in other words, or choose a stronger model.",
            calls=usage.llm_calls,
            tokens=usage.tokens,
        )

    async def choose(
        self,
        task: Task,
        candidates: Sequence[Expert],
        callbacks: Callbacks = NoCallbacks(),  # noqa: B008
    ) -> Assignment:
        """Ask for one of `candidates`; where the second answer names none of them too, the first by rank, and say so."""
        offered = candidates[: self._candidates]
        messages = prompts.choose_messages(task, offered, self._description)
        for _ in range(2):
            answer = (await self._asker.ask("choose", messages, callbacks, prompts.CHOICE_SCHEMA)).text
            expert, reason = read_choice(answer, offered)
            if expert:
                break
            messages = prompts.choose_again_messages(messages, answer, offered)
        chosen = expert or candidates[0]
        return Assignment(
            task_id=task.id,
            expert=chosen,
            reason=reason,
            candidates=tuple(candidate.model_id for candidate in candidates),
            fallbacks=tuple(candidate for candidate in candidates if candidate != chosen),
        )

    async def answer(
        self,
        run: Run,
        paths: Mapping[str, Path],
        callbacks: Callbacks = NoCallbacks(),  # noqa: B008
    ) -> AsyncIterator[str]:
        """Stream the answer a sentence at a time, each checked; what it should have named stands at its end."""
        contents = await asyncio.to_thread(contents_of, run, paths)
        checked = await asyncio.to_thread(Checked, run, paths, contents)  # it reads the phrases of a language
        before = await self._memory.fitted(run.request.history, callbacks)
        messages = prompts.answer_messages(run, contents, before)
        async for sentence in sentences(self._asker.stream("answer", messages, callbacks)):
            yield checked.sentence(sentence)
        if not checked.told.strip():
            raise ControllerError(f"{self.name} gave an empty answer")
        if unnamed := checked.unnamed():
            yield "\n\n" + "\n".join(unnamed)
