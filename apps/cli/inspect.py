"""Does the work of `runs`, `show`, `history`, `resources`: reads runs, tasks, checkpoints and files from the home."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from ...graph.advice import listed
from ...graph.errors import UnknownRun
from ...graph.resource import Resource
from ...graph.result import Result, Run
from ...graph.task import Task
from ...graph.usage import LlmCall
from ...tools.redaction.configured_secrets import redactor_of
from .arguments import settings_of_home
from .console import err, local_time, out, plain, print_json, report_errors, run_async, table, warn
from .plan import format_inputs, repair_lines
from .printable import clean
from .task_tree import MARKS, tree_of
from .usage_text import format_usage
from .work_text import number_at_work, work_text

if TYPE_CHECKING:  # rows are read without LangGraph, which takes a second to import
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage


def list_runs(limit: int, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt runs`."""
    runs: list[Run] = read_home(home, lambda _, history: history.runs(limit=limit))
    if as_json:
        print_json([run.model_dump(mode="json", exclude={"results", "plan"}) for run in runs])
        return
    shown = table("run", "conversation", "status", "done", "started", "seconds", "request")
    for run in runs:
        done = sum(result.status == "succeeded" for result in run.results)
        progress = ", ".join(filter(None, (f"{done}/{len(run.plan.tasks)}", number_at_work(run))))
        shown.add_row(
            run.run_id, plain(run.thread_id, 20), run.status, progress, local_time(run.started_at),
            f"{run.duration:.1f}", plain(run.request.text, 60),
        )  # fmt: skip
    _print(shown if runs else f"nothing was run {_here(home)}")


def show_run(name: str | None, *, home: Path | None, as_json: bool, at: str | None = None) -> None:
    """`hugginggpt show`; `at`: as that checkpoint has the run."""

    async def read(
        storage: "Storage", history: "History"
    ) -> tuple[Run, list[Result], Mapping[str, str], list[str], Sequence[LlmCall]]:
        run = await read_run_at(name, home, at, history)
        members = await history.members(run.epoch)
        made = [resource for result in members for resource in result.resources]
        kept = [resource for resource in (*run.resources, *made) if resource.sha256]
        paths = {r.sha256: str(storage.store.path(r)) for r in kept if r.sha256}
        needed = [paths[r.sha256] for r in kept if r.sha256 and r.text is None]  # a short text is in its row
        return run, members, paths, needed, await storage.ledger.llm_calls.of_run(run.run_id)

    run, members, paths, needed, calls = read_home(home, read)
    missing = _warn_of_missing(needed)
    if as_json:
        more = {"members": members, "llm_calls": calls}
        dumped = {key: [row.model_dump(mode="json") for row in rows] for key, rows in more.items()}
        print_json(run.model_dump(mode="json") | dumped | {"missing_files": missing})
        return
    paths = {sha256: f"{path} (missing)" if path in missing else path for sha256, path in paths.items()}
    took = f" in {run.duration:.1f} s" if run.duration else ""
    head = (
        f"[bold]{run.run_id}[/]  {run.status}{took}  {local_time(run.started_at)}  conversation {plain(run.thread_id)}"
    )
    lines = [f"forked from run {plain(run.parent)}"] if run.parent else []
    lines = [*lines, head, f"request: {plain(run.request.text, 500)}"]
    lines += [
        f"file: {plain(file.label)} {file.media_type} {paths[file.sha256]}" for file in run.request.files if file.sha256
    ]
    lines += [f"planned by: {plain(run.controller)}"]
    lines += [plain(line) for line in repair_lines(run.repairs)] + [plain(r) for r in run.refusals]
    lines += format_usage(calls)
    out().print("\n".join(lines), soft_wrap=True)
    out().print(_graph_of(run, members, paths))
    if run.answer:
        out().print(Text("\n" + clean(run.answer)), soft_wrap=True)


async def read_run_at(name: str | None, home: Path | None, at: str | None, history: "History") -> Run:
    """The run of that name, as its rows, its checkpoints, or a certain one of these have it."""
    if at is None:
        try:
            return await history.run(name)
        except UnknownRun:
            pass
    from ...graph.world import open_world
    from ..known_run import known_run
    from ..run_at import run_at

    async with open_world(settings_of_home(home), reading=True) as world:
        run = await known_run(world, name)
        return await run_at(world, run, at) if at else run


def _graph_of(run: Run, members: list[Result], paths: Mapping[str, str]) -> Tree:
    results = {result.task_id: result for result in run.results}

    def row(task: Task) -> RenderableType:
        of_task = [member for member in members if member.task_id == task.id]
        doing = "" if task.id in results else work_text(run, task.id)
        return _format_task(task, results.get(task.id), of_task, paths, doing)

    return tree_of(run.plan, row)


