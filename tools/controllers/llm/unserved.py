"""`unserved`: what of a request a model's draft passes over: files, texts, certain steps and words of scope."""

from typing import NamedTuple

from ....graph.plan import Plan
from ....graph.result import Proposal, Request
from .changed_texts import changed_texts
from .left_out import left_out
from .plan_reader import Draft
from .scopes_kept import scopes_not_kept
from .unused_files import unused_files


class Unserved(NamedTuple):
    """A sentence for each, in the language of the request."""

    sentences: tuple[str, ...]
    in_words: bool = False
    """The draft plans nothing of what the rules can do for certain: it is no draft to run, and its words are no answer."""


def unserved(request: Request, draft: Draft, by_rules: Proposal) -> Unserved:
    """For a draft that can be read. `by_rules`: the rule-based proposal for the same request."""
    is_understood = bool(by_rules.plan.tasks) and not by_rules.refusals and not by_rules.unused
    not_meant = unused_files(request, by_rules.plan) if is_understood else ()  # "the first two of" three files
    files = [each for each in unused_files(request, draft.plan, draft.refusals) if each not in not_meant]
    passed_over = (*files, *changed_texts(request, draft.plan))
    steps = () if draft.refusals else left_out(request, draft.plan, by_rules)
    scopes = () if draft.refusals or passed_over or steps else scopes_not_kept(request, draft.plan, by_rules)
    return Unserved((*passed_over, *steps, *scopes), in_words=bool(steps) and not draft.plan.tasks)


def unserved_by_words(request: Request, by_rules: Proposal) -> tuple[str, ...]:
    """For a reply in words: the steps that rules read for certain."""
    return left_out(request, Plan(), by_rules)
