"""`out` and `err`: the consoles on stdout (answers) and stderr (the rest); and how errors and signals end a command."""

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...graph.errors import HuggingGPTError
from .interrupts import INTERRUPTED, begin
from .json_errors import print_json_error
from .printable import Screen, clean, json_text

_log = logging.getLogger(__name__)

_UNFOLDED = 400
"""Columns of a list that goes to a pipe or a file, where there is no screen to fit into."""


def out() -> Console:
    """The console on stdout, for answers and lists. Respects `COLUMNS`, `NO_COLOR` and pipes."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return _console(stderr=False, width=None if known else _UNFOLDED)


def answer_width() -> int | None:
    """Columns at which answers are wrapped: of the terminal, or `COLUMNS`; None for a pipe or a file."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return out().width if known else None


def err() -> Console:
    """The console on stderr, for progress, hints and errors."""
    return _console(stderr=True)


def note(text: str) -> None:
    """Print a remark on stderr. The text is markup for rich; see `plain`."""
    err().print(text, style="dim", soft_wrap=True)


def warn(text: str) -> None:
    """Print a warning on stderr. The text is markup for rich; see `plain`."""
    err().print(text, style="yellow", soft_wrap=True)


def _console(*, stderr: bool, width: int | None = None) -> Console:
    """`NO_COLOR` (no-color.org) turns off bold and dim too, which rich alone would keep."""
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    # without emoji: rich reads "openai:m: 3" as one
    return Screen(stderr=stderr, highlight=False, width=width, color_system=colours, emoji=False)


def plain(text: str, limit: int = 0) -> str:
    """The text as one clean line for rich: markup escaped, cut at `limit` characters."""
    line = " ".join(clean(text).split())
    return escape(line if not limit or len(line) <= limit else line[: limit - 1] + "…")


def table(*columns: str) -> Table:
    """An empty table in the style of all lists: no frame, headings in bold."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def local_time(seconds: float) -> str:
    """A time stamp as local date and time; empty for 0."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S") if seconds else ""


def report_error(error: HuggingGPTError) -> int:
    """Print and log message and hint, with `--debug` the traceback, with `--json` also as JSON; returns the exit code."""
    console = err()
    _log.error("%s", error, exc_info=error.__cause__)
    if os.environ.get("HUGGINGGPT_DEBUG"):
        console.print(clean("".join(traceback.format_exception(error))), soft_wrap=True, markup=False)
    console.print(f"[bold red]error:[/] {escape(clean(error.message))}", soft_wrap=True)
    if error.hint:
        console.print(f"[dim]{escape(clean(error.hint))}[/]", soft_wrap=True)
    print_json_error(type(error).__name__, error.message, error.hint, error.exit_code)
    return error.exit_code


@contextmanager
def report_errors(*, started: bool = True) -> Iterator[None]:
    """Errors in the body end the command with a message, and with `--debug` after their traceback.

    `started`: Ctrl-C in the body interrupts something; else it ends the command at once, and nothing was started.
    """
    if started:
        begin()
    try:
        yield
    except HuggingGPTError as error:
        raise typer.Exit(report_error(error)) from None
    except typer.Exit:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        bug = HuggingGPTError(f"this should not have happened: {what}", hint="--debug shows where; please report it")
        bug.__cause__ = error
        raise typer.Exit(report_error(bug)) from None
    except KeyboardInterrupt:
        _log.warning("interrupted")
        err().print("interrupted")
        print_json_error("Interrupted", "interrupted", "", INTERRUPTED)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def exit_when_interrupted(hint: Callable[[], str]) -> Iterator[None]:
    """On Ctrl-C, SIGTERM or a closed terminal the body is cancelled and closes what it opened; then print the hint and end.

    Where SIGHUP is ignored (nohup), the command goes on without its terminal.
    """
    import asyncio

    task, signals = asyncio.current_task(), list[int]()

    def end(number: int) -> None:
        signals.append(number)
        if task:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, end, number)
    try:
        yield
    except (asyncio.CancelledError, OSError) as error:
        if isinstance(error, OSError) and signal.SIGHUP not in signals:
            raise
        _log.warning("interrupted")
        with suppress(OSError):  # the terminal was closed
            err().print(said := hint(), soft_wrap=True, markup=False)
            print_json_error("Interrupted", "interrupted", said, INTERRUPTED)
            sys.stdout.flush()
        os._exit(INTERRUPTED)  # at once: a thread may still wait for a network or for a line of input


def run_async(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that may call experts to its end; its errors end the command with a message."""
    import asyncio

    with report_errors():
        return asyncio.run(coroutine)


def write_out(text: str) -> None:
    """Write text to stdout at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    sys.stdout.write(json_text(value, indent=2) + "\n")
