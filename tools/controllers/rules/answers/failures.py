"""`failures`: a sentence for each thing that was asked for and not done: why, and what can be done instead."""

from collections.abc import Iterator

from .....graph.result import Result
from .....graph.task import Task
from ....wording.phrases import Phrases
from ....wording.reasons import reason_in
from .missing_members import label, missing_members
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
            yield from dict.fromkeys(f"  {line}" for task in roots for line in _instead(task, outcomes, origins))
    yield from missing_members(outcomes)


def _reason(result: Result, words: Phrases) -> str:
    """Why it failed; of a list in which all members failed, each reason with all members that have it."""
    if not result.mapped:
        return reason_in(clean(result.error or ""), words) or words.say("no_reason")
    by_reason: dict[str, list[str]] = {}
    for member in result.missing:
        by_reason.setdefault(reason_in(clean(member.error or ""), words), []).append(label(member, words))
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


def _instead(task: Task, outcomes: Outcomes, origins: Origins) -> Iterator[str]:
    offer, files = outcomes.phrases.named("instead", task.type), origins.files(task)
    if offer and files:
        yield offer.format(file=files[0])
