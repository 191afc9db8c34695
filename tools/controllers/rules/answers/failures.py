"""`failures`: a sentence for each thing that was asked for and not done: why, and what can be done instead."""

from collections.abc import Iterator

from .....graph.expert import NO_EXPERT
from .....graph.task import Task
from ....wording.phrases import shortened
from .origins import Origins
from .outcomes import Outcomes
from .printable import clean


def failures(outcomes: Outcomes, origins: Origins) -> Iterator[str]:
    """Tasks that failed for one reason share a sentence, with those that needed them."""
    words = outcomes.phrases
    errors = {
        task.id: clean(result.error or words.say("no_reason")) for task, result in outcomes.results if not result.ok
    }
    errors |= {task.id: words.say("no_result") for task in outcomes.missing}
    by_reason: dict[str, list[Task]] = {}
    for task in sorted(outcomes.run.plan.tasks, key=lambda task: task.id):
        if task.id in errors:
            by_reason.setdefault(errors[_root(task, outcomes, errors)], []).append(task)
    for reason, tasks in by_reason.items():
        what = dict.fromkeys(_named(task, outcomes, origins) for task in tasks)
        why = reason.replace(f"{NO_EXPERT}: ", words.say("no_expert") + words.say("colon"), 1)
        for english, own in words.tables["reasons"].items():
            why = why.replace(english, own)
        yield words.say("not_done", what=words.say("comma").join(what), why=why)
        if reason.startswith(NO_EXPERT):
            roots = (task for task in tasks if _root(task, outcomes, errors) == task.id)
            yield from dict.fromkeys(f"  {line}" for task in roots for line in _instead(task, outcomes, origins))


def _root(task: Task, outcomes: Outcomes, errors: dict[int, str]) -> int:
    """The first failed task on the way to this one."""
    broken = [outcomes.run.plan.by_id[source] for source in task.depends_on if source in errors]
    return _root(broken[0], outcomes, errors) if broken else task.id


def _named(task: Task, outcomes: Outcomes, origins: Origins) -> str:
    """The words of the request that a task serves; its heading too where another task serves them as well."""
    words = outcomes.phrases
    goal = " ".join(clean(task.goal).split())
    first, _, rest = goal.partition(" ")
    goal = rest if rest and first.lower() in words.strings["joins"].split() else goal
    heading = words.named("headings", task.type) or task.type
    if not goal:
        return heading
    shared = any(other.goal == task.goal and result.ok for other, result in outcomes.requested())
    which = origins.of(task) if not any(name in task.goal for name in origins.names(task)) else ""
    extra = words.say("comma").join(filter(None, (heading if shared else "", which)))
    named = words.say("quoted", words=shortened(goal))
    return words.say("heading", what=named, which=extra) if extra else named


def _instead(task: Task, outcomes: Outcomes, origins: Origins) -> Iterator[str]:
    offer, files = outcomes.phrases.named("instead", task.type), origins.files(task)
    if offer and files:
        yield offer.format(file=files[0])
