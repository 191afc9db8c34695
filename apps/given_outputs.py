"""`edited_results`: the results with which a fork begins: outputs that are given by hand, checked against their kinds."""

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any, Final

from ..graph import advice
from ..graph.call import Artifact, Material
from ..graph.errors import InvalidInput, InvalidPlan, UsageError
from ..graph.media_types import is_text
from ..graph.member import Member
from ..graph.plan import Plan
from ..graph.resource import Kind, Resource
from ..graph.result import Result, Run
from ..graph.task import Task
from ..graph.task_type import Output
from ..graph.vocabulary import VOCABULARY
from ..graph.world import World
from ..nodes.edited_results import edited_result
from .changes import Changes, read_name

_MEDIA_TYPES: Final[Mapping[Kind, str]] = {
    "text": "text/plain", "table": "text/csv", "labels": "application/json", "boxes": "application/json",
    "embedding": "application/json",
}  # fmt: skip
"""Kinds whose content is text, and its type where nothing was recorded."""


async def edited_results(changes: Changes, plan: Plan, base: Run, world: World) -> list[Result]:
    """The results of `base` with the given outputs; those that were edited before stay so, unless they are done again.

    Raises `UsageError` for an output of another kind, or that does not exist; nothing but the content is stored then.
    """
    rows = {row.task_id: row for row in base.results}
    given = dict[int, list[tuple[str, str, Any]]]()
    for name, value in changes.outputs.items():
        task_id, member, output = read_name(name)
        given.setdefault(task_id, []).append((member, output, value))
    made = []
    for task in plan.tasks:
        row = rows.get(task.id)
        if task.id in given:
            made.append(await _edited(task, row if row and row.task_type == task.type else None, given[task.id], world))
        elif row and row.edited and task.id not in changes.redo and base.plan.by_id.get(task.id) == task:
            made.append(row)
    return made


async def _edited(task: Task, row: Result | None, given: Sequence[tuple[str, str, Any]], world: World) -> Result:
    if row and not row.ok:
        row = None
    outputs = dict(row.outputs) if row else {}
    members, known = list(row.members if row else ()), set[str | None]()
    seen = set[tuple[str, str]]()
    for key, name, value in given:
        output = _output(task, name, value)
        if (key, output.name) in seen:
            raise UsageError(f"{key or task.id}.{output.name} is given twice", hint="leave one of them out")
        seen.add((key, output.name))
        had = outputs.get(output.name, ())
        resource = await _resource(task, output, value, had, world)
        known.add(resource.sha256)
        if key:
            outputs[output.name] = _placed(task, key, resource, had, members)
            members = [Member(key=m.key, name=m.name) if m.key == key else m for m in members]
        elif len(had) > 1 or (row and row.mapped):
            raise UsageError(
                f"task {task.label} made {len(had)} of {output.name}, and one is given",
                hint=f"name which, from 0 to {max(len(had) - 1, 0)}: {advice.output(f'{task.id}[0].{output.name}', '...')}",
            )
        else:
            outputs[output.name] = (resource.model_copy(update={"producer": had[0].producer if had else task.key}),)
    if absent := [output.name for output in VOCABULARY[task.type].outputs if output.name not in outputs]:
        raise UsageError(
            f"task {task.label} has no result yet, and makes {', '.join(absent)} too",
            hint=f"give each of them: {advice.output(f'{task.id}.{absent[0]}', '...')}",
        )
    missing = any(member.error for member in members)
    rest = {"status": "partial" if missing else "succeeded", "members": [m.model_dump(mode="json") for m in members]}
    content = (row.model_dump(mode="json") if row else {}) | rest
    content |= {"error": row.error if row and missing else None}
    content["outputs"] = {name: [each.model_dump(mode="json") for each in found] for name, found in outputs.items()}
    problems = list[str]()
    result = await edited_result(content, task, row, known, world.store, problems)
    if result is None or problems:
        raise InvalidPlan(problems)
    return result


