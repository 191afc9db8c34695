"""`main`, the `hugginggpt` command: its groups of commands and its global options; `start.py` is the entry point."""

import logging
import os
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO, cast

import typer

from ...graph.version import __version__
from ..eval.commands import evaluations
from .delete_commands import delete_commands
from .global_options import CommandGroup
from .history_commands import history_commands
from .move_commands import move_commands
from .run_commands import run_commands
from .setup_commands import setup_commands

app = typer.Typer(
    name="hugginggpt",
    cls=CommandGroup,
    help="Plan a request as tasks, run an expert model for each, keep everything. Answers go to stdout, progress to stderr.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 done in part, 4 waiting for approval, 130 interrupted or cancelled "
    "(resumable).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for commands in (run_commands, history_commands, move_commands, delete_commands, setup_commands):
    app.add_typer(commands)
app.add_typer(evaluations, name="eval")


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"hugginggpt {__version__}")
        raise typer.Exit


@app.callback()
def before_any_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")] = False,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            metavar="FILE",
            help="Append a log to FILE, as JSON lines if it is called .jsonl; may stand anywhere [$HUGGINGGPT_LOG].",
        ),
    ] = None,
) -> None:
    """The options that may stand before any command."""
    from ...graph.advice import advise_in_process
    from .log_file import open_log
    from .platforms import refuse_unsupported

    context.call_on_close(partial(advise_in_process, advise_in_process("command")))

    refuse_unsupported()
    if debug:
        os.environ["HUGGINGGPT_DEBUG"] = "1"
    open_log(log)
    logging.getLogger(__name__).info("hugginggpt %s: %s", __version__, shlex.join(sys.argv[1:]))


def main() -> None:
    """Call the command. Secrets are removed from all that anything writes to stderr."""
    from ...graph.errors import HuggingGPTError
    from .streams import CleanStream, OpenStream
    from .traces import end_with_traces, hear_langsmith

    sys.stdout, sys.stderr = cast("TextIO", OpenStream(sys.stdout)), cast("TextIO", CleanStream(sys.stderr))
    hear_langsmith()
    try:
        app(prog_name="hugginggpt")
    except HuggingGPTError as error:  # before anything is opened: an error in the settings, for instance
        from .console import report_error

        sys.exit(report_error(error))
    except OSError as error:  # a failure to write to stdout: every other one is reported where it happens
        sys.exit(f"error: the output can't be written: {error.strerror or error}")
    finally:
        end_with_traces()
