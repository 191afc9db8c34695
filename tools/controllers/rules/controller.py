"""The embedded controller: plans by reading, chooses by rank, answers by rule. No model, no network, no key."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from ....graph.converters import with_converters
from ....graph.expert import Assignment, Expert
from ....graph.plan import Plan
from ....graph.ports import Callbacks
from ....graph.result import Evidence, Proposal, Request, Run
from ....graph.task import Task
from .answer import paragraphs
from .clauses import Reading, read
from .handlers.registry import take
from .intent_order import intents
from .intents import Intent, wondered
from .lexicon import lexicon
from .linking import Linker
from .reference_resolution import Ground
from .referents import MOST_FILES
from .request_language import language_of, refusal_in
from .spelling import slips
from .text_edits import Edits
from .unused_words import leftover

_ANOTHER_WAY = "A language model plans such requests: add --llm openai:MODEL."


class EmbeddedController:
    """A `Controller` that knows rules only; it says plainly what it can't plan."""

    @property
    def name(self) -> str:
        """As shown to the user."""
        return "embedded"

    async def plan(self, request: Request, callbacks: Callbacks | None = None) -> Proposal:
        """Turn a request into tasks; what can't be planned comes back as refusals."""
        return propose(request)

    async def choose(self, task: Task, candidates: Sequence[Expert], callbacks: Callbacks | None = None) -> Assignment:
        """Take the first: candidates come ranked."""
        first, *others = candidates
        return Assignment(
            task_id=task.id,
            expert=first,
            reason=_reason(first, others),
            candidates=tuple(expert.model_id for expert in candidates),
            fallbacks=tuple(others[:3]),
        )

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks | None = None
    ) -> AsyncIterator[str]:
        """Tell what came of a run, a paragraph at a time."""
        for paragraph in paragraphs(run, paths):
            yield paragraph


def propose(request: Request) -> Proposal:
    """The plan of a request, and what of it can't be planned. Pure: the same request, the same plan."""
    reading = read(request.text, request.files)
    if (language := language_of(reading.masked)) != "en":
        return Proposal(plan=Plan(tasks=()), refusals=(refusal_in(language),), evidence=())
    meant = slips(reading.text, reading.masked)
    meant = Edits(tuple((reading.edits.before(a), reading.edits.before(b), word) for a, b, word in meant.pieces))
    if meant.pieces:
        reading = read(meant.apply(request.text), request.files)
    wishes, linker = _linked(reading, request)

    def typed(place: int) -> int:
        return meant.before(reading.edits.before(place))

    tasks = tuple(with_converters(linker.tasks))
    return Proposal(
        plan=Plan(tasks=tasks),
        refusals=_refusals(linker, request.text),
        repairs=tuple(f"read “{request.text[a:b]}” as “{word}”" for a, b, word in meant.pieces),
        evidence=tuple(
            e.model_copy(update={"start": typed(e.start), "end": typed(e.end)})
            for e in (*linker.evidence, *_of_converters(tasks, linker.evidence))
        ),
        unused=tuple((typed(a), typed(b)) for a, b in leftover(reading, wishes, linker.tasks)),
    )


def _of_converters(tasks: Sequence[Task], evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """Words of steps that nobody said: those of the first task that takes what they make."""
    known = {e.task_id: e for e in evidence}
    for task in tasks:
        if task.id not in known:
            taker = next((t for t in tasks if task.id in t.depends_on and t.id in known), None)
            if taker:
                yield known[taker.id].model_copy(update={"task_id": task.id, "implied": True})


def _linked(reading: Reading, request: Request) -> tuple[Sequence[Intent], Linker]:
    """The wishes of a request, and the tasks they become."""
    wishes = intents(reading)
    wanted = frozenset(
        name for wish in wishes if not wish.mention for name in lexicon().acts.get(wish.act, {}).values()
    )
    asked = frozenset(wish.question for wish in wishes if wish.question)
    linker = Linker(reading, Ground(reading, request.resources, asked), wanted)
    if not wishes and (open_question := wondered(reading)):
        wishes = [open_question]
    for wish in wishes:
        take(linker, wish)
    return wishes, linker


def _refusals(linker: Linker, text: str) -> tuple[str, ...]:
    """What can't be planned, and what would help."""
    refused = list(dict.fromkeys(linker.refused))
    if len(linker.reading.files) > MOST_FILES:
        named = len(linker.reading.files)
        refused.append(f"The request names files {named:,} times; I looked at the first {MOST_FILES}.")
    if not linker.tasks and not refused and text.strip():
        short = " ".join(text.split())
        short = short if len(short) <= 120 else short[:117] + "..."
        refused = [f"I found no task in “{short}” that I can plan by rules."]
    return (*refused, _ANOTHER_WAY) if refused else ()


def _reason(first: Expert, others: Sequence[Expert]) -> str:
    """Why the first of a ranking is first."""
    if not others:
        return "the only one that can do it here"
    if first.downloads > others[0].downloads:
        return f"most downloads of {len(others) + 1} that can do it here ({first.downloads:,})"
    if first.backend != others[0].backend:
        return f"first in rank of {len(others) + 1}: runs on the {first.backend} backend"
    if first.likes > others[0].likes:
        return f"as many downloads as the next, and more likes ({first.likes:,})"
    return f"first in rank of {len(others) + 1} that can do it here"
