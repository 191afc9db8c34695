"""Where things are printed: answers on stdout, everything else on stderr; and how an error ends the command."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...graph.errors import HuggingGPTError
from .printable import Screen, clean, json_text

INTERRUPTED = 130


_UNFOLDED = 400
"""Columns of a list that goes to a pipe or a file: nothing is cut for the sake of a screen that is not there."""


def out() -> Console:
    """stdout: answers, lists. Honours `COLUMNS`, `NO_COLOR` and pipes."""
    told = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return _console(stderr=False, width=None if told else _UNFOLDED)


def err() -> Console:
    """stderr: progress, hints, errors."""
    return _console(stderr=True)


def _console(*, stderr: bool, width: int | None = None) -> Console:
    """`NO_COLOR` (no-color.org) takes bold and dim too, which rich would keep."""
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Screen(stderr=stderr, highlight=False, width=width, color_system=colours)


def plain(text: str, limit: int = 0) -> str:
    """One clean line, with rich's markup escaped, cut at `limit` characters."""
    line = " ".join(clean(text).split())
    return escape(line if not limit or len(line) <= limit else line[: limit - 1] + "…")


def table(*columns: str) -> Table:
    """A table as all lists here look: no frame, headings in bold."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def moment(seconds: float) -> str:
    """Local date and time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S") if seconds else ""


def told(error: HuggingGPTError) -> int:
    """Say what happened and what to do, with `--debug` where; gives the exit code."""
    console = err()
    if os.environ.get("HUGGINGGPT_DEBUG"):
        console.print(clean("".join(traceback.format_exception(error))), soft_wrap=True, markup=False)
    console.print(f"[bold red]error:[/] {escape(clean(error.message))}", soft_wrap=True)
    if error.hint:
        console.print(f"[dim]{escape(clean(error.hint))}[/]", soft_wrap=True)
    return error.exit_code


@contextmanager
def told_errors() -> Iterator[None]:
    """Errors become messages; with `--debug` after their tracebacks."""
    try:
        yield
    except HuggingGPTError as error:
        raise typer.Exit(told(error)) from None
    except typer.Exit:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        bug = HuggingGPTError(f"this should not have happened: {what}", hint="again with --debug shows where; tell us")
        bug.__cause__ = error
        raise typer.Exit(told(bug)) from None
    except KeyboardInterrupt:
        err().print("interrupted")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def leaving(hint: Callable[[], str]) -> Iterator[None]:
    """Ctrl-C or SIGTERM in the body: it ends and closes what it has opened; then say how to go on, and leave at once.

    At once, for a thread may still wait for a network or a line.
    """
    import asyncio

    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: task and task.cancel())
    try:
        yield
    except asyncio.CancelledError:
        err().print(hint(), soft_wrap=True, markup=False)
        sys.stdout.flush()
        os._exit(INTERRUPTED)


def settle(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end, with errors told."""
    import asyncio

    import stamina.instrumentation

    stamina.instrumentation.set_on_retry_hooks([])  # `show` tells of attempts; a log on stderr would tear the tree
    with told_errors():
        return asyncio.run(work)


def write_out(text: str) -> None:
    """Text on stdout, at once. When its reader has gone (`| head`), the work goes on, unheard."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(value: Any) -> None:
    """One JSON value on stdout."""
    sys.stdout.write(json_text(value, indent=2) + "\n")