def _format_task(
    task: Task, result: Result | None, members: list[Result], paths: Mapping[str, str], doing: str
) -> RenderableType:
    """`doing`: what it does now, where a process works on it."""
    mark, style = MARKS[result.status if result else "pending"]
    also = f" [dim]also after {', '.join(map(str, task.depends_on[:-1]))}[/]" if len(task.depends_on) > 1 else ""
    state = result.status if result else plain(doing or "not done")
    lines = [f"[{style}]{mark}[/] [bold]{task.id} {task.type}[/] {state}{also}"]
    lines.append(f"[dim]in:[/] {format_inputs(task)}")
    if task.parameters:
        lines.append(f"[dim]parameters:[/] {plain(', '.join(f'{k}={v}' for k, v in task.parameters.items()))}")
    if result and (chosen := result.assignment):
        weak = " (covers a part of the task type only)" if chosen.expert.partial else ""
        lines.append(f"[dim]expert:[/] [cyan]{plain(chosen.expert.model_id)}[/]{weak}: {plain(chosen.reason)}")
        attempts = f", {result.attempts} attempts" if result.attempts > 1 else ""
        lines.append(f"[dim]took:[/] {result.duration:.2f} s{attempts}, from {local_time(result.started_at)}")
    if result and result.error:
        lines.append(f"[{style}]{plain(result.error)}[/]")
    for note in result.notes if result else ():
        lines.append(f"[dim]note:[/] {plain(note)}")
    for member in members:
        named = f" {plain(member.name)}" if member.name else ""
        lines.append(f"[dim]{member.key}{named}:[/] {member.status} {plain(member.error or '')}")
    for output in result.resources if result else ():
        lines.append(f"[dim]out:[/] {format_resource(output, paths)}")
    return Group(*lines)


def format_resource(resource: Resource, paths: Mapping[str, str]) -> str:
    if resource.kind in {"text", "labels", "boxes", "table"} and resource.text is not None:
        return f"{resource.kind} {plain(resource.text, 160)}"
    return f"{resource.kind} {resource.media_type} {resource.size} bytes {plain(paths.get(resource.sha256 or '', ''))}"


def list_checkpoints(name: str | None, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt history`."""

    async def read() -> tuple[Run, list[Any]]:
        from ...graph.world import open_world
        from ..session import Session

        async with open_world(settings_of_home(home), reading=True) as world:  # reading needs no chat model
            session = Session(world)
            run = await session.run(name)
            return run, [snapshot async for snapshot in session.checkpoints(run)]

    run, snapshots = run_async(read())
    rows = [
        {
            "checkpoint_id": snapshot.config["configurable"]["checkpoint_id"],
            "step": (snapshot.metadata or {}).get("step"),
            "created_at": snapshot.created_at,
            "next": sorted(set(snapshot.next)),
            "pending": len(snapshot.next),
            "done": len(snapshot.values.get("results") or {}),
        }
        for snapshot in snapshots
    ]
    if as_json:
        print_json({"run_id": run.run_id, "thread_id": run.thread_id, "checkpoints": rows})
        return
    shown = table("checkpoint", "step", "created", "results", "next")
    for row in rows:
        pending = f" ×{row['pending']}" if row["pending"] > 1 else ""
        coming = (", ".join(row["next"]) or "(end)") + pending
        shown.add_row(row["checkpoint_id"], str(row["step"]), str(row["created_at"])[:19], str(row["done"]), coming)
    _print(shown if rows else f"run {run.run_id} has no checkpoints")


def list_resources(thread: str | None, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt resources`: the paper's resource history."""

    async def read(storage: "Storage", history: "History") -> list[dict[str, Any]]:
        rows = await history.resources(thread_id=thread)
        if thread and not rows and await history.newest(thread) is None:
            raise UnknownRun(f"there is no conversation {thread}", hint=listed(storage.ledger.database.file.parent))
        kept = [{name: row[name] for name in ("kind", "media_type", "sha256")} for row in rows]
        return [row | {"path": str(storage.store.path(Resource(**each)))} for row, each in zip(rows, kept, strict=True)]

    rows = read_home(home, read)
    missing = _warn_of_missing(row["path"] for row in rows if row["text"] is None)
    rows = [row | {"missing": row["path"] in missing} for row in rows]
    if as_json:
        print_json(rows)
        return
    shown = table("run", "made by", "kind", "size", "what")
    for row in rows:
        maker = f"{row['key']} {row['task_type']} {row['model_id'] or ''}" if row["key"] else "given"
        text = row["text"] if row["kind"] in {"text", "labels", "boxes", "table"} and not row["name"] else None
        shown.add_row(
            row["run_id"], plain(maker), row["media_type"], str(row["size"]),
            plain(text, 80) if text else plain(f"{row['name'] or ''} {row['path']}{' (missing)' * row['missing']}".strip()),
        )  # fmt: skip
    _print(shown if rows else f"nothing was given or made {_here(home)}")


def _warn_of_missing(paths: Iterable[str]) -> list[str]:
    """The stored files that are no longer there; a warning names them first."""
    missing = [path for path in dict.fromkeys(paths) if not Path(path).is_file()]
    if missing:
        what = f"{len(missing)} files that are listed are" if len(missing) > 1 else "a file that is listed is"
        more = f" and {len(missing) - 3} more" * (len(missing) > 3)
        warn(f"{what} missing: deleted, or not copied with the home: {plain(', '.join(missing[:3]))}{more}")
    return missing


def _here(home: Path | None) -> str:
    used = settings_of_home(home).home
    if not used.is_dir():
        return f"yet: there is no home at {plain(str(used))}"
    from ...checkpoints.stored_files import rows_missing

    missing = rows_missing(used)
    return f"here yet, but {plain(missing)}" if missing else "here yet"


def read_home(home: Path | None, work: "Callable[[Storage, History], Awaitable[Any]]") -> Any:
    async def read() -> Any:
        from ...checkpoints.history import History
        from ...checkpoints.open import open_storage

        settings = settings_of_home(home)
        async with open_storage(settings.home, redactor_of(settings), reading=True) as storage:
            return await work(storage, History(storage.ledger))

    with report_errors():
        return asyncio.run(read())


def _print(what: RenderableType) -> None:
    (err() if isinstance(what, str) else out()).print(what, soft_wrap=isinstance(what, str))
