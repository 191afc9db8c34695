"""A plan that the caller gives with the request: it is checked, its files are read, and no controller makes another."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from ..graph.errors import InvalidPlan
from ..graph.mentions import LONGEST_NAME, kind_of_name, mentions
from ..graph.plan import Plan
from ..graph.resource import Resource
from ..graph.task import Single, resources_in


def read_given_plan(given: Any) -> Plan | None:
    """The plan in an input, as it is dumped or in the paper's JSON; None where it has none. Raises `InvalidPlan`."""
    if given is None or given == {}:
        return None
    if isinstance(given, str | list):  # the paper's JSON
        return _checked(with_names_as_files(Plan.from_hugginggpt(given)))
    try:
        return _checked(Plan.model_validate(given))
    except ValidationError as error:
        raise InvalidPlan(_problems(error)) from None


def _checked(plan: Plan) -> Plan:
    if not plan.tasks:
        raise InvalidPlan(["it has no task"])
    return plan


def with_names_as_files(
    plan: Plan, words: Collection[str] = (), exists: Callable[[str], bool] = lambda _: False
) -> Plan:
    """The plan with each text that is the name of a file, and nothing else, as that file, which is to be read.

    For plans in the paper's JSON, where a file and its name look the same. `words`: texts that are known to be texts.
    `exists`: looks for a name with spaces, which may be a sentence as well.
    """

    def named(_: str, value: Single) -> Single:
        if not isinstance(value, str) or value in words:
            return value
        is_name = [each.name for each in mentions(value)] == [value]
        if not is_name and not (len(value) <= LONGEST_NAME and "\n" not in value and exists(value)):
            return value
        kind, media_type = kind_of_name(value)
        return Resource(kind=kind, media_type=media_type, name=value)

    try:
        return Plan(tasks=tuple(task.with_inputs(named) for task in plan.tasks))
    except ValidationError as error:
        raise InvalidPlan(_problems(error)) from None


def files_named_in(plan: Plan | None) -> list[str | Resource]:
    """The paths and URLs that it names, to be read as files of the request."""
    return list(dict.fromkeys(resource.name for resource in _resources(plan) if resource.missing and resource.name))


def with_files(plan: Plan, files: Sequence[Resource], known: Iterable[Resource]) -> Plan:
    """The plan with the files in place of their names. Raises `InvalidPlan` for one whose content is of another kind.

    `known`: what the conversation has; data that is none of it is refused, a plan must not name a stranger's files.
    """
    by_name = {file.name: file for file in files if file.name}
    hashes = {resource.sha256 for resource in (*files, *known)}
    strange = [
        resource.label for resource in _resources(plan) if not resource.missing and resource.sha256 not in hashes
    ]
    if strange:
        raise InvalidPlan([f"it names data that this request does not have: {', '.join(strange)}"])

    def read(_: str, value: Single) -> Single:
        return by_name.get(value.name or "", value) if isinstance(value, Resource) and value.missing else value

    try:
        return Plan(tasks=tuple(task.with_inputs(read) for task in plan.tasks))
    except ValidationError as error:
        raise InvalidPlan(_problems(error)) from None


def _problems(error: ValidationError) -> Iterable[str]:
    return (": ".join(filter(None, (".".join(map(str, e["loc"])), e["msg"]))) for e in error.errors())


def _resources(plan: Plan | None) -> Iterable[Resource]:
    return [r for task in (plan.tasks if plan else ()) for value in task.inputs.values() for r in resources_in(value)]
