"""`eval requests`: a file of requests, each done from end to end as a run of its own, which `show` opens."""

import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import typer

from ...graph.errors import NoUsablePlan, UsageError
from ...graph.events import Event, RunFinished
from ...graph.result import Run
from ..cli.console import err, exit_when_interrupted, out, plain, print_json, run_async, table
from ..session import Session
from .kept import Kept, default_file, key_of
from .planning import Wanted
from .progress import each
from .requests import Asked, is_accepted, read_requests, shape_of


def run_requests(file: Path, wanted: Wanted) -> None:
    """Print what became of each; exit code 3 unless all succeeded, with an accepted plan where the file tells one."""
    report = run_async(_run_all(file, wanted))
    if wanted.json:
        print_json(report)
    else:
        _print(report)
    good = sum(row["status"] == "succeeded" and row["accepted"] is not False for row in report["requests"])
    if report["left"] or good < len(report["requests"]):
        raise typer.Exit(3)


async def _run_all(file: Path, wanted: Wanted) -> dict[str, Any]:
    from ... import __version__
    from ...graph.world import open_world

    settings = wanted.settings()
    asked = read_requests(file)[: wanted.limit]
    with exit_when_interrupted(lambda: "interrupted; the same command goes on"):
        async with open_world(settings) as world:
            name = world.controller.name
            kept = Kept(wanted.out or default_file(settings.home, "requests", name), fresh=wanted.fresh)
            keys = [key_of(name, __version__, "run", one.id, one.request, *one.files) for one in asked]
            todo = [pair for pair in zip(keys, asked, strict=True) if "status" not in (kept.get(pair[0]) or {})]

            async def do(pair: tuple[str, Asked]) -> None:
                await _do(*pair, kept, Session(world), file.parent)

            try:
                left = await each(todo, do, jobs=wanted.jobs, total=len(asked))
            finally:
                kept.close()
    rows = [row for key in keys if (row := kept.get(key)) and "status" in row]
    return {"controller": name, "version": __version__, "left": left, "requests": rows, "kept": str(kept.file)}


async def _do(key: str, one: Asked, kept: Kept, session: Session, folder: Path) -> None:
    """Run one request, or go on with its run that was interrupted."""
    begun = kept.get(key)
    thread = begun["thread_id"] if begun else f"eval-{uuid4().hex[:10]}"
    row: dict[str, Any] = {"id": one.id, "request": one.request, "thread_id": thread}
    if not begun:
        kept.add(key, row)  # its name first: killed after it, the run is found again
    started = time.monotonic()
    try:
        done = await _last(_events(session, one, thread, folder))
    except (UsageError, NoUsablePlan) as error:  # a file that is not there, say
        nothing = {"plan": "", "accepted": False if one.accept else None, "calls": 0, "tokens": 0, "seconds": 0.0}
        kept.add(key, row | nothing | {"run_id": "", "status": "failed", "error": error.message})
        return
    run = await session.history.run(done.run_id)
    kept.add(key, row | _row(run, one) | {"seconds": round(run.duration or time.monotonic() - started, 3)})


async def _events(session: Session, one: Asked, thread: str, folder: Path) -> AsyncIterator[Event]:
    """Of a new run in that conversation, or of the run that is there."""
    for run in await session.history.runs(thread_id=thread, limit=1):
        if run.unfinished:
            async for event in session.resume(run):
                yield event
        else:
            yield await session.closing(run.run_id)
        return
    files = [str(beside) if (beside := folder / name).exists() else name for name in one.files]
    async for event in session.start(one.request, thread_id=thread, files=files):
        yield event


async def _last(events: AsyncIterator[Event]) -> RunFinished:
    async with aclosing(cast(AsyncGenerator[Event, None], events)) as feed:
        *_, last = [event async for event in feed]
    return cast(RunFinished, last)  # every run ends so, or raises


def _row(run: Run, one: Asked) -> dict[str, Any]:
    failed = next((result.error for result in run.results if result.status == "failed"), None)
    return {
        "run_id": run.run_id,
        "status": run.status,
        "plan": shape_of(run.plan),
        "accepted": is_accepted(run.plan, one.accept) if one.accept else None,
        "calls": run.usage.llm_calls,
        "tokens": run.usage.tokens,
        "error": failed or next(iter(run.refusals), None),
        "answer": run.answer,
    }


def _print(report: Mapping[str, Any]) -> None:
    shown = table("id", "plan", "right", "status", "seconds", "calls", "run", "why")
    rows: Sequence[Mapping[str, Any]] = report["requests"]
    for row in rows:
        right = {True: "yes", False: "no", None: ""}[row["accepted"]]
        why = plain(row.get("error") or "", 80)
        shown.add_row(
            plain(row["id"]),
            row["plan"],
            right,
            row["status"],
            f"{row['seconds']:.1f}",
            str(row["calls"]),
            row["run_id"],
            why,
        )
    console = out()
    console.print(shown)
    judged = [row["accepted"] for row in rows if row["accepted"] is not None]
    statuses = ", ".join(f"{status} {number}" for status, number in Counter(row["status"] for row in rows).items())
    right = f"; plans right {sum(judged)} of {len(judged)}" if judged else ""
    seconds, tokens = sum(row["seconds"] for row in rows), sum(row["tokens"] for row in rows)
    calls = sum(row["calls"] for row in rows)
    console.print(
        f"\n{report['controller']}: {statuses}{right}; {seconds:.1f} s, {calls} calls, {tokens} tokens", soft_wrap=True
    )
    console.print(f"kept in {report['kept']}; --fresh runs them again", style="dim", soft_wrap=True)
    if report["left"]:
        told = f"{report['left']} are left: the controller was out of reach. The same command goes on."
        err().print(told, style="yellow", soft_wrap=True)
