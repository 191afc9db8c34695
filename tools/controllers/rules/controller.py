"""`RuleBasedController` (`embedded`): plans by rules in `propose`, chooses the first candidate, answers from results."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ....graph.choice import Choice
from ....graph.converters import with_converters
from ....graph.expert import Assignment
from ....graph.mentions import mentions
from ....graph.plan import Plan
from ....graph.ports import Callbacks
from ....graph.resource import Resource
from ....graph.result import Evidence, Proposal, Request, Run
from ....graph.task import Task
from ...wording.asked_apart import FOLLOWED
from ...wording.nearest import is_out_of_reach
from ...wording.questions_before import with_questions_before
from ...wording.refusals import is_not_understood, refusal
from ...wording.request_language import language_of
from ...wording.wording import LANGUAGES, simplified
from .answer_orders import unmet_orders, without_answer_orders
from .answers import answer_paragraphs
from .clauses import ParsedRequest, parse_request
from .corrections import corrected, unread_corrections
from .counted_files import with_counted_files
from .example_intents import find_intents_by_examples, with_examples
from .excluded_files import without_excluded_files
from .follow_ups import about_unmade, questions_before, repeated, without_replaced
from .handlers.altogether import add_answers
from .handlers.file_parts import RULE as PART_QUESTION
from .handlers.file_parts import asks_only_of_parts, plan_part_question, with_part_questions
from .handlers.film_tracks import plan_tracks, use_track, with_track
from .handlers.operations import convert_last, cut_to_times
from .handlers.registry import plan_intent
from .handlers.text_parts import take_parts
from .intent_order import order_intents, with_shared_verbs
from .intents import Intent, find_intents, general_question, table_question
from .lexicon import lexicon
from .linking import Linker
from .recorded_language import takes_english, with_recorded_language, without_recorded_language
from .reference_resolution import ReferenceResolver
from .referents import MAX_FILES, earlier_data, without_output_names
from .rests import with_rests
from .scopes import read_scopes
from .spelling import correct_spelling
from .suggestions import suggestion
from .text_edits import NO_EDITS
from .unused_words import NONE_UNUSED, find_unused_words, lost_in_clauses
from .used_words import unused_files


class RuleBasedController:
    """A `Controller` without a model, a network or a key; it reports what it can't plan."""

    @property
    def name(self) -> str:
        """As runs show and store it."""
        return "embedded"

    async def plan(self, request: Request, callbacks: Callbacks | None = None) -> Proposal:
        """Turn a request into tasks; what can't be planned comes back as refusals."""
        return propose(request)

    def differences(self, choice: Choice) -> Sequence[str]:
        """None: rank decides."""
        return ()

    async def choose(self, choices: Sequence[Choice], callbacks: Callbacks | None = None) -> Sequence[Assignment]:
        """Take the first of each: candidates come ranked."""
        return [choice.by_rank() for choice in choices]

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks | None = None
    ) -> AsyncIterator[str]:
        """The results of a run as text, a paragraph at a time."""
        for paragraph in answer_paragraphs(run, paths):
            yield paragraph


def propose(request: Request) -> Proposal:
    """The plan of a request, and what of it can't be planned. Pure: the same request, the same plan."""
    if again := repeated(request) or corrected(request):
        proposal = propose(again)
        whole = {"start": 0, "end": len(request.text)}
        evidence = tuple(each.model_copy(update=whole) for each in proposal.evidence or ())
        return proposal.model_copy(update={"evidence": evidence, "unused": ()})
    if (before := questions_before(request)) and (asked := _followed(request, *before)):
        return asked
    # 1. text -> clauses, with typing errors corrected
    parsed = parse_request(request.text, request.files)
    language = language_of(parsed.masked, lexicon().verb)
    if language not in LANGUAGES:
        return Proposal(plan=Plan(tasks=()), refusals=(refusal("en", "languages"),), evidence=())
    if language == "zh":
        parsed = replace(parsed, masked=simplified(parsed.masked))
    request = without_replaced(request, language)
    corrections = correct_spelling(parsed) if language == "en" else NO_EDITS
    if corrections.replacements:
        parsed = parse_request(corrections.apply(request.text), request.files)
    parsed, orders = without_answer_orders(parsed, language)
    parsed = with_counted_files(without_excluded_files(parsed, language), language)
    parsed = with_rests(parsed, request.resources)
    parsed, names = without_output_names(parsed, language)
    parsed, spoken = without_recorded_language(parsed, language)
    # 2. clauses -> intents, by rules; in other languages by examples
    not_understood: list[str] = []
    found: list[Intent] = []
    if language == "en":
        found = with_examples(find_intents(parsed), parsed, request.resources)
        intents = [*with_shared_verbs(order_intents(found, parsed), parsed)]
        intents = intents or table_question(parsed, request.resources) or general_question(parsed)
        intents = with_part_questions(intents, parsed)
    elif asks_only_of_parts(of_language := replace(parsed, language=language)):
        parsed, intents = of_language, with_part_questions((), of_language)
    else:
        parsed, intents, not_understood = find_intents_by_examples(parsed, language, request.resources)
    # 3. intents -> referents -> linked tasks
    linker = _link(parsed, intents, request, not_understood)
    linker.used += names.values()
    linker.refusals += [refusal(language, "named-result", name) for name in names]
    # 4. linked tasks -> plan, with the steps that convert one kind of data to another
    made = with_recorded_language([*with_track(with_converters(linker.tasks), parsed)], spoken)
    tasks = tuple(with_questions_before([*made], language))
    if unmade := about_unmade(request, parsed, tasks):
        why = refusal(language, "because", request.text, refusal(language, "unmade", "", unmade))
        return Proposal(plan=Plan(tasks=()), refusals=(why,), evidence=())
    # 5. words that went into nothing, and words of scope that the plan does not obey
    scopes = read_scopes(parsed, tasks, linker.evidence)
    linker.used += scopes.met
    unused = find_unused_words(parsed, (*found, *intents), linker) if language == "en" else NONE_UNUSED

    def as_typed(position: int) -> int:
        return corrections.to_original(parsed.edits.to_original(position))

    lost = [request.text[as_typed(a) : as_typed(b)] for a, b in unused.lost]
    lost += lost_in_clauses(parsed, linker) if language != "en" else ()
    for words in unread_corrections(parsed):
        lost = [words, *(each for each in lost if each not in words)]
    unmet_spans = (*scopes.unmet, *unmet_orders(parsed, orders, tasks, linker.used))
    unmet = (request.text[as_typed(a) : as_typed(b)] for a, b in unmet_spans)
    lost += [words for words in unmet if not any(each in words or words in each for each in (*lost, *linker.refusals))]
    assumed = [refusal(language, "took-english")] if takes_english(tasks, language) else []
    return Proposal(
        plan=Plan(tasks=tasks),
        refusals=_refusals(linker, request.text, lost, request.resources),
        repairs=(*assumed, *(f"read “{request.text[a:b]}” as “{word}”" for a, b, word in corrections.replacements)),
        evidence=tuple(
            e.model_copy(update={"start": as_typed(e.start), "end": as_typed(e.end)})
            for e in (*linker.evidence, *_converter_evidence(tasks, linker.evidence))
        ),
        unused=tuple((as_typed(a), as_typed(b)) for a, b in unused.all),
    )


