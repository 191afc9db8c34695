"""`run`, `resume`, `retry`: drive a run and show it; stdout gets the answer, or with `--json` the events."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast
from uuid import uuid4

import typer

from ...graph.errors import HuggingGPTError, UsageError
from ...graph.events import AnswerDelta, Event, RunFinished
from ...graph.plan import Plan
from ...graph.result import Options, Run, RunStatus
from ...graph.settings import Settings
from ...tools.recording.recorder import Recorder
from ...tools.recording.replayer import Replayer
from .arguments import approval_of, choices_of, request_text, selection_of, settings_of, verdict_of
from .consent import terminal_consent
from .console import INTERRUPTED, err, leaving, plain, settle, told_errors, write_out
from .live_tree import LiveTree
from .output_files import copy_out
from .plan import plan_table
from .printable import clean, json_text
from .recording import end_of, player, recorder, refuse_beside_replay

CODES: dict[RunStatus, int] = {
    "succeeded": 0,
    "failed": 1,
    "partial": 3,
    "waiting": 4,
    "interrupted": INTERRUPTED,
    "cancelled": 0,
    "damaged": 1,
}


@dataclass(frozen=True)
class Work:
    """How the user wants it done."""

    home: Path | None
    llm: str | None
    timeout: float | None
    download: str | None
    out: Path | None
    json: bool
    where: str | None = None

    def settings(self) -> Settings:
        """Theirs over the environment's."""
        return settings_of(home=self.home, llm=self.llm, timeout=self.timeout, download=self.download, where=self.where)


Limits = tuple[int | None, int | None]
"""Calls to the controller's model, and tokens; None for no limit, or the one that the run has."""

Events = Callable[[Any], AsyncIterator[Event]]
"""From a session to the events of what is to be done."""


def run_request(
    work: Work,
    request: str | None,
    files: Sequence[str],
    *,
    thread: str | None,
    models: Sequence[str],
    approve: str,
    select: str | None,
    limits: Limits,
    record: Path | None,
) -> NoReturn:
    """`hugginggpt run`."""
    with told_errors():
        settings = work.settings()
        text = request_text(request)
        options = Options.model_validate(
            {"approve": approval_of(approve), "models": choices_of(models), "select": selection_of(select)}
            | {"where": settings.where}
            | dict(zip(("max_llm_calls", "max_tokens"), limits, strict=True))
        )
        if record and thread:
            raise UsageError("--record and --thread exclude each other", hint="a recording is of one run by itself")
        tape = recorder(record, text, files, options, settings) if record else None

    def events(session: Any) -> AsyncIterator[Event]:
        asked = session.start(text, thread_id=thread or uuid4().hex[:10], files=files, options=options)
        return cast(AsyncIterator[Event], asked)

    _end(work, events, settings, tape)


def replay_run(work: Work, recording: Path, beside: Mapping[str, Any]) -> NoReturn:
    """`hugginggpt run --replay`. `beside`: other options, by name; a recording settles them."""
    with told_errors():
        refuse_beside_replay(beside)
        tape, settings = player(recording, work.settings())
        settings = settings.model_copy(update={"where": ()})  # the recording says where
        options = Options.model_validate(tape.head["options"])

    def events(session: Any) -> AsyncIterator[Event]:
        head = tape.head
        asked = session.start(
            head["request"], thread_id=uuid4().hex[:10], files=head["files"], options=options, recorded=True
        )
        return cast(AsyncIterator[Event], asked)

    _end(work, events, settings, tape)


def resume_run(
    work: Work, name: str | None, *, approve: bool, refuse: bool, edit: Path | None, limits: Limits
) -> NoReturn:
    """`hugginggpt resume`."""

    async def events(session: Any) -> AsyncIterator[Event]:
        verdict = verdict_of(approve, refuse, edit)
        run: Run | None = await session.history.run(name) if name else await session.history.unfinished()
        if run is None:
            raise UsageError("no run is waiting or was interrupted", hint="`hugginggpt runs` lists all of them")
        _say_which(run, name)
        await _limit(session, run, limits)
        async for event in session.resume(run, verdict):
            yield event

    _end(work, events)


