"""Heeding: whether all that a task is given reaches the model, for those who ask servers that drop what they don't know."""

from collections.abc import Callable, Collection, Iterable

from ...graph.call import Call
from ...graph.errors import ExpertError
from ...graph.task import Task, resources_in
from ...graph.vocabulary import VOCABULARY

Accepts = Callable[[Task, str], str | None]
"""Why the model of that id is not for this task; None when it may be. The same as of local models."""

HARMLESS = frozenset({"voice", "rate", "seed"})
"""Without them the same words are said, and a picture is still one of many that fit the prompt."""


def unheeded(task_type: str, given: Iterable[str], heeds: Collection[str]) -> str | None:
    """Why inputs and parameters of the names `given` can't be had from a function that uses the required and `heeds`."""
    used = {port.name for port in VOCABULARY[task_type].inputs if port.required} | set(heeds) | HARMLESS
    ignored = next((name for name in given if name not in used), None)
    return f"does not heed {ignored}" if ignored else None


def given_in(task: Task) -> list[str]:
    """Names of the inputs and parameters that a task says something for."""
    return [name for name, value in (task.inputs | task.parameters).items() if value not in ("", ())]


def check(call: Call, heeds: Collection[str]) -> None:
    """Raise `ExpertError` for a call that would lose something: what a reference gave is known by now."""
    arrived = [name for name, materials in call.inputs.items() if materials]
    reason = unheeded(call.task.type, [*arrived, *given_in(call.task)], heeds)
    if reason:
        raise ExpertError(f"{call.expert.model_id} can't do task {call.task.label}: {reason}", kind="wrong_task")


def pictures_only(task: Task, _model_id: str) -> str | None:
    """For what is shown pictures of pages, and can't open a document."""
    given = [resource for value in task.inputs.values() for resource in resources_in(value)]
    unseen = next((r for r in given if r.kind == "document" and not r.media_type.startswith("image/")), None)
    return f"it is shown pictures of pages, and {unseen.label} is none" if unseen else None
