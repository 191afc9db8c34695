"""`chat`: a conversation, a request a line; what earlier turns were given and made can be spoken of."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, NoReturn, cast
from uuid import uuid4

import typer

from ...graph.errors import HuggingGPTError
from ...graph.events import Event
from ...graph.result import Options
from .arguments import choices_of, selection_of
from .consent import TerminalConsent, terminal_consent
from .console import err, leaving, settle, told
from .live_tree import LiveTree
from .run import Limits, Work, show_event

HELP = """A line is a request; it may speak of files by name and of what was made before ("now in French").
/file PATH    attach a file or URL to the next request
/resume       go on with a run of this conversation that was interrupted
/new          begin another conversation
/exit         leave (so does Ctrl-D); `hugginggpt chat --thread ID` comes back"""


def converse(
    work: Work, files: Sequence[str], *, thread: str | None, models: Sequence[str], select: str | None, limits: Limits
) -> NoReturn:
    """`hugginggpt chat`; exit code of the last request."""
    options = Options.model_validate(
        {"models": choices_of(models), "select": selection_of(select)}
        | dict(zip(("max_llm_calls", "max_tokens"), limits, strict=True))
    )
    raise typer.Exit(settle(_converse(work, list(files), thread or uuid4().hex[:10], options)))


async def _converse(work: Work, attached: list[str], thread: str, options: Options) -> int:
    from ...graph.world import open_world
    from ..session import Session

    code = 0
    with leaving(lambda: f"interrupted; come back: hugginggpt chat --thread {thread}, and /resume there"):
        consent = terminal_consent()
        async with open_world(work.settings(), consent=consent) as world:
            session = Session(world)
            _say(f"conversation {thread}, {world.controller.name} controller; /help tells more")
            while (line := await asyncio.to_thread(_next_line)) is not None:
                word, _, rest = line.partition(" ")
                match word:
                    case "/exit" | "/quit":
                        break
                    case "/help":
                        _say(HELP)
                    case "/file" if rest.strip():
                        attached.append(rest.strip())
                        _say(f"with the next request: {', '.join(attached)}")
                    case "/new":
                        thread = uuid4().hex[:10]
                        _say(f"conversation {thread}")
                    case "/resume":
                        code = await _shown(_unfinished(session, thread), work, consent)
                    case _ if word.startswith("/") and os.sep not in word[1:]:
                        _say(f"there is no {word}\n{HELP}")
                    case _:
                        asked = session.start(line, thread_id=thread, files=attached, options=options)
                        code = await _shown(asked, work, consent)
                        attached = [] if code != 2 else attached
    return code


async def _unfinished(session: Any, thread: str) -> AsyncIterator[Event]:
    for run in await session.history.runs(thread_id=thread, limit=1):
        async for event in session.resume(run):
            yield event


async def _shown(events: AsyncIterator[Event], work: Work, consent: TerminalConsent | None) -> int:
    """One run; an error ends it and not the conversation. Gives the exit code."""
    code = 0
    try:
        async with aclosing(cast(AsyncGenerator[Event, None], events)) as feed:
            with LiveTree(err()) as tree:
                if consent:
                    consent.pause = tree.paused
                async for event in feed:
                    code = show_event(event, tree, work)
    except HuggingGPTError as error:
        return told(error)
    return code


def _next_line() -> str | None:
    """The next line that is not empty; None at the end."""
    try:
        if sys.stdin.isatty():
            import readline  # noqa: F401  # arrow keys and earlier lines

            while not (line := input("> ").strip()):
                pass
            return line
        while raw := sys.stdin.buffer.readline():
            if line := raw.decode("utf-8", "replace").strip():
                return line
    except EOFError:
        pass
    return None


def _say(text: str) -> None:
    err().print(text, style="dim", soft_wrap=True, markup=False)