def _output(task: Task, name: str, value: Any) -> Output:
    """The output of that name; without one the only one, or the only one that takes such a value."""
    outputs = VOCABULARY[task.type].outputs
    if not name and len(outputs) > 1:
        outputs = tuple(each for each in outputs if (each.kind in _MEDIA_TYPES) == isinstance(value, str))
    found = [each for each in outputs if each.name == name or not name]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{each.name} ({each.kind})" for each in VOCABULARY[task.type].outputs)
    raise UsageError(
        f"task {task.label} makes no {name!r}" if name else f"task {task.label} makes several outputs",
        hint=f"it makes {there}: {advice.output(f'{task.id}.{VOCABULARY[task.type].outputs[0].name}', '...')}",
    )


def _placed(
    task: Task, key: str, new: Resource, had: Sequence[Resource], members: Sequence[Member]
) -> tuple[Resource, ...]:
    """The output with one of its resources replaced: a member's by its key, else the one at that place."""
    own = [member.key for member in members if member.key.startswith(f"{task.key}[")]
    if key in own:
        by_key = {each.producer: each for each in had} | {key: new.model_copy(update={"producer": key})}
        return tuple(by_key[each] for each in own if each in by_key)
    places = {f"{task.key}[{number}]": number for number in range(len(had))} if not own and len(had) > 1 else {}
    if key not in places:
        there = own or list(places)
        raise UsageError(
            f"task {task.label} has no member {key}",
            hint=f"it has {there[0]} to {there[-1]}" if there else "it made one output: leave the [...] out",
        )
    put = new.model_copy(update={"producer": had[places[key]].producer})
    return tuple(put if number == places[key] else each for number, each in enumerate(had))


async def _resource(task: Task, output: Output, value: Any, had: Sequence[Resource], world: World) -> Resource:
    """The new content, in the store. Raises `UsageError` where it is not of the output's kind."""
    if isinstance(value, PathLike):
        found = await world.fetcher.fetch(fspath(value))
        if output.kind not in _MEDIA_TYPES:
            if found.kind != output.kind and not (found.kind == "image" and output.kind == "mask"):
                raise _wrong_kind(task, output, f"{fspath(value)} is {found.kind} ({found.media_type})")
            return found.model_copy(update={"kind": output.kind, "name": None})
        if not is_text(found.media_type):
            raise _wrong_kind(task, output, f"{fspath(value)} is {found.kind} ({found.media_type})")
        try:
            value = world.store.path(found).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{fspath(value)} can't be read as text: {error}") from error
    if not isinstance(value, str):
        raise UsageError(
            f"the output of task {task.label} is given as {type(value).__name__}", hint="give a text, or a Path"
        )
    if output.kind not in _MEDIA_TYPES:
        raise _wrong_kind(task, output, "a text is given", hint=f"give a file: {advice.output(str(task.id), '@FILE')}")
    media_type = had[0].media_type if had else _MEDIA_TYPES[output.kind]
    artifact = Artifact(output=output.name, kind=output.kind, media_type=media_type, text=value)
    resource = await world.store.adopt(artifact, task.key)
    if output.kind in ("labels", "boxes", "table"):
        _check_rows(task, output, resource, value, world)
    return resource


def _check_rows(task: Task, output: Output, resource: Resource, text: str, world: World) -> None:
    from ..tools.media.rows import rows

    inline = resource.model_copy(update={"text": text})
    found = rows(Material(resource=inline, path=world.store.path(resource)))
    if not found and text.strip() not in ("[]", ""):
        form = (
            "CSV with a line of names"
            if output.kind == "table"
            else 'a JSON list, [{"label": "cat", "score": 0.9}, ...]'
        )
        raise _wrong_kind(task, output, "the text that is given has no rows", hint=f"write it as {form}")


def _wrong_kind(task: Task, output: Output, what: str, hint: str = "") -> UsageError:
    return UsageError(
        f"task {task.label} makes {output.kind} as {output.name}, but {what}",
        hint=hint or f"give a file of {output.kind}",
    )
