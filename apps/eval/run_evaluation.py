"""Does the work of `eval requests`: runs each request of a file from end to end, as a run of its own for `show`."""

import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import typer

from ...graph.errors import ControllerError, IncompleteAnswer, NoUsablePlan, UsageError
from ...graph.events import Event, RunFinished
from ...graph.result import BY_RULES, Run
from ..cli.console import exit_when_interrupted, out, plain, print_json, run_async, table, warn
from ..session import Session
from .accepted_plans import is_accepted, shape_of
from .batch import process_all
from .options import EvalOptions
from .request_file import EvalRequest, read_requests
from .results_file import ResultsFile, default_path, row_key


def evaluate_runs(file: Path, options: EvalOptions) -> None:
    """Print the outcome of each; exit code 3 unless all succeeded, with an accepted plan where the file names any."""
    report = run_async(_run_all(file, options))
    show = print_json if options.json else _print
    show(report)
    good = sum(row["status"] == "succeeded" and row["accepted"] is not False for row in report["requests"])
    if report["left"] or good < len(report["requests"]):
        raise typer.Exit(3 if report["requests"] else 1)


async def _run_all(file: Path, options: EvalOptions) -> dict[str, Any]:
    from ... import __version__
    from ...graph.world import open_world

    settings = options.settings()
    requests = read_requests(file)[: options.limit]
    with exit_when_interrupted(lambda: "interrupted; the same command continues"):
        async with open_world(settings) as world:
            name = world.controller.name
            results = ResultsFile(options.out or default_path(settings.home, "requests", name), fresh=options.fresh)
            keys = [row_key(name, __version__, "run", r.id, r.request, *r.files) for r in requests]
            todo = [pair for pair in zip(keys, requests, strict=True) if "status" not in (results.get(pair[0]) or {})]

            async def run_one(pair: tuple[str, EvalRequest]) -> None:
                await _run_one(*pair, results, Session(world), file.parent)

            try:
                left = await process_all(todo, run_one, jobs=options.jobs, total=len(requests))
            finally:
                results.close()
    rows = [row for key in keys if (row := results.get(key)) and "status" in row]
    about = {"controller": name, "version": __version__, "left": left.number, "why": left.why}
    return {**about, "requests": rows, "kept": str(results.file)}


async def _run_one(key: str, request: EvalRequest, results: ResultsFile, session: Session, folder: Path) -> None:
    begun = results.get(key)
    thread = begun["thread_id"] if begun else f"eval-{uuid4().hex[:10]}"
    row: dict[str, Any] = {"id": request.id, "request": request.request, "thread_id": thread}
    if not begun:
        results.add(key, row)  # the thread first: if the process is killed, the run is found again
    started = time.monotonic()
    try:
        finished = await _last(_events(session, request, thread, folder))
    except (UsageError, NoUsablePlan, IncompleteAnswer) as error:  # e.g. a missing file
        calls, tokens = (error.calls, error.tokens) if isinstance(error, ControllerError) else (0, 0)
        none = {"run_id": "", "status": "failed", "plan": "", "accepted": False if request.accept else None}
        spent = {"calls": calls, "tokens": tokens, "seconds": round(time.monotonic() - started, 3)}
        results.add(key, row | none | spent | {"error": error.message})
        return
    run = await session.history.run(finished.run_id)
    results.add(key, row | _row(run, request) | {"seconds": round(run.duration or time.monotonic() - started, 3)})


async def _events(session: Session, request: EvalRequest, thread: str, folder: Path) -> AsyncIterator[Event]:
    for run in await session.history.runs(thread_id=thread, limit=1):
        if run.unfinished:
            async for event in session.resume(run):
                yield event
        else:
            yield await session.closing(run.run_id)
        return
    files = [str(beside) if (beside := folder / name).exists() else name for name in request.files]
    async for event in session.start(request.request, thread_id=thread, files=files):
        yield event


async def _last(events: AsyncIterator[Event]) -> RunFinished:
    async with aclosing(cast(AsyncGenerator[Event, None], events)) as feed:
        *_, last = [event async for event in feed]
    return cast(RunFinished, last)  # every run ends with it, or raises


def _row(run: Run, request: EvalRequest) -> dict[str, Any]:
    failed = next((result.error for result in run.results if result.status in {"failed", "partial"}), None)
    by_rules = BY_RULES in run.repairs  # right or not, it is no plan of the controller that is evaluated
    return {
        "run_id": run.run_id,
        "status": run.status,
        "plan": shape_of(run.plan),
        "accepted": not by_rules and is_accepted(run.plan, request.accept) if request.accept else None,
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
        seconds, why = f"{row['seconds']:.1f}", plain(row.get("error") or "", 80)
        shown.add_row(
            plain(row["id"]), row["plan"], right, row["status"], seconds, str(row["calls"]), row["run_id"], why
        )
    console = out()
    console.print(shown)
    judged = [row["accepted"] for row in rows if row["accepted"] is not None]
    statuses = ", ".join(f"{status} {number}" for status, number in Counter(row["status"] for row in rows).items())
    statuses = statuses or "none done"
    right = f"; plans right {sum(judged)} of {len(judged)}" if judged else ""
    seconds, tokens, calls = (sum(row[name] for row in rows) for name in ("seconds", "tokens", "calls"))
    console.print(
        f"\n{report['controller']}: {statuses}{right}; {seconds:.1f} s, {calls} calls, {tokens} tokens", soft_wrap=True
    )
    console.print(f"results in {report['kept']}; --fresh runs them again", style="dim", soft_wrap=True)
    if report["left"]:
        warn(plain(f"{report['left']} are left: {report['why']}. The same command continues."))
