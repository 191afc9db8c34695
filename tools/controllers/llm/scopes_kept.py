"""`scopes_not_kept`: words of scope ("both", "each page", "the first two of") that a model's plan does not obey.

A model does not say which words each of its tasks comes from. So a plan is judged only where it has the types of the rules'
plan, each of which comes from one place in the request, and where the rules' own plan obeys all such words.
"""

from ....graph.plan import Plan
from ....graph.result import Evidence, Proposal, Request
from ..rules.clauses import parse_request
from ..rules.scopes import read_scopes
from .phrases import phrases_for


def scopes_not_kept(request: Request, plan: Plan, by_rules: Proposal) -> tuple[str, ...]:
    """A sentence for each, in the language of the request. `by_rules`: the rule-based proposal for the same request."""
    if by_rules.refusals or by_rules.unused or not plan.tasks:
        return ()
    places = _places(by_rules)
    if not places or {task.type for task in plan.tasks} != {task.type for task in by_rules.plan.tasks}:
        return ()
    parsed = parse_request(request.text, request.files)
    own = read_scopes(parsed, by_rules.plan.tasks, by_rules.evidence or ())
    if own.unmet or not own.met:
        return ()
    evidence = [places[task.type].model_copy(update={"task_id": task.id}) for task in plan.tasks]
    unmet = read_scopes(parsed, plan.tasks, evidence).unmet
    words = dict.fromkeys(request.text[start:end] for start, end in unmet)
    return tuple(phrases_for(request.text)["no_task"].format(words=each) for each in words)


def _places(by_rules: Proposal) -> dict[str, Evidence]:
    """Where the tasks of each type come from; empty where those of one type come from several places."""
    found: dict[str, Evidence] = {}
    for evidence in by_rules.evidence or ():
        task_type = by_rules.plan.by_id[evidence.task_id].type
        known = found.setdefault(task_type, evidence)
        if evidence.example or (known.start, known.end, known.implied) != (
            evidence.start, evidence.end, evidence.implied,
        ):  # fmt: skip
            return {}
    return found if found.keys() == {task.type for task in by_rules.plan.tasks} else {}
