"""Does the work of `run`, `resume`, `retry`: checks what is given, and shows the run that it begins or goes on with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from ...graph.advice import listed
from ...graph.errors import UsageError
from ...graph.events import Event
from ...graph.options import Options
from ...graph.result import Run
from .arguments import (
    approval_of,
    choices_of,
    request_text,
    selection_of,
    settings_of_home,
    verdict_of,
)
from .common_options import CommonOptions, Limits
from .console import note, plain, report_errors
from .recording import player, recorder, refuse_with_replay
from .shown_run import show_and_exit

if TYPE_CHECKING:
    from ..session import Session


def run_request(
    common: CommonOptions,
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
    with report_errors(started=False):
        settings = common.settings()
        text = request_text(request)
        options = Options.model_validate(
            {"approve": approval_of(approve), "models": choices_of(models), "select": selection_of(select)}
            | {"where": settings.where}
            | limits.options()
        )
        if record and thread:
            raise UsageError(
                "--record and --thread exclude each other", hint="a recording holds one run, without its conversation"
            )
        recording = recorder(record, text, files, options, settings) if record else None

    def events(session: "Session") -> AsyncIterator[Event]:
        return session.start(text, thread_id=thread or uuid4().hex[:10], files=files, options=options)

    show_and_exit(common, events, settings, recording)


def replay_run(common: CommonOptions, recording: Path, others: Mapping[str, Any]) -> NoReturn:
    """`hugginggpt run --replay`. `others`: options that a recording sets itself, by name."""
    with report_errors(started=False):
        refuse_with_replay(others)
        replayer, settings = player(recording, common.settings())
        settings = settings.model_copy(update={"where": ()})  # the recording sets it
        options = Options.model_validate(replayer.head["options"] | Limits(timeout=common.timeout).options())

    def events(session: "Session") -> AsyncIterator[Event]:
        request, files = replayer.head["request"], replayer.head["files"]
        return session.start(request, thread_id=uuid4().hex[:10], files=files, options=options, recorded=True)

    show_and_exit(common, events, settings, replayer)


def resume_run(
    common: CommonOptions, name: str | None, *, approve: bool, refuse: bool, edit: Path | None, limits: Limits
) -> NoReturn:
    """`hugginggpt resume`."""

    with report_errors(started=False):
        settings_of_home(common.home)

    async def events(session: "Session") -> AsyncIterator[Event]:
        verdict = verdict_of(approve, refuse, edit)
        newest = session.history.unfinished
        run = await _chosen(session, name, newest, limits, none="no run is waiting or was interrupted")
        async for event in session.resume(run, verdict):
            yield event

    show_and_exit(common, events, again=f"resume {name or ''}".strip())


def retry_run(common: CommonOptions, name: str | None, *, limits: Limits) -> NoReturn:
    """`hugginggpt retry`."""

    with report_errors(started=False):
        settings_of_home(common.home)

    async def events(session: "Session") -> AsyncIterator[Event]:
        run = await _chosen(session, name, session.history.failed, limits, none="nothing failed in any run")
        async for event in session.retry(run):
            yield event

    show_and_exit(common, events, again=f"retry {name or ''}".strip())


async def _chosen(
    session: "Session", name: str | None, newest: Callable[[], Awaitable[Run | None]], limits: Limits, *, none: str
) -> Run:
    """The run of that name, else the newest, which is printed; with the limits that are given. Error `none` without one."""
    run = await newest() if name is None else await session.run(name)
    cancelled = await session.history.cancelled(after=run) if name is None else ""
    hint = f"run {cancelled} was cancelled; `hugginggpt resume {cancelled}` goes on with it" if cancelled else ""
    if run is None:
        raise UsageError(none, hint=hint or listed(session.world.settings.home))
    if hint:
        note(hint)
    if name is None:
        note(f"run {run.run_id}: {plain(run.request.text, 60)}")
    if raised := limits.options():
        await session.world.ledger.runs.set_limits(run.run_id, Options.model_validate(raised))
    return run
