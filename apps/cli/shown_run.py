"""`show_and_exit`: shows a run to its end; stdout gets the answer, or with `--json` the events; the end is the exit code."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import typer

from ...graph.errors import HuggingGPTError, LimitReached, UsageError
from ...graph.estimate import Estimate
from ...graph.events import AnswerDelta, Event, RunFinished, TaskFinished
from ...graph.plan import Plan
from ...graph.result import RESUMABLE, Result, RunStatus
from ...graph.settings import Settings
from ...tools.recording.recorder import Recorder
from ...tools.recording.replayer import Replayer
from .answer_text import AnswerText
from .common_options import CommonOptions
from .consent import TerminalConsent, terminal_consent
from .console import err, exit_when_interrupted, note, plain, run_async, write_out
from .interrupts import INTERRUPTED
from .live_tree import LiveTree
from .output_files import copy_out
from .plan import print_with_estimate
from .plan_draft import PlanDraft, at_terminal
from .printable import json_text
from .recording import close_recording

if TYPE_CHECKING:
    from ..session import Session

CODES: dict[RunStatus, int] = {
    "succeeded": 0,
    "failed": 1,
    "partial": 3,
    "waiting": 4,
    "interrupted": INTERRUPTED,
    "cancelling": INTERRUPTED,
    "cancelled": 0,
    "refused": 0,
    "damaged": 1,
}
Events = Callable[["Session"], AsyncIterator[Event]]
"""A function from a session to the events of the run to show."""


def show_and_exit(
    common: CommonOptions,
    events: Events,
    settings: Settings | None = None,
    recording: Recorder | Replayer | None = None,
    *,
    again: str = "",
) -> NoReturn:
    """Show a run as it goes on. `again`: the command to type where it is interrupted before that is recorded."""
    note("starting")  # what a run needs takes a second to import
    raise typer.Exit(run_async(_show_run(common, events, settings, recording, again)))


async def _show_run(
    common: CommonOptions, events: Events, settings: Settings | None, recording: Recorder | Replayer | None, again: str
) -> int:
    from ...graph.world import open_world
    from ..session import Session

    shown = _Shown(common, asks=at_terminal() and not common.json and not recording)

    def interrupted() -> str:
        if not shown.run_id and again:
            return f"interrupted before the run went on; to continue: hugginggpt {again}{common.again}"
        if not shown.run_id:  # files were still being fetched
            return "interrupted before anything was planned, so nothing is kept of it: run it again"
        return f"interrupted; to continue: hugginggpt resume {shown.run_id}{common.again}{shown.draft_kept()}"

    with exit_when_interrupted(interrupted):
        try:
            if common.out:
                check_writable(common.out)
            consent = terminal_consent()
            async with open_world(settings or common.settings(), recording=recording, consent=consent) as world:
                session = Session(world)
                try:
                    await shown.show(events(session), consent)
                    while (verdict := await shown.asked(session)) is not None:
                        run = await session.run(shown.run_id)
                        await shown.show(session.resume(run, verdict), consent)
                except (HuggingGPTError, asyncio.CancelledError):
                    shown.last = await session.closing(shown.run_id) if shown.run_id else None
                    if shown.last and common.json:
                        _print_event(shown.last)
                    raise
                finally:
                    if recording:
                        shown.code = await close_recording(recording, shown.last, shown.code)
        except HuggingGPTError as error:
            run_id = shown.run_id or (error.run_id if isinstance(error, LimitReached) else "")
            ended = shown.last is not None and shown.last.status not in RESUMABLE  # its outputs could not be copied
            if run_id and not ended and not isinstance(error, UsageError):
                more = f"to continue: hugginggpt resume {run_id}{common.again}"
                error.hint = "\n".join(filter(None, (error.hint, more)))
            error.hint += shown.draft_kept()
            raise
    return shown.code


class _Shown:
    """A run as it is shown: to its end, or until it waits; a person at a terminal is asked then."""

    def __init__(self, common: CommonOptions, *, asks: bool) -> None:
        self._common, self._asks = common, asks
        self.run_id, self.code = "", 0
        self.last: RunFinished | None = None
        self._draft: PlanDraft | None = None

    async def show(self, events: AsyncIterator[Event], consent: TerminalConsent | None) -> None:
        """Show the events of a run as it goes on."""
        async with aclosing(cast(AsyncGenerator[Event, None], events)) as feed:
            with LiveTree(err()) as tree, AnswerText(self._common.out) as answer:
                if consent:
                    consent.pause = tree.paused
                async for event in feed:
                    self.run_id = event.run_id
                    self.code = show_event(event, tree, self._common, answer, asked=self._asks)
                    self.last = event if isinstance(event, RunFinished) else self.last
        if self._draft and self.last and self.last.status != "waiting":
            self._draft.close()

    async def asked(self, session: "Session") -> Any:
        """The reply of a person to a run that waits; None where there is nothing to ask, or it is to go on waiting."""
        if not self._asks or self.last is None or self.last.status != "waiting":
            return None
        self._draft = self._draft or PlanDraft(session, self.run_id)
        verdict = await self._draft.verdict()
        if verdict is None:
            note(plain(_waiting_hint(self.run_id, self._common)) + self.draft_kept())
        return verdict

    def draft_kept(self) -> str:
        """Where an edited plan is that was not run, on a line of its own."""
        return f"\n{self._draft.kept()}" if self._draft and self._draft.kept() else ""


def show_event(event: Event, tree: LiveTree, common: CommonOptions, answer: AnswerText, *, asked: bool = False) -> int:
    """Show one event, in the tree or as JSON; returns the exit code so far. `asked`: a person is, where it waits."""
    tree.update(event)
    if common.json:
        _print_event(event)
    if isinstance(event, TaskFinished):
        answer.remember(event)
    if isinstance(event, AnswerDelta):
        tree.stop()
        if not common.json:
            answer.write(event.text, tree.plan)
    if not isinstance(event, RunFinished):
        return 0
    answer.close()
    if event.answer and not common.json:
        write_out("\n")
    _print_next_step(event, common, tree.plan, tree.estimate, answer, asked=asked)
    return CODES[event.status]


def _print_next_step(
    event: RunFinished,
    common: CommonOptions,
    plan: Plan | None,
    estimate: Estimate | None,
    answer: AnswerText,
    *,
    asked: bool,
) -> None:
    if event.status == "waiting" and plan:
        print_with_estimate(err(), plan, estimate)
    if common.out:
        stored = {resource["sha256"]: Path(resource["path"]) for resource in event.resources if resource["path"]}
        results = [Result.model_validate(row) for row in event.results]
        for path, copies in copy_out(results, stored, plan, common.out).items():
            named = 0 if common.json or path not in (answer.copies or {}) else event.answer.count(path)
            for copy in copies[named:]:
                note(f"copied to {copy}")
    failed = any(_can_change(Result.model_validate(row)) for row in event.results)  # else a retry makes the same again
    hints = {
        "waiting": "" if asked else _waiting_hint(event.run_id, common),
        "partial": f"hugginggpt retry {event.run_id}{common.again} runs again what failed" if failed else "",
        "failed": f"hugginggpt show {event.run_id}{common.at_home} shows what went wrong",
    }
    if hint := hints.get(event.status):
        note(hint)


def _waiting_hint(run_id: str, common: CommonOptions) -> str:
    return f"hugginggpt resume {run_id} --approve | --refuse | --edit FILE{common.again}"


def _can_change(result: Result) -> bool:
    """Whether a retry may end otherwise: not where an input was merely read in part, or with little certainty."""
    return result.status in {"failed", "cancelled"} or any(result.owns(member) for member in result.missing)


def _print_event(event: Event) -> None:
    write_out(json_text(event.model_dump(mode="json")) + "\n")


def check_writable(folder: Path) -> None:
    """Make the folder of `--out`. Raises `UsageError` where it can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        raise UsageError(f"--out {folder} can't be written: {error.strerror or error}") from error
