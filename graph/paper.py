"""`read_tasks`, `write_task`: the JSON of the paper (section 3.1) and of JARVIS: `{"task", "id", "dep", "args"}`.

`<resource>-1` and `<GENERATED>-1` refer to the output of task 1, also inside a sentence and in comma lists; `dep: [-1]`
means no dependency. A `dep` without a reference becomes `after`. No other module knows this format.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from .errors import InvalidPlan
from .references import MAX_DIGITS, format_parts, format_reference, only_references, parse_references
from .resource import Kind, Resource
from .task import Ref, Single, Task, Template, Value, resources_in
from .task_type import Input, TaskType
from .untrusted_json import InvalidJson, checked_json, read_untrusted_json
from .vocabulary import VOCABULARY

MAX_TASKS = 1000
"""A chat model writes a few dozen; a list of a thousand files is mapped in one task. Each costs 6 KB of database."""
MAX_WAITS = 10_000
"""Dependencies of all tasks together."""
LONGEST_PLAN = 1_000_000
"""Characters of a plan as text."""
LONGEST_TYPE = 100
"""Characters of a task type: the search for similar names, for the hint, is slow for long ones."""

KEYS = ("task", "id", "dep", "args", "parameters", "goal")
"""Of a task; the last two are not in the paper."""

_MEDIA: dict[str, tuple[Kind, str]] = {
    "image": ("image", "image/*"),
    "audio": ("audio", "audio/*"),
    "video": ("video", "video/*"),
    "table": ("table", "text/csv"),
    "document": ("document", "application/pdf"),
}


def read_tasks(tasks: str | Iterable[Mapping[str, Any]], resources: Iterable[Resource] | None = None) -> Iterator[Task]:
    """The tasks of a plan in the paper's JSON, unchecked; raises `InvalidPlan` for any other form."""
    if isinstance(tasks, str):
        try:
            tasks = read_untrusted_json(tasks, longest=LONGEST_PLAN)
        except InvalidJson as error:
            raise InvalidPlan([f"not JSON that can be read: {error}"]) from None
    if not isinstance(tasks, list | tuple) or not all(isinstance(entry, Mapping) for entry in tasks):
        raise InvalidPlan(["a plan is a JSON list of objects"])
    if len(tasks) > MAX_TASKS:
        raise InvalidPlan([f"{len(tasks)} tasks are more than the {MAX_TASKS} that a plan may have"])
    waits = sum(len(entry["dep"]) for entry in tasks if isinstance(entry.get("dep"), list | tuple))
    if waits > MAX_WAITS:
        raise InvalidPlan([f"its tasks wait {waits} times for others, more often than the {MAX_WAITS} that a plan may"])
    try:
        entries = checked_json(tasks)
    except InvalidJson as error:
        raise InvalidPlan([f"the plan can't be read: {error}"]) from None
    given = tuple(resources or ())
    known = {name: resource for resource in given if resource.name for name in (resource.label, resource.name)}
    hashes = None if resources is None else {resource.sha256 for resource in given}
    for position, entry in enumerate(entries):
        task = _read_task(entry, position, known)
        for named in (resource for value in task.inputs.values() for resource in resources_in(value)):
            if hashes is not None and not named.missing and named.sha256 not in hashes:
                raise InvalidPlan([f"task {task.label} names data that this request does not have ({named.sha256})"])
        yield task


