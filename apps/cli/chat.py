"""Does the work of `chat`: a conversation, a request a line, which may refer to files and results of earlier ones."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, NoReturn, cast
from uuid import uuid4

import typer

from ...graph.errors import HuggingGPTError, InvalidInput, UsageError
from ...graph.events import Event
from ...graph.options import Options
from .answer_text import AnswerText
from .arguments import choices_of, decoded, selection_of
from .common_options import CommonOptions, Limits
from .consent import TerminalConsent, terminal_consent
from .console import err, exit_when_interrupted, report_error, run_async
from .live_tree import LiveTree
from .shown_run import check_writable, show_event

HELP = """A line is a request; it may name files and refer to earlier results ("now in French").
/file PATH    attach a file or URL to the next request
/resume       continue a run of this conversation that was interrupted
/new          start another conversation
/exit         leave (so do exit, quit, bye and Ctrl-D); `hugginggpt chat --thread ID` continues the conversation"""
SEVERITY = (0, 4, 3, 130, 2, 1)
"""Exit codes, the worst last."""
LEAVING = ("/exit", "/quit", "exit", "quit", "bye", "goodbye")


def converse(
    common: CommonOptions,
    files: Sequence[str],
    *,
    thread: str | None,
    models: Sequence[str],
    select: str | None,
    limits: Limits,
) -> NoReturn:
    """`hugginggpt chat`; ends with the exit code of the last request, for programs with the worst of all."""
    options = Options.model_validate({"models": choices_of(models), "select": selection_of(select)} | limits.options())
    raise typer.Exit(run_async(_converse(common, list(files), thread or uuid4().hex[:10], options)))


async def _converse(common: CommonOptions, attached: list[str], thread: str, options: Options) -> int:
    from ...graph.world import open_world
    from ..session import Session

    codes: dict[str, int] = {}
    if common.out:
        check_writable(common.out)
    again = f"{common.again}, then /resume"
    with exit_when_interrupted(lambda: f"interrupted; to continue: hugginggpt chat --thread {thread}{again}"):
        consent = terminal_consent()
        async with open_world(common.settings(), consent=consent) as world:
            session = Session(world)
            _print(f"conversation {thread}, {world.controller.name} controller; /help lists commands")
            while (line := await asyncio.to_thread(_next_line)) is not None:
                if isinstance(line, InvalidInput):
                    codes[uuid4().hex] = report_error(line)
                    continue
                word, _, rest = line.partition(" ")
                match word:
                    case _ if line.lower().rstrip(".!") in LEAVING:
                        break
                    case "/help":
                        _print(HELP)
                    case "/file" if rest.strip():
                        attached.append(rest.strip())
                        _print(f"with the next request: {', '.join(attached)}")
                    case "/new":
                        thread = uuid4().hex[:10]
                        _print(f"conversation {thread}")
                    case "/resume":
                        await _show_run(_resume_last(session, thread), common, consent, codes)
                    case _ if word.startswith("/") and os.sep not in word[1:]:
                        codes[uuid4().hex] = report_error(UsageError(f"there is no command {word}", hint=HELP))
                    case _:
                        events = session.start(line, thread_id=thread, files=attached, options=options)
                        code = await _show_run(events, common, consent, codes)
                        attached = [] if code != 2 else attached
    read_by_a_program = common.json or not sys.stdin.isatty()
    return max(codes.values(), key=SEVERITY.index, default=0) if read_by_a_program else [0, *codes.values()][-1]


async def _resume_last(session: Any, thread: str) -> AsyncIterator[Event]:
    found = await session.history.runs(thread_id=thread, limit=1)
    if not found:
        raise UsageError(
            f"conversation {thread} has no run to resume", hint="hugginggpt chat --thread ID continues one"
        )
    async for event in session.resume(found[0]):
        yield event


async def _show_run(
    events: AsyncIterator[Event], common: CommonOptions, consent: TerminalConsent | None, codes: dict[str, int]
) -> int:
    """Returns the exit code, and notes it in `codes` under the id of the run: a resume replaces it."""
    run_id, code = "", 0
    try:
        async with aclosing(cast(AsyncGenerator[Event, None], events)) as feed:
            with LiveTree(err()) as tree, AnswerText(common.out) as answer:
                if consent:
                    consent.pause = tree.paused
                async for event in feed:
                    run_id, code = event.run_id, show_event(event, tree, common, answer)
    except HuggingGPTError as error:
        code = report_error(error)
    codes.pop(run_id, None)  # the last request stands last
    codes[run_id or uuid4().hex] = code
    return code


def _next_line() -> str | InvalidInput | None:
    try:
        if sys.stdin.isatty():
            import readline  # noqa: F401  # arrow keys and earlier lines

            while not (line := input("> ").strip()):
                pass
            return line
        while raw := sys.stdin.buffer.readline():
            if line := decoded(raw).strip():
                return line
    except InvalidInput as error:
        return error
    except UnicodeDecodeError as error:  # typed
        return InvalidInput(f"the request is no UTF-8 text: {error}", hint="type it again")
    except EOFError:
        pass
    return None


def _print(text: str) -> None:
    err().print(text, style="dim", soft_wrap=True, markup=False)
