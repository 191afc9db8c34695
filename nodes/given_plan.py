"""A plan that the caller gives with the request: it is checked, its files are read, and no controller makes another."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from ..graph.errors import InvalidPlan
from ..graph.plan import Plan
from ..graph.resource import Resource
from ..graph.task import Single, resources_in


def read_given_plan(given: Any) -> Plan | None:
    """The plan in an input, of which None has none. Raises `InvalidPlan`."""
    if given is None:
        return None
    try:
        plan = Plan.model_validate(given)
    except ValidationError as error:
        raise InvalidPlan(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()) from None
    if not plan.tasks:
        raise InvalidPlan(["it has no task"])
    return plan


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
        raise InvalidPlan(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()) from None


def _resources(plan: Plan | None) -> Iterable[Resource]:
    return [r for task in (plan.tasks if plan else ()) for value in task.inputs.values() for r in resources_in(value)]
