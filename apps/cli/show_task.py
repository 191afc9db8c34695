"""`show_task`: one task of a run in full: inputs in words, choice and candidates, attempts, parameters, outputs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ...graph.errors import UsageError
from ...graph.resource import Resource
from ...graph.result import Result, Run
from ...graph.task import Ref, Single, Task, Template, singles_in
from ...graph.vocabulary import VOCABULARY
from .console import local_time, out, plain, print_json
from .inspect import read_home, read_run_at
from .preview import preview
from .printable import clean
from .task_tree import MARKS

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage

_SHOWN = 2000
"""Characters of a text."""


def show_task(name: str | None, key: str, *, home: Path | None, as_json: bool, at: str | None = None) -> None:
    """`hugginggpt show --task`: `3`, or `3[1]` for a member of a list."""

    async def read(storage: "Storage", history: "History") -> tuple[Run, Task, Result | None, dict[str, Result], Any]:
        run = await read_run_at(name, home, at, history)
        task_id = key.partition("[")[0]
        task = run.plan.by_id.get(int(task_id)) if task_id.isdecimal() else None
        rows = {row.key: row for row in run.results} | {row.key: row for row in await history.members(run.epoch)}
        if task is None or (key != task.key and key not in rows):
            members = ", ".join(row for row in rows if task and row.startswith(f"{task.key}["))
            there = f"it has {members}" if members else f"there are {', '.join(t.label for t in run.plan.tasks)}"
            raise UsageError(f"run {run.run_id} has no task {key}", hint=there)
        return run, task, rows.get(key), rows, storage.store.path

    run, task, row, rows, path = read_home(home, read)
    details = _details(run, task, row, rows, lambda resource: str(path(resource)) if resource.sha256 else "")
    if as_json:
        print_json(details)
        return
    mark, style = MARKS[row.status if row else "pending"]
    console = out()
    console.print(
        f"[{style}]{mark}[/] [bold]{key} {task.type}[/] {details['status']}, run {run.run_id}", soft_wrap=True
    )
    if task.goal:
        console.print(f"for: {plain(task.goal)}", soft_wrap=True)
    for each in details["inputs"]:
        console.print(f"[dim]in:[/] {plain(each['name'])}: {plain(each['words'], _SHOWN)}", soft_wrap=True)
    if task.parameters:
        console.print(f"[dim]parameters:[/] {plain(', '.join(f'{k}={v}' for k, v in task.parameters.items()))}")
    if row:
        _print_choice(row)
        for label, value in (("error", row.error), *(("note", note) for note in row.notes)):
            if value:
                console.print(f"[dim]{label}:[/] {plain(value)}", soft_wrap=True)
        for output, made in ((output, made) for output, resources in row.outputs.items() for made in resources):
            place = details["paths"].get(made.sha256, "")
            console.print(
                f"[dim]out:[/] {output} {made.kind} {made.media_type} {made.size} bytes {plain(place)}", soft_wrap=True
            )
            if made.text is not None:
                console.print(Text(clean(made.text[:_SHOWN])), soft_wrap=True)
            elif shown := preview(made, Path(place)):
                console.print(shown)


def _print_choice(row: Result) -> None:
    console = out()
    if chosen := row.assignment:
        place = f" at {chosen.expert.backend}" + (f" ({chosen.expert.provider})" if chosen.expert.provider else "")
        revision = f" revision {chosen.expert.revision}" if chosen.expert.revision else ""
        console.print(
            f"[dim]expert:[/] [cyan]{plain(chosen.expert.model_id)}[/] {plain(revision + place)}", soft_wrap=True
        )
        console.print(f"[dim]reason:[/] {plain(chosen.reason)}", soft_wrap=True)
        if len(chosen.candidates) > 1:
            others = ", ".join(model for model in chosen.candidates if model != chosen.expert.model_id)
            console.print(f"[dim]also able:[/] {plain(others)}", soft_wrap=True)
        if chosen.fallbacks:
            console.print(
                f"[dim]would be next:[/] {plain(', '.join(e.model_id for e in chosen.fallbacks))}", soft_wrap=True
            )
    if row.started_at:
        queued = f", {row.queued:.2f} s of them for a slot" if row.queued else ""
        tries = f"{row.attempts} attempt{'s' * (row.attempts != 1)}"
        console.print(f"[dim]took:[/] {row.duration:.2f} s{queued}, {tries}, from {local_time(row.started_at)}")


def _details(run: Run, task: Task, row: Result | None, rows: Mapping[str, Result], path_of: Any) -> dict[str, Any]:
    """All that is known of a task, as JSON."""
    files = {resource.sha256: path_of(resource) for resource in (*run.resources, *(row.resources if row else ()))}
    inputs = [
        {"name": name, "words": _in_words(single, run, rows, path_of), "value": _as_json(single)}
        for name, value in task.inputs.items()
        for single in singles_in(value)
    ]
    return {
        "run_id": run.run_id,
        "key": row.key if row else task.key,
        "task": task.model_dump(mode="json"),
        "status": row.status if row else "not done",
        "description": VOCABULARY[task.type].description,
        "inputs": inputs,
        "result": row.model_dump(mode="json") if row else None,
        "members": [each.model_dump(mode="json") for key, each in rows.items() if key.startswith(f"{task.key}[")],
        "paths": {sha256: path for sha256, path in files.items() if sha256},
    }


def _in_words(value: Single, run: Run, rows: Mapping[str, Result], path_of: Any) -> str:
    """A literal as it is; a file by name and path; what another task made, with its content."""
    match value:
        case str():
            return f"“{value}”"
        case Resource():
            problem = value.problem or ("which is not there" if value.missing else path_of(value))
            return f"the file {value.label}, {problem}" if value.name else f"{value.label} “{value.text or ''}”"
        case Ref():
            return _of_task(value, run, rows, path_of)
        case Template():
            parts = [
                part if isinstance(part, str) else f"[{_of_task(part, run, rows, path_of)}]" for part in value.parts
            ]
            return "the sentence “" + "".join(parts) + "”"


def _of_task(ref: Ref, run: Run, rows: Mapping[str, Result], path_of: Any) -> str:
    source, row = run.plan.by_id[ref.task_id], rows.get(str(ref.task_id))
    made: Sequence[Resource] = row.outputs.get(ref.output, ()) if row else ()
    contents = [each.text if each.text is not None else path_of(each) for each in made]
    what = "; ".join(contents) if contents else "which is not done" if row is None else "which made none"
    return f"{ref.output} of task {source.label}: {what}"


def _as_json(value: Single) -> Any:
    return value if isinstance(value, str) else value.model_dump(mode="json")
