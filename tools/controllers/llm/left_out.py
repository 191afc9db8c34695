"""`left_out`: steps that the rules read in a request for certain, and no task of a model's plan does.

Certain are speech, pictures and films; and where the rules understand the whole request, its results, its summaries and
the languages of its translations. Words in no goal of a plan are no measure: of 474 plans with a goal for each task, 217
were reported for words that ask for nothing. Not covered: other requests, and plans that ask a language model in words.
"""

from collections.abc import Iterator, Sequence

from ....graph.plan import Plan
from ....graph.result import Evidence, Proposal, Request
from ....graph.task import Task
from ....graph.vocabulary import VOCABULARY
from ...languages import english_name, iso1
from .phrases import phrases_for
from .whole_answer import last_tasks

_MEDIA = ("audio", "image", "video")
_REWRITES = ("summarization", "translation")
"""Types of which a plan without them gives another result, wherever in it they stand."""
_IN_WORDS = frozenset(
    "text-generation text2text-generation conversational image-text-to-text audio-text-to-text video-text-to-text"
    " any-to-any".split()
)
"""Types that do what their prompt says: beside one of them, no step is certain to be left out."""
_ALIKE = (
    frozenset(
        "image-to-text document-to-text object-detection image-classification document-question-answering".split()
    ),
    frozenset("image-classification zero-shot-image-classification tabular-classification".split()),
    frozenset("text-classification zero-shot-classification token-classification".split()),
    frozenset("automatic-speech-recognition audio-classification zero-shot-audio-classification".split()),
    frozenset("count filter compare pick-best sort text-part tabular-classification".split()),
    frozenset("sentence-similarity text-ranking compare".split()),
)
"""Types of which one may stand for another: people who labelled requests chose now this, now that."""


_LONGEST_NAME = 40
"""Characters of the name of a language."""


def left_out(request: Request, plan: Plan, by_rules: Proposal) -> tuple[str, ...]:
    """A sentence for each, in the language of the request. `by_rules`: the rule-based proposal for the same request."""
    if by_rules.refusals:
        return ()
    missing = [*_media(by_rules, plan)]
    if not by_rules.unused:
        missing += [*_steps(by_rules, [task.type for task in plan.tasks]), *_languages(by_rules, plan)]
    words = dict.fromkeys(request.text[each.start : each.end] for each in missing)
    return tuple(phrases_for(request.text)["no_task"].format(words=each) for each in words)


def _named(by_rules: Proposal) -> Iterator[tuple[Evidence, Task]]:
    """The tasks that rules read, with the words that name them."""
    for evidence in by_rules.evidence or ():
        if not evidence.implied and not evidence.example:
            yield evidence, by_rules.plan.by_id[evidence.task_id]


def _media(by_rules: Proposal, plan: Plan) -> Iterator[Evidence]:
    made = {output.kind for task in plan.tasks for output in VOCABULARY[task.type].outputs}
    for evidence, task in _named(by_rules):
        kind = VOCABULARY[task.type].outputs[0].kind
        if kind in _MEDIA and kind not in made:
            yield evidence


def _steps(by_rules: Proposal, planned: Sequence[str]) -> Iterator[Evidence]:
    """A question may ask for what another type finds: as many steps are excused as the plan asks more questions."""
    if _IN_WORDS.intersection(planned):
        return
    excused = _questions(planned) - _questions([task.type for task in by_rules.plan.tasks])
    last = {task.id for task in last_tasks(by_rules.plan)}
    for evidence, task in _named(by_rules):
        checked = (task.id in last or task.type in _REWRITES) and task.type not in _IN_WORDS
        if not checked or _is_question(task.type) or VOCABULARY[task.type].outputs[0].kind in _MEDIA:
            continue
        alike = {task.type}.union(*(group for group in _ALIKE if task.type in group))
        if not alike.intersection(planned):
            if excused <= 0:
                yield evidence
            excused -= 1


def _languages(by_rules: Proposal, plan: Plan) -> Iterator[Evidence]:
    """Translations into a language that nothing in the plan names."""
    texts = [text for task in plan.tasks for text in (*_texts(task), task.goal)]
    named = {iso1(text) for text in texts if len(text) <= _LONGEST_NAME}
    said = " ".join(texts).casefold()
    for evidence, task in _named(by_rules):
        code = iso1(str(task.parameters.get("target_language", ""))) if task.type == "translation" else None
        if code and code not in named and (english_name(code) or code).casefold() not in said:
            yield evidence


def _texts(task: Task) -> Iterator[str]:
    for value in (*task.parameters.values(), *task.inputs.values()):
        for single in value if isinstance(value, tuple) else (value,):
            if isinstance(single, str):
                yield single


def _is_question(task_type: str) -> bool:
    return task_type.endswith("question-answering")


def _questions(types: Sequence[str]) -> int:
    return sum(map(_is_question, types))
