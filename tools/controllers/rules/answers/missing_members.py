"""`missing_members`: a sentence for each member of a list that failed, and one for each result made without some."""

from collections.abc import Iterator

from .....graph.member import Member, place_of
from .....graph.result import Result
from .....graph.task import Task
from ....wording.phrases import Phrases
from ....wording.reasons import reason_in
from .outcomes import Outcomes
from .printable import clean


def missing_members(outcomes: Outcomes) -> Iterator[str]:
    """Members of lists that were done in part. What needed a member that failed shares its sentence."""
    words = outcomes.phrases
    failed: dict[str, tuple[Member, list[Task]]] = {}
    for task, result in outcomes.results:
        for member in result.missing if result.ok else ():
            if result.owns(member):
                failed.setdefault(member.root, (member, []))[1].append(task)
    for member, tasks in failed.values():
        what = words.say("comma").join(dict.fromkeys(map(outcomes.named, tasks)))
        named = words.say("heading", what=what, which=label(member, words))
        yield outcomes.not_done([named], reason_in(clean(member.error or ""), words) or words.say("no_reason"))
    for task, result in outcomes.results:
        yield from (f"[{task.id}] {reason_in(clean(gap), words)}" for gap in dict.fromkeys(_unread(result)))
        without = _without(result) if result.ok else {}
        if without and not any(without.keys() <= _without(source).keys() for source in _sources(task, outcomes)):
            names = words.say("comma").join(label(member, words) for member in without.values())
            yield words.say("without", what=outcomes.named(task), id=task.id, n=len(without), names=names)


def label(member: Member, words: Phrases) -> str:
    """The name of a member, else its number."""
    place = place_of(member.root)
    return clean(member.name) or (words.say("member", n=".".join(str(n + 1) for n in place)) if place else member.root)


def _without(result: Result) -> dict[str, Member]:
    """The members of earlier lists that a result was made without, by key."""
    return {m.root: m for m in result.missing if not result.owns(m) and m.root != result.key}


def _unread(result: Result) -> list[str]:
    """What of its own input could not be read; of a list, what of its members'."""
    own = [m for m in result.missing if m.root == result.key] if result.ok else []
    return [member.error or "" for member in own]


def _sources(task: Task, outcomes: Outcomes) -> Iterator[Result]:
    return (result for other, result in outcomes.results if other.id in task.depends_on and result.ok)