def _read_task(entry: Mapping[str, Any], position: int, known: Mapping[str, Resource]) -> Task:
    task_id, name, args = entry.get("id", position), entry.get("task"), entry.get("args") or {}
    if not isinstance(name, str) or len(name) > LONGEST_TYPE:
        raise InvalidPlan([f"entry {position} has no task type under 'task'"])
    if unknown := [str(key) for key in entry if key not in KEYS]:
        near = get_close_matches(unknown[0], KEYS, 1)
        meant = f"did you mean {near[0]}?" if near else f"its keys are {', '.join(KEYS)}"
        chosen = "; `models` of the options chooses a model" if unknown[0] == "model" else ""
        raise InvalidPlan([f"entry {position} ({name}) has an unknown key {unknown[0][:40]!r}; {meant}{chosen}"])
    if not isinstance(args, Mapping):
        raise InvalidPlan([f"entry {position} ({name}): 'args' must be an object"])
    if not isinstance(entry.get("parameters") or {}, Mapping):
        raise InvalidPlan([f"entry {position} ({name}): 'parameters' must be an object"])
    row = VOCABULARY.get(name)
    inputs: dict[str, Value] = {}
    parameters = dict(entry.get("parameters") or {})
    for key, raw in args.items():
        port = _free_input(row, key, inputs) if row else None
        if row and port is None and row.parameter(key):
            parameters[key] = raw
        else:
            inputs[port.name if port else key] = _read_value(raw, port, known)
    deps = entry.get("dep") or []
    task = Task(
        id=_integer(task_id, f"entry {position}: id"),
        type=name,
        inputs=inputs,
        parameters={key: tuple(value) if isinstance(value, list) else value for key, value in parameters.items()},
        goal=str(entry.get("goal", "")),
    )
    wanted = {_integer(dep, f"task {task.label}: dep") for dep in (deps if isinstance(deps, list) else [deps])} - {-1}
    return task.model_copy(update={"after": tuple(sorted(wanted - {ref.task_id for ref in task.refs}))})


def _free_input(row: TaskType, key: str, taken: Mapping[str, Value]) -> Input | None:
    """The input meant by `key`: by its own name, or by its name in the paper while that is free."""
    named = next((port for port in row.inputs if port.name == key), None)
    return named or next((port for port in row.inputs if port.alias == key and port.name not in taken), None)


def _integer(raw: Any, what: str) -> int:
    text = raw.strip() if isinstance(raw, str) else str(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | str) or not re.fullmatch(rf"-?\d{{1,{MAX_DIGITS}}}", text):
        shown = repr(raw) if len(text) <= 40 else f"one of {len(text)} characters"
        raise InvalidPlan([f"{what} must be a whole number, not {shown}; ids have at most {MAX_DIGITS} digits"])
    return int(text)


def _read_value(raw: Any, port: Input | None, known: Mapping[str, Resource]) -> Value:
    if isinstance(raw, list | tuple):
        return tuple(single for member in raw for single in _read_singles(member, port, known))
    singles = tuple(_read_singles(raw, port, known))
    return singles[0] if len(singles) == 1 else singles


def _read_singles(raw: Any, port: Input | None, known: Mapping[str, Resource]) -> Iterator[Single]:
    if isinstance(raw, Mapping):
        yield Resource.model_validate(dict(raw))
        return
    text = raw if isinstance(raw, str) else json.dumps(raw)
    parts = parse_references(text)
    refs = [part for part in parts if isinstance(part, Ref)]
    if refs and only_references(parts):
        yield from refs
    elif text in known:
        yield known[text]
    elif refs:
        yield Template(parts=parts)
    elif port is not None and not port.takes("text"):
        kind, media_type = _MEDIA.get(port.kinds[0], (port.kinds[0], "application/octet-stream"))
        for name in re.split(r"\s*,\s*(?=\S)", text) if re.search(r"\.\w{2,5}\s*,", text) else [text]:
            yield known.get(name) or Resource(kind=kind, media_type=media_type, name=name)
    else:
        yield text


def write_task(task: Task) -> dict[str, Any]:
    """One task as the paper writes it; `parameters`, `goal` are added where there are any."""
    row = VOCABULARY[task.type]
    args: dict[str, Any] = {}
    for name, value in task.inputs.items():
        port = row.input(name)
        key = port.alias if port and port.alias and port.alias not in args else name
        args[key] = [_write(member) for member in value] if isinstance(value, tuple) else _write(value)
    entry: dict[str, Any] = {"task": task.type, "id": task.id, "dep": list(task.depends_on) or [-1], "args": args}
    if task.parameters:
        entry["parameters"] = {k: list(v) if isinstance(v, tuple) else v for k, v in task.parameters.items()}
    if task.goal:
        entry["goal"] = task.goal
    return entry


def _write(value: Single) -> Any:
    match value:
        case Ref():
            return format_reference(value.task_id)
        case Template():
            return format_parts(value.parts)
        case Resource():
            return value.name or value.text or value.model_dump(mode="json", exclude_none=True)
    return value
