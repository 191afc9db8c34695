"""A plan that the caller gives with the request: it is checked, its files are read, and no controller makes another."""

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..graph.advice import form
from ..graph.errors import InvalidPlan
from ..graph.mentions import LONGEST_NAME, UNKNOWN, kind_of_name, mentions
from ..graph.plan import Plan
from ..graph.resource import Resource
from ..graph.result import Run
from ..graph.task import Single, resources_in

_WRITTEN_AS_PATH = re.compile(r"(?:/|~[\\/]|\.{1,2}[\\/]|[A-Za-z]:[\\/])[^\s/\\]\S*")
"""Absolute, of the home folder, or from the working folder on; `//` and `/ 2` are none."""


def is_path(text: str) -> bool:
    """Whether a text is a path and nothing else, so that it stands for a file. Looks at the disk, but not for a server.

    It is where it has a suffix that files have, is written as `/a`, `~/a`, `./a`, names a file that exists, or one in a
    folder that exists (`notes/todo`); `and/or` and `24/7` are texts. A client would learn from it what a server's working
    folder holds.
    """
    if not text or len(text) > LONGEST_NAME or "\n" in text or "\0" in text:
        return False
    if [each.name for each in mentions(text)] == [text] or _WRITTEN_AS_PATH.fullmatch(text):
        return True
    if form() == "server":
        return False
    path, in_folder = Path(text), "/" in text.strip("/") and not re.search(r"\s", text)
    try:
        return path.is_file() or (in_folder and path.parent.is_dir())
    except OSError:  # too long a name, or no right to look: nothing that could be read
        return False


def read_given_plan(given: Any, attached: Sequence[str | Resource] = ()) -> Plan | None:
    """The plan in an input, as it is dumped or in the paper's JSON; None where it has none. Raises `InvalidPlan`."""
    if given is None or given == {}:
        return None
    if isinstance(given, str | list):  # the paper's JSON
        return with_tasks(with_names_as_files(Plan.from_hugginggpt(given), attached=attached))
    try:
        return with_tasks(Plan.model_validate(given))
    except ValidationError as error:
        raise InvalidPlan(_problems(error)) from None


def with_tasks(plan: Plan) -> Plan:
    """The plan. Raises `InvalidPlan` for one without a task: to run it would count as done."""
    if not plan.tasks:
        raise InvalidPlan(["it has no task"])
    return plan


def with_names_as_files(
    plan: Plan,
    words: Collection[str] = (),
    attached: Iterable[str | Resource] = (),
) -> Plan:
    """The plan with each text that is a path (`is_path`) as that file, which is to be read.

    For plans in the paper's JSON, where a file and its name look the same. `words`: texts that are known to be texts.
    `attached`: files of the request, which a text may name without their folders.
    """
    there = {_bare(name) for name in map(_name_of, attached) if name}

    def named(_: str, value: Single) -> Single:
        if not isinstance(value, str) or value in words:
            return value
        if value not in there and not is_path(value):
            return value
        kind, media_type = kind_of_name(value) if kind_of_name(value) != UNKNOWN else ("text", "text/plain")
        return Resource(kind=kind, media_type=media_type, name=value)

    try:
        return Plan(tasks=tuple(task.with_inputs(named) for task in plan.tasks))
    except ValidationError as error:
        raise InvalidPlan(_problems(error)) from None


def files_named_in(plan: Plan | None, attached: Iterable[str | Resource] = ()) -> list[str]:
    """The paths and URLs that it names and that are not attached, to be read as files of the request."""
    names = dict.fromkeys(resource.name for resource in _resources(plan) if resource.missing and resource.name)
    given = set(map(_name_of, attached))
    return [name for name in names if name not in given]


def _bare(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _name_of(file: str | Resource) -> str | None:
    return file if isinstance(file, str) else file.name


def with_attached(plan: Plan | None, attached: Iterable[str | Resource]) -> Plan | None:
    """The plan with the path of an attached file in place of its bare name, where one file alone has that name."""
    paths = dict[str, set[str]]()
    for name in filter(None, map(_name_of, attached)):
        paths.setdefault(_bare(name), set()).add(name)

    def named(_: str, value: Single) -> Single:
        if not isinstance(value, Resource) or not value.missing or len(found := paths.get(value.name or "", ())) != 1:
            return value
        return value.model_copy(update={"name": next(iter(found))})

    return plan and Plan(tasks=tuple(task.with_inputs(named) for task in plan.tasks))


def unused_files(plan: Plan, files: Iterable[Resource], attached: Iterable[str | Resource]) -> tuple[str, ...]:
    """A sentence for each file that no task takes; names in the request that stand for no file may be those of results."""
    given = set(map(_name_of, attached))
    return tuple(_unused(file) for file in plan.unused(files) if not file.missing or file.name in given)


def refusals_with(plan: Plan, run: Run) -> tuple[str, ...]:
    """The refusals of a run whose plan is replaced by this one: what they say of its files is said anew."""
    files = run.request.files
    about_files = set(map(_unused, files))
    return (*(each for each in run.refusals if each not in about_files), *unused_files(plan, files, ()))


def _unused(file: Resource) -> str:
    return f"Not done: no task of the given plan uses the file {file.label}."


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