def _followed(request: Request, before: str, *between: str) -> Proposal | None:
    """The plan of an earlier question about a table, with a follow-up behind it; None where it planned something else."""
    tables = [each for each in earlier_data(request.resources) if each.kind == "table"]
    known = {mention.name for mention in mentions(before)}
    files = tuple(each for each in tables if {each.name, each.label} & known) or tuple(tables[-1:])
    proposal = propose(Request(text=before, files=files))
    if {task.type for task in proposal.plan.tasks} != {"table-question-answering"}:
        return None
    tasks: list[Task] = []
    for task in proposal.plan.tasks:
        question = FOLLOWED.join((str(task.inputs["question"]), *between, request.text.strip()))
        inputs = {**task.inputs, "question": question}
        tasks.append(task.model_copy(update={"inputs": inputs, "goal": request.text}))
    evidence = tuple(Evidence(task_id=task.id, start=0, end=len(request.text)) for task in tasks)
    return Proposal(plan=Plan(tasks=tuple(tasks)), refusals=proposal.refusals, evidence=evidence)


def _link(parsed: ParsedRequest, intents: Sequence[Intent], request: Request, refusals: Sequence[str]) -> Linker:
    """The tasks of the intents, each linked to files, quotations, data of earlier turns and results of the tasks before it.

    `refusals`: of what was not understood; what is about that has no data.
    """
    acts = lexicon().acts
    requested = frozenset(name for i in intents if not i.mention for name in acts.get(i.act, {}).values())
    questions = frozenset(intent.question for intent in intents if intent.question)
    ended = [sha256 for sha256, last in request.made if last]
    linker = Linker(parsed, ReferenceResolver(parsed, request.resources, questions, ended), requested)
    linker.refusals += refusals
    for intent in intents:
        if intent.rule == PART_QUESTION:
            plan_part_question(linker, intent)
        elif not plan_tracks(linker, intent):
            plan_intent(linker, intent)
    use_track(linker)
    add_answers(linker, intents)
    cut_to_times(linker)
    convert_last(linker)
    alone = {i.clause for i in intents if i.match and i.match.meaning == "text-part" and parsed.language != "en"}
    take_parts(linker, {intent.clause for intent in intents if intent.rule == PART_QUESTION}, alone)
    return linker


def _converter_evidence(tasks: Sequence[Task], evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The words behind each converter step: those of the first task that takes its output."""
    known = {e.task_id: e for e in evidence}
    for task in tasks:
        if task.id not in known:
            consumer = next((t for t in tasks if task.id in t.depends_on and t.id in known), None)
            if consumer:
                yield known[consumer.id].model_copy(update={"task_id": task.id, "implied": True})


def _refusals(linker: Linker, text: str, lost: Sequence[str], earlier: Sequence[Resource]) -> tuple[str, ...]:
    code = linker.parsed.language
    not_understood = [refusal(code, "not-understood", words) for words in lost if linker.tasks]
    reasons = (*not_understood, *linker.refusals)
    files = [name for name in unused_files(linker) if linker.tasks and not any(name in reason for reason in reasons)]
    not_understood += [refusal(code, "unused-file", name) for name in files]
    refused = list(dict.fromkeys((*not_understood, *linker.refusals)))
    if len(linker.parsed.files) > MAX_FILES:
        refused.append(refusal(code, "many-files", "", f"{len(linker.parsed.files):,}", str(MAX_FILES)))
    if not linker.tasks and not refused and text.strip():
        near = suggestion(linker.parsed, earlier)
        reason = "out-of-reach" if is_out_of_reach(text, code) else "nearest" if near else "not-understood"
        refused = [refusal(code, reason, text, near)]
    if any(is_not_understood(code, reason) for reason in refused):
        refused[-1] += refusal(code, "with-llm")
    return tuple(refused)
