"""`failures`: a sentence for each thing that was asked for and not done: why, and what can be done instead.

And one for each member of a list that failed, and for each result made without some.
"""

from collections.abc import Iterator

from .....graph.member import Member, place_of
from .....graph.result import Result
from .....graph.task import Task
from ....wording.phrases import Phrases
from ....wording.reasons import reason_in
from .origins import Origins
from .outcomes import Outcomes
from .printable import clean


def failures(outcomes: Outcomes, origins: Origins) -> Iterator[str]:
    """Tasks that failed for one reason share a sentence, with those that needed them; each member of a list has its own."""
    words = outcomes.phrases
    errors = {task.id: _reason(result, words) for task, result in outcomes.results if not result.ok}
    errors |= {task.id: words.say("no_result") for task in outcomes.missing}
    by_reason: dict[str, list[Task]] = {}
    for task in sorted(outcomes.run.plan.tasks, key=lambda task: task.id):
        if task.id in errors:
            by_reason.setdefault(errors[_root(task, outcomes, errors)], []).append(task)
    for reason, tasks in by_reason.items():
        yield outcomes.not_done(dict.fromkeys(_named(task, outcomes, origins) for task in tasks), reason)
        if reason.startswith(words.say("no_expert")):
            roots = (task for task in tasks if _root(task, outcomes, errors) == task.id)
            offers = ((words.named("instead", task.type), origins.files(task)) for task in roots)
            yield from dict.fromkeys(f"  {offer.format(file=files[0])}" for offer, files in offers if offer and files)
    yield from _missing_members(outcomes)


def _reason(result: Result, words: Phrases) -> str:
    """Why it failed; of a list in which all members failed, each reason with all members that have it."""
    if not result.mapped:
        return reason_in(clean(result.error or ""), words) or words.say("no_reason")
    by_reason: dict[str, list[str]] = {}
    for member in result.missing:
        by_reason.setdefault(reason_in(clean(member.error or ""), words), []).append(_label(member, words))
    comma, colon = words.say("comma"), words.say("colon")
    return "; ".join(f"{comma.join(names)}{colon}{reason}" for reason, names in by_reason.items())


def _root(task: Task, outcomes: Outcomes, errors: dict[int, str]) -> int:
    """The first failed task on the way to this one."""
    broken = [outcomes.run.plan.by_id[source] for source in task.depends_on if source in errors]
    return _root(broken[0], outcomes, errors) if broken else task.id


def _named(task: Task, outcomes: Outcomes, origins: Origins) -> str:
    """The words of the request that a task serves; its heading too where another task serves them as well."""
    words, named = outcomes.phrases, outcomes.named(task)
    if not task.goal.strip():
        return named
    shared = any(other.goal == task.goal and result.ok for other, result in outcomes.requested())
    which = origins.of(task) if not any(name in task.goal for name in origins.names(task)) else ""
    extra = words.say("comma").join(filter(None, (outcomes.heading(task) if shared else "", which)))
    return words.say("heading", what=named, which=extra) if extra else named


def _missing_members(outcomes: Outcomes) -> Iterator[str]:
    """Members of lists that were done in part. What needed a member that failed shares its sentence."""
    words = outcomes.phrases
    failed: dict[str, tuple[Member, list[Task]]] = {}
    for task, result in outcomes.results:
        for member in result.missing if result.ok else ():
            if result.owns(member):
                failed.setdefault(member.root, (member, []))[1].append(task)
    for member, tasks in failed.values():
        what = words.say("comma").join(dict.fromkeys(map(outcomes.named, tasks)))
        named = words.say("heading", what=what, which=_label(member, words))
        yield outcomes.not_done([named], reason_in(clean(member.error or ""), words) or words.say("no_reason"))
    for task, result in outcomes.results:
        own = [member for member in result.missing if member.root == result.key] if result.ok else []
        gaps = dict.fromkeys(member.error or "" for member in own)  # what of its own input could not be read
        yield from (f"[{task.id}] {reason_in(clean(gap), words)}" for gap in gaps)
        without = _without(result) if result.ok else {}
        sources = (made for other, made in outcomes.results if other.id in task.depends_on and made.ok)
        if without and not any(without.keys() <= _without(source).keys() for source in sources):
            names = words.say("comma").join(_label(member, words) for member in without.values())
            yield words.say("without", what=outcomes.named(task), id=task.id, n=len(without), names=names)


def _label(member: Member, words: Phrases) -> str:
    """The name of a member, else its number."""
    place = place_of(member.root)
    return clean(member.name) or (words.say("member", n=".".join(str(n + 1) for n in place)) if place else member.root)


def _without(result: Result) -> dict[str, Member]:
    """The members of earlier lists that a result was made without, by key."""
    return {m.root: m for m in result.missing if not result.owns(m) and m.root != result.key}
