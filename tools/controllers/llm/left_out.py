"""`left_out`: speech, pictures and films that the rules read in a request for certain, and no task of a model's plan makes.

Words in no goal of a plan are no measure: of 474 plans with a goal for each task, 217 were reported for words that ask for
nothing. Not covered: results that are text or data, requests that are not in English or that the rules understand in part.
"""

from collections.abc import Collection, Iterator

from ....graph.plan import Plan
from ....graph.result import Proposal, Request
from ....graph.vocabulary import VOCABULARY
from ...wording.refusals import refusal

_MEDIA = ("audio", "image", "video")


def left_out(request: Request, plan: Plan, by_rules: Proposal) -> tuple[str, ...]:
    """A sentence for each. `by_rules`: the rule-based proposal for the same request."""
    if by_rules.refusals or not plan.tasks:
        return ()
    made = {output.kind for task in plan.tasks for output in VOCABULARY[task.type].outputs}
    words = dict.fromkeys(_words_for(request, by_rules, made))
    return tuple(refusal("en", "not-understood", each) for each in words)


def _words_for(request: Request, by_rules: Proposal, made: Collection[str]) -> Iterator[str]:
    kinds = {task.id: VOCABULARY[task.type].outputs[0].kind for task in by_rules.plan.tasks}
    for evidence in by_rules.evidence or ():
        kind = kinds.get(evidence.task_id)
        if kind in _MEDIA and kind not in made and not evidence.implied and not evidence.example:
            yield request.text[evidence.start : evidence.end]