def retry_run(work: Work, name: str | None, *, limits: Limits) -> NoReturn:
    """`hugginggpt retry`."""

    async def events(session: Any) -> AsyncIterator[Event]:
        run: Run | None = await session.history.run(name) if name else await session.history.failed()
        if run is None:
            raise UsageError("nothing failed in any run", hint="`hugginggpt runs` lists all of them")
        _say_which(run, name)
        await _limit(session, run, limits)
        async for event in session.retry(run):
            yield event

    _end(work, events)


def _say_which(run: Run, name: str | None) -> None:
    """Which run was taken, where nobody named one."""
    if not name:
        err().print(f"run {run.run_id}: {plain(run.request.text, 60)}", style="dim", soft_wrap=True)


async def _limit(session: Any, run: Run, limits: Limits) -> None:
    """Let the run spend as much as was typed; where nothing was, its limits stay."""
    if any(limit is not None for limit in limits):
        await session.world.ledger.runs.set_limits(run.run_id, Options(max_llm_calls=limits[0], max_tokens=limits[1]))


def _end(
    work: Work, events: Events, settings: Settings | None = None, tape: Recorder | Replayer | None = None
) -> NoReturn:
    raise typer.Exit(settle(_drive(work, events, settings, tape)))


async def _drive(work: Work, events: Events, settings: Settings | None, tape: Recorder | Replayer | None) -> int:
    """Show the events of a run until it ends, waits, fails or is interrupted; gives the exit code."""
    from ...graph.world import open_world
    from ..session import Session

    run_id, code = "", 0
    last: RunFinished | None = None

    def interrupted() -> str:
        if not run_id:  # its files were still being fetched
            return "interrupted before anything was planned, so nothing is kept of it: run it again"
        return f"interrupted; go on with it: hugginggpt resume {run_id}"

    with leaving(interrupted):
        try:
            if work.out:
                _writable(work.out)
            consent = terminal_consent()
            async with open_world(settings or work.settings(), tape=tape, consent=consent) as world:
                session = Session(world)
                try:
                    async with aclosing(cast(AsyncGenerator[Event, None], events(session))) as feed:
                        with LiveTree(err()) as tree:
                            if consent:
                                consent.pause = tree.paused
                            async for event in feed:
                                run_id = event.run_id
                                code = show_event(event, tree, work)
                                last = event if isinstance(event, RunFinished) else last
                except (HuggingGPTError, asyncio.CancelledError):
                    last = await session.closing(run_id) if run_id else None
                    if last and work.json:
                        _print_event(last)
                    raise
                finally:
                    code = await end_of(tape, last, code) if tape else code
        except HuggingGPTError as error:
            if run_id and not isinstance(error, UsageError):
                error.hint = "\n".join(filter(None, (error.hint, f"go on with it: hugginggpt resume {run_id}")))
            raise
    return code


def show_event(event: Event, tree: LiveTree, work: Work) -> int:
    """One event, for eyes or for programs; gives the exit code so far."""
    tree.hear(event)
    if work.json:
        _print_event(event)
    if isinstance(event, AnswerDelta):
        tree.stop()
        if not work.json:
            write_out(clean(event.text))
    if not isinstance(event, RunFinished):
        return 0
    if event.answer and not work.json:
        write_out("\n")
    _say_what_next(event, work, tree.plan)
    return CODES[event.status]


def _say_what_next(event: RunFinished, work: Work, plan: Plan | None) -> None:
    console = err()
    if event.status == "waiting" and plan:
        console.print(plan_table(plan))
    if work.out:
        for path in copy_out(event, work.out):
            console.print(f"copied to {path}", style="dim", soft_wrap=True)
    failed = any(result["status"] != "succeeded" for result in event.results)  # else parts were refused only
    hints = {
        "waiting": f"hugginggpt resume {event.run_id} --approve | --refuse | --edit FILE"
        + (f" (and --out {work.out} again)" if work.out else ""),
        "partial": f"hugginggpt retry {event.run_id} runs again what failed" if failed else "",
        "failed": f"hugginggpt show {event.run_id} tells what went wrong",
    }
    if hint := hints.get(event.status):
        console.print(hint, style="dim", soft_wrap=True)


def _print_event(event: Event) -> None:
    write_out(json_text(event.model_dump(mode="json")) + "\n")


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        raise UsageError(f"--out {folder} can't be written: {error.strerror or error}") from error
