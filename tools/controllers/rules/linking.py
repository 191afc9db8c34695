"""`Linker`, which the handlers fill: the tasks of a plan with their inputs, the refusals, and the words behind each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ....graph.resource import Kind
from ....graph.result import Evidence
from ....graph.task import Ref, Task, resources_in
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from ...wording.page_words import Pages, read_pages
from ...wording.refusals import refusal
from .clauses import Clause, ParsedRequest
from .intents import Intent
from .lexicon import lexicon
from .page_ranges import Take, on_pages, page_by_page
from .parameters import Parameters
from .planned_tasks import PlannedTasks
from .reference_resolution import ANSWERS, FINDINGS, LISTS, OF_WHOLE_TEXTS, ReferenceResolver
from .referents import RESULT_KINDS, Referent, fits, kinds_named
from .rests import pages_left, rest_in

MAX_TASKS = 200
_SEVERAL = re.compile(r"\b(?:both|each|all|them(?: all)?|these|everything)\b(?! (?:the )?[a-z]+s\b)")


@dataclass
class Linker(PlannedTasks):
    """The tasks so far, and the refusals of what can't be planned."""

    parsed: ParsedRequest
    resolver: ReferenceResolver
    requested_types: frozenset[str] = frozenset()
    """Types that some verb of the request asks for: a noun of that type then refers to the result."""
    refusals: list[str] = field(default_factory=list)
    intent_index: int = 0
    """The intent that is being planned."""
    first_results: dict[tuple[str, Clause], Referent] = field(default_factory=dict)
    """The first result of each type in a clause."""
    used: list[tuple[int, int]] = field(default_factory=list)
    """The words that a handler marked as used."""
    pages: set[Pages] = field(default_factory=set)
    """The pages that were named so far."""

    def use(self, start: int, end: int) -> None:
        """Mark the words from `start` to `end` of the masked text as used: they are not reported as not understood."""
        self.used.append((start, end))

    def add_task(
        self,
        task_type: str,
        inputs: dict[str, Input],
        intent: Intent,
        parameters: Parameters | None = None,
        *,
        implied: bool = False,
    ) -> Referent:
        """Add a task unless the same is planned; returns its result. `implied`: a step that the request does not name."""
        parameters = parameters or {}
        if not implied:
            words = self.parsed.words_of(intent.clause)
            inputs = page_by_page(inputs, self.tasks, words, self.parsed.language, self._page_step(intent))
        pages = self._pages_named(intent, inputs) if task_type != "count" and not implied else ()
        if len(pages) > 1 and not any(port.takes("text") for port in VOCABULARY[task_type].inputs):
            for each in pages[:-1]:
                self._add(task_type, *on_pages(task_type, inputs, parameters, (each,), self._page_step(intent)), intent)
            pages = pages[-1:]
        if pages:
            inputs, parameters = on_pages(task_type, inputs, parameters, pages, self._page_step(intent))
        return self._add(task_type, inputs, parameters, intent, implied=implied)

    def _add(
        self, task_type: str, inputs: dict[str, Input], parameters: Parameters, intent: Intent, *, implied: bool = False
    ) -> Referent:
        content = (task_type, tuple(inputs.items()), tuple(parameters.items()))
        if content in self.results_by_content:
            return self.results_by_content[content]
        if "question" not in inputs and (repeated := self._repeated_result(task_type, intent, parameters)) is not None:
            return repeated
        goal, example = self.goal_of(intent)[:2000], intent.match.example if intent.match else ""
        task = Task(id=len(self.tasks), type=task_type, inputs=inputs, parameters=parameters, goal=goal)
        self.tasks.append(task)
        evidence = Evidence(task_id=task.id, start=intent.start, end=intent.end, implied=implied, example=example)
        self.evidence.append(evidence)
        kind = RESULT_KINDS.get(task_type, VOCABULARY[task_type].outputs[0].kind)
        made, language = Ref(task_id=task.id), str(parameters.get("target_language", ""))
        result = Referent(kind, made, task_type, intent.start, self.intent_index, self.sources_of(made), language)
        self.resolver.referents.append(result)
        self.results_by_content[content] = result
        self.first_results.setdefault((task_type, intent.clause), result)
        return result

    def _pages_named(self, intent: Intent, inputs: dict[str, Input]) -> tuple[Pages, ...]:
        """The ranges of pages that the clause of an intent names, where it is about a document."""
        if not any(given.kind == "document" for value in inputs.values() for given in resources_in(value)):
            return ()
        words = self.parsed.words_of(intent.clause)
        pages = read_pages(words, self.parsed.language)
        if not pages and (rest := rest_in(words)):
            pages = pages_left(self.pages, rest)
        else:
            self.pages |= {replace(each, start=0, end=0) for each in pages}
        if pages:
            self.use(intent.clause.start + pages[0].start, intent.clause.start + pages[-1].end)
            if read_pages(words[pages[-1].end :], self.parsed.language):
                self.refuse(intent, "one-range")
        return pages

    def _page_step(self, intent: Intent) -> Take:
        """Adds the step that takes pages."""

        def take(task_type: str, inputs: dict[str, Input], parameters: Parameters) -> Input:
            value = self.add_task(task_type, inputs, intent, parameters, implied=True).value
            each = isinstance(value, Ref) and parameters.get("each_page")
            return value.model_copy(update={"output": "pages"}) if isinstance(value, Ref) and each else value

        return take

    def add_each(
        self,
        task_type: str,
        name: str,
        referents: Sequence[Referent],
        intent: Intent,
        parameters: Parameters | None = None,
        *,
        implied: bool = False,
    ) -> list[Referent]:
        """Add a task for each referent, as its input `name`; returns their results."""
        values = [referent.value for referent in referents]
        return [self.add_task(task_type, {name: value}, intent, parameters, implied=implied) for value in values]

    def _repeated_result(self, task_type: str, intent: Intent, parameters: Parameters) -> Referent | None:
        """The result of an earlier intent of this clause, where this one repeats it and names no other data or detail."""
        result = self.first_results.get((task_type, intent.clause))
        if result is None or result.intent_index == self.intent_index or not isinstance(result.value, Ref):
            return None
        earlier = self.tasks[result.value.task_id]
        if not parameters.items() <= earlier.parameters.items():
            return None
        used = tuple(earlier.inputs.values())
        return None if any(other.value not in used for other in self.resolver.data_in_words(intent)) else result

    def open_results(self, intent: Intent, kinds: Sequence[Kind]) -> list[Referent]:
        """What "both" and "them" mean after several intents: results that no task takes; "both", also a source.

        Lists of findings are meant where nothing else is: "the dates in a.txt and the names in b.txt, and read both aloud".
        """
        if not _SEVERAL.search(words := self.resolver.words_of(intent)):
            return []
        taken = {number for task in self.tasks for number in task.depends_on}
        loose = [r for r in self.resolver.referents if isinstance(r.value, Ref) and r.value.task_id not in taken]
        lists = [r for r in loose if r.origin in LISTS and fits(r, kinds)]
        data = [r for r in self.resolver.referents if r.kind in kinds and r.origin not in (*FINDINGS, *ANSWERS)]
        found = [r for r in loose if r in data] or ([] if intent.act in OF_WHOLE_TEXTS else lists)
        if len(found) == 1 and "both" in words:
            found = [r for r in data if r.value in self.tasks[-1].inputs.values()] + found
        return found if len({r.intent_index for r in found}) > 1 else []

    def goal_of(self, intent: Intent) -> str:
        """The clause of an intent, as written."""
        return self.parsed.text_of(intent.clause) or self.parsed.text[intent.start : intent.end]

    def refuse(self, intent: Intent, why: str) -> None:
        """Report an intent as not planned."""
        self.use(intent.clause.start, intent.clause.end)
        self.refusals.append(refusal(self.parsed.language, "because", self.goal_of(intent), why))

    def refuse_missing(self, intent: Intent, what: str) -> list[Referent]:
        """Report an intent as not planned because its data is missing; returns no referents."""
        self.use(intent.clause.start, intent.clause.end)
        self.refusals.append(refusal(self.parsed.language, "missing", self.goal_of(intent), what))
        return []

    def task_type_of(self, intent: Intent) -> str:
        """The task type of an act, by the kind of data that its words name, else by the nearest referents."""
        choices = lexicon().acts[intent.act]
        if len(choices) == 1:
            return choices["any"]
        table_shown = "table" in choices and self.shows_table()
        before = self.parsed.masked[intent.clause.start : intent.start]
        for kind in (*kinds_named(self.resolver.words_of(intent)), *reversed(kinds_named(before))):
            if kind == "image" and kind not in choices and self.resolver.has_kind("image"):
                return choices["table" if table_shown else "any"]
            if kind in choices and (kind == "table" or self.resolver.has_kind(kind)):
                return choices["table" if kind == "image" and table_shown else kind]
        referents = self.resolver.referents
        given = [r for r in referents if not r.is_result and r.origin != "earlier"]
        order = sorted(given, key=lambda r: (r.position <= intent.start, r.position))
        order += [r for r in referents if r.is_result]
        for referent in reversed(order):
            if referent.kind == "image" and table_shown:
                return choices["table"]
            if referent.kind in choices and not (referent.kind == "video" and self.resolver.has_kind("image")):
                return choices[referent.kind]
        return choices["any"]

    def refers_to_result(self, intent: Intent, task_type: str) -> bool:
        """Whether a noun only names the result that another verb of the request asks for."""
        return intent.mention and (task_type in self.requested_types or self.has_task(task_type))

    def shows_table(self) -> bool:
        """Whether the request introduces its picture as one of a table."""
        return bool(lexicon().cues["table-picture"].search(self.parsed.masked))


Handler = Callable[[Linker, Intent], None]
"""Adds the tasks of an intent, or a refusal."""
