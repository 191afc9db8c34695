"""`with_files` replaces file names in a plan by files of the request; `check_file_names` refuses names it lacks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ....graph.errors import InvalidPlan
from ....graph.plan import Plan
from ....graph.resource import Resource
from ....graph.task import resources_in
from .entry import Entry

Files = Mapping[str, Resource]
"""The files of a request, by the names that the prompt lists."""


def with_files(entry: Entry, files: Files) -> Entry:
    """The entry with its file names replaced by the files."""
    if not isinstance(entry.args, dict):
        return entry
    return replace(entry, args={key: _with_file(value, files) for key, value in entry.args.items()})


def check_file_names(plan: Plan, files: Files) -> None:
    """Raises `InvalidPlan` where a plan names files that the request does not have."""
    values = (value for task in plan.tasks for value in task.inputs.values())
    named = {resource.name or "" for value in values for resource in resources_in(value) if resource.missing}
    if unknown := sorted(named - {resource.name for resource in files.values()}):
        raise InvalidPlan(f"there is no file {name!r}; the files are: {', '.join(files) or 'none'}" for name in unknown)


def _with_file(value: Any, files: Files) -> Any:
    if isinstance(value, list):
        return [_with_file(member, files) for member in value]
    if not isinstance(value, str):
        return value
    if found := find_file(value, files):
        return found.model_dump(mode="json")
    several = [find_file(part, files) for part in value.split(",")]
    if len(several) > 1 and all(several):
        return [resource.model_dump(mode="json") for resource in several if resource]
    return value


def find_file(name: str, files: Files) -> Resource | None:
    """The file that a name means, by its short name or its path."""
    by_path = {resource.name: resource for resource in files.values() if resource.name}
    by_any = {key.casefold(): resource for key, resource in (*by_path.items(), *files.items())}
    return by_any.get(name.strip().casefold())
