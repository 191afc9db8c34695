"""`LlmController`, the `Controller` port over a chat model: plans, sends back plans that can't be run, chooses, answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from ....graph.caveats import lacks
from ....graph.choice import Choice
from ....graph.errors import ControllerError, IncompleteAnswer, InvalidPlan, NoUsablePlan
from ....graph.expert import Assignment
from ....graph.plan import Plan
from ....graph.ports import Callbacks, NoCallbacks, Slots
from ....graph.resource import Resource
from ....graph.result import Proposal, Request, Run
from ....graph.settings import Settings
from ....graph.usage import Usage
from ...chat_models.client import ChatClient
from ...chat_models.endings import EndlessAnswer
from ...chat_models.messages import repeats_marks
from ...chat_models.models import ChatModel
from ...chat_models.recorded import RecordedModel
from ...chat_models.token_estimate import CHARACTERS_PER_TOKEN
from ...chat_models.windows import PromptCut
from ...recording.exchange import Recording
from . import prompts
from .answer_checker import AnswerChecker, sentences
from .choosing import ask_choices
from .context import contents_of, list_files
from .differences import differences
from .draft import Suggestion, instead_of_drafts, suggested
from .memory import DEFAULT_WINDOW, Memory, history_budget
from .plan_prompt import PlanPrompt, correction_messages
from .plan_reader import is_direct_answer, read_plan
from .streamed_tasks import StreamedTasks
from .unserved import unserved, unserved_by_words
from .whole_answer import whole_answer

MAX_DRAFTS = 3
"""The first plan, and two corrections."""
DIRECT_ANSWER = "the controller replied in words and planned no task"
_NO_CALLBACKS = NoCallbacks()


class LlmController:
    """The `Controller` port over a chat model. A plan that can't be run, or is in doubt, is sent back, twice at most."""

    def __init__(
        self, spec: str, settings: Settings, *, recording: Recording | None = None, slots: Slots | None = None
    ) -> None:
        """Raises `UsageError` for an unknown model or a missing key. `slots`: where a local model waits for its card."""
        self.model = ChatModel.of(spec, settings) if recording is None else RecordedModel.on(recording, spec, settings)
        self.name = self.model.name
        self._client = ChatClient(self.model, settings, slots)
        self._memory = Memory(self._client)
        self._candidates, self._description = settings.llm_candidates, settings.llm_description

    @property
    def usage(self) -> Usage:
        """The cost of this controller so far, over all calls."""
        return self._client.usage

    async def plan(self, request: Request, callbacks: Callbacks = _NO_CALLBACKS) -> Proposal:
        """Request a plan, and a corrected one while it can't be run; after that the rule-based one is taken, and reported.

        Raises `ControllerError`.
        """
        files = list_files(request)
        # in a thread, as the rules and example phrases are read from their files the first time
        suggestion = await asyncio.to_thread(suggested, request, files)
        prompt = await self._prompt(request, files, suggestion, callbacks)
        messages = first_messages = await asyncio.to_thread(prompt.messages)
        usage, problems, sent_back = Usage(), tuple[str, ...](), list[str]()
        asked, written = set[str](), set[str]()
        doubtful: Proposal | None = None
        for draft_number in range(MAX_DRAFTS):
            schema = await asyncio.to_thread(prompt.schema, corrected=draft_number > 0)
            try:
                answer, cost, complete = await self._client.complete(
                    "plan", messages, callbacks, schema, on_text=StreamedTasks(callbacks)
                )
            except IncompleteAnswer as error:
                usage += Usage(llm_calls=error.calls)
                is_endless = isinstance(error, EndlessAnswer)
                if not is_endless or (not doubtful and not suggestion.proposal.plan.tasks):
                    error.calls, error.tokens = usage.llm_calls, usage.tokens
                    raise
                problems = (error.message,)
                break
            usage += cost
            ignored = ""
            try:
                draft = read_plan(answer, files, request=request.text, complete=complete)
            except InvalidPlan as error:
                is_direct = complete and is_direct_answer(answer, files)
                steps = await asyncio.to_thread(unserved_by_words, request, suggestion.proposal) if is_direct else ()
                if is_direct and not steps:
                    return Proposal(plan=Plan(), repairs=(*sent_back, DIRECT_ANSWER), usage=usage)
                problems = (*error.problems, *steps)
                if "{" not in answer and (ignored := self._client.form_was_ignored(schema)):
                    sent_back.append(ignored)
            else:
                rest = await asyncio.to_thread(unserved, request, draft, suggestion.proposal)
                proposal = Proposal(
                    plan=draft.plan,
                    refusals=(*draft.refusals, *rest.sentences),
                    repairs=(*sent_back, *draft.repairs, *draft.doubts),
                    usage=usage,
                )
                problems = (*draft.doubts, *rest.sentences) if draft.plan.tasks or rest.in_words else ()
                if not rest.in_words:
                    if asked.issuperset(problems):
                        return proposal
                    asked.update(problems)
                    doubtful = proposal
            if answer in written and not ignored:
                break
            written.add(answer)
            sent_back += [f"the controller's plan was sent back: {problem}" for problem in problems]
            messages = correction_messages(first_messages, answer, problems)
        if doubtful:
            return doubtful.model_copy(update={"usage": usage})
        by_rules = await asyncio.to_thread(instead_of_drafts, suggestion.proposal, self.name, problems, request)
        if by_rules:
            return by_rules.model_copy(update={"repairs": (*sent_back, *by_rules.repairs), "usage": usage})
        raise NoUsablePlan(
            f"{self.name} returned no plan that can be run: {'; '.join(problems)}",
            hint="Rephrase the request, or choose a stronger model.",
            calls=usage.llm_calls,
            tokens=usage.tokens,
        )

    async def _prompt(
        self, request: Request, files: Mapping[str, Resource], suggestion: Suggestion, callbacks: Callbacks
    ) -> PlanPrompt:
        history = await self._memory.fit(request.history, callbacks)
        window = await self._client.window()
        return PlanPrompt(request, files, history, suggestion, window, self.name)

    def differences(self, choice: Choice) -> Sequence[str]:
        """By the words of the candidates' cards."""
        return differences(choice, self._candidates)

    async def choose(self, choices: Sequence[Choice], callbacks: Callbacks = _NO_CALLBACKS) -> Sequence[Assignment]:
        """Request all choices together; one that can't be had is the first by rank, and says so. Raises `LimitReached`."""
        characters = history_budget(await self._client.window() or DEFAULT_WINDOW)
        return await ask_choices(
            self._client,
            choices,
            callbacks,
            offered=self._candidates,
            description=self._description,
            characters=characters,
        )

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks = _NO_CALLBACKS
    ) -> AsyncIterator[str]:
        """Stream the answer sentence by sentence, each checked; what it should have named is added at its end.

        Where the one result that was asked for is a text, that is the answer, and no call is made.
        """
        contents = await asyncio.to_thread(contents_of, run, paths)
        checker = await asyncio.to_thread(AnswerChecker, run, paths, contents)  # it reads the phrases of a language
        if (whole := await asyncio.to_thread(whole_answer, run, paths)) is not None:
            yield checker.quoted(whole)
            yield "\n\n" + "\n".join(checker.missing_lines())
            return
        given = "\n".join((run.request.text, *contents.values()))  # marks in a result may be quoted
        history = await self._memory.fit(run.request.history, callbacks)
        messages = prompts.answer_messages(run, contents, history, await self._space_for_results())
        if first := checker.first_lines():
            yield "\n".join(first) + "\n\n"
        try:
            async with aclosing(self._client.stream("answer", messages, callbacks)) as pieces:
                async for sentence in sentences(pieces):
                    if repeats_marks(sentence, given):
                        raise EndlessAnswer(
                            f"{self.name} repeats its prompt in place of an answer", hint="Choose another model."
                        )
                    yield checker.check(sentence)
        except (
            PromptCut,
            EndlessAnswer,
        ) as error:  # known at its end only: it rests on a part of the results, or is one
            if not checker.said and not any(result.ok for result in run.results):
                raise
            lacks(line := str(error))
            yield f"\n\n{line}"
        else:
            if not checker.said:
                empty = ControllerError(
                    f"{self.name} returned an empty answer", hint="Try again, or choose another model."
                )
                if not any(result.ok for result in run.results):
                    raise empty
                lacks(line := empty.message)
                yield line
        if missing := checker.missing_lines():
            yield "\n\n" + "\n".join(missing)

    async def _space_for_results(self) -> float:
        """Characters of results in an answer's prompt: half of the window."""
        window = await self._client.window()
        return window / 2 * CHARACTERS_PER_TOKEN if window else float("inf")
