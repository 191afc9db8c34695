"""`run`, `resume`, `retry`: drive a run and show it; stdout gets the answer, or with `--json` the events."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast
from uuid import uuid4

import typer

from ..graph.errors import HuggingGPTError, UsageError
from ..graph.events import AnswerDelta, Event, RunFinished
from ..graph.result import Options, Run, RunStatus
from ..graph.settings import Settings
from ..graph.vocabulary import VOCABULARY
from .console import INTERRUPTED, clean, err, settle
from .tree import LiveTree

CODES: dict[RunStatus, int] = {
    "succeeded": 0,
    "failed": 1,
    "partial": 3,
    "waiting": 4,
    "interrupted": INTERRUPTED,
    "cancelled": 0,
}


@dataclass(frozen=True)
class Work:
    """How the user wants it done."""

    home: Path | None
    llm: str | None
    timeout: float | None
    out: Path | None
    json: bool

    def settings(self) -> Settings:
        """Theirs over the environment's."""
        return Settings.from_env(home=self.home, llm=self.llm, timeout=self.timeout)


Events = Callable[[Any], AsyncIterator[Event]]
"""From a session to the events of what is to be done."""


def run_request(
    work: Work, request: str | None, files: Sequence[str], *, thread: str | None, models: Sequence[str], approve: str
) -> NoReturn:
    """`hugginggpt run`."""

    def events(session: Any) -> AsyncIterator[Event]:
        text = request_text(request)
        options = Options.model_validate({"approve": _approval(approve), "models": _choices(models)})
        return cast(
            AsyncIterator[Event],
            session.start(text, thread_id=thread or uuid4().hex[:10], files=files, options=options),
        )

    _end(work, events)


def resume_run(work: Work, name: str | None, *, approve: bool, refuse: bool, edit: Path | None) -> NoReturn:
    """`hugginggpt resume`."""

    async def events(session: Any) -> AsyncIterator[Event]:
        verdict = _verdict(approve, refuse, edit)
        run: Run | None = await session.history.run(name) if name else await session.history.unfinished()
        if run is None:
            raise UsageError("no run is waiting or was interrupted", hint="`hugginggpt runs` lists all of them")
        async for event in session.resume(run, verdict):
            yield event

    _end(work, events)


def retry_run(work: Work, name: str) -> NoReturn:
    """`hugginggpt retry`."""

    async def events(session: Any) -> AsyncIterator[Event]:
        async for event in session.retry(await session.history.run(name)):
            yield event

    _end(work, events)


def request_text(given: str | None) -> str:
    """The request: the argument, or stdin where that is `-` or a pipe."""
    text = sys.stdin.read() if given == "-" or (given is None and not sys.stdin.isatty()) else given or ""
    if not text.strip():
        raise UsageError("the request is empty", hint='say what is to be done: hugginggpt run "summarise notes.txt"')
    return text


def _approval(given: str) -> str:
    if given not in {"always", "never"}:
        raise UsageError(f"--approve must be always or never, not {given!r}")
    return given


def _choices(given: Sequence[str]) -> dict[str, str]:
    chosen = {}
    for pair in given:
        task, equals, model_id = pair.partition("=")
        if not equals or not model_id or not (task in VOCABULARY or task.isdecimal()):
            raise UsageError(
                f"--model {pair!r} must be TASK=ID with a task type or a task's number",
                hint="e.g. --model text-to-speech=embedded/espeak-ng; `hugginggpt tasks` lists the types",
            )
        chosen[task] = model_id
    return chosen


def _verdict(approve: bool, refuse: bool, edit: Path | None) -> Any:
    if approve + refuse + (edit is not None) > 1:
        raise UsageError("--approve, --refuse and --edit exclude each other")
    if edit is None:
        return True if approve else False if refuse else None
    try:
        return {"approve": True, "plan": edit.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{edit} can't be read: {error}") from error


def _end(work: Work, events: Events) -> NoReturn:
    raise typer.Exit(settle(_drive(work, events)))


async def _drive(work: Work, events: Events) -> int:
    """Show the events of a run until it ends, waits, fails or is interrupted; gives the exit code."""
    import stamina.instrumentation

    from ..graph.world import open_world
    from .session import Session

    stamina.instrumentation.set_on_retry_hooks([])  # `show` tells of attempts; a log on stderr would tear the tree
    run_id, code = "", 0
    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: task and task.cancel())
    try:
        if work.out:
            _writable(work.out)
        async with open_world(work.settings()) as world:
            session = Session(world)
            try:
                async with aclosing(cast(AsyncGenerator[Event, None], events(session))) as feed:
                    with LiveTree(err()) as tree:
                        async for event in feed:
                            run_id = event.run_id
                            code = _show(event, tree, work)
            except (HuggingGPTError, asyncio.CancelledError):
                if run_id and work.json:
                    _print_event(await session.closing(run_id))
                raise
    except asyncio.CancelledError:
        _leave_interrupted(run_id)
    except HuggingGPTError as error:
        if run_id and not isinstance(error, UsageError):
            error.hint = "\n".join(filter(None, (error.hint, f"go on with it: hugginggpt resume {run_id}")))
        raise
    return code


def _show(event: Event, tree: LiveTree, work: Work) -> int:
    """One event, for eyes or for programs; gives the exit code so far."""
    tree.hear(event)
    if work.json:
        _print_event(event)
    if isinstance(event, AnswerDelta):
        tree.stop()
        if not work.json:
            sys.stdout.write(clean(event.text))
            sys.stdout.flush()
    if not isinstance(event, RunFinished):
        return 0
    if event.answer and not work.json:
        sys.stdout.write("\n")
    _say_what_next(event, work)
    return CODES[event.status]


def _say_what_next(event: RunFinished, work: Work) -> None:
    console = err()
    if work.out:
        from .copies import copy_out

        for path in copy_out(event, work.out):
            console.print(f"copied to {path}", style="dim", soft_wrap=True)
    hints = {
        "waiting": f"hugginggpt resume {event.run_id} --approve | --refuse | --edit FILE",
        "partial": f"hugginggpt retry {event.run_id} runs again what failed",
        "failed": f"hugginggpt show {event.run_id} tells what went wrong",
    }
    if hint := hints.get(event.status):
        console.print(hint, style="dim", soft_wrap=True)


def _print_event(event: Event) -> None:
    sys.stdout.write(event.model_dump_json() + "\n")
    sys.stdout.flush()


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        raise UsageError(f"--out {folder} can't be written: {error.strerror or error}") from error


def _leave_interrupted(run_id: str) -> NoReturn:
    """All is recorded and closed; end now, whatever thread may still wait for a network."""
    hint = f"interrupted; go on with it: hugginggpt resume {run_id}" if run_id else "interrupted"
    err().print(hint, soft_wrap=True)
    sys.stdout.flush()
    os._exit(INTERRUPTED)
