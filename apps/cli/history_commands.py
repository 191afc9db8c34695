"""Declares `runs`, `show`, `history`, `resources` (Typer options and help); `inspect.py` does the work."""

from typing import Annotated

import typer

from .options import Home, Json, Newest, OfThread

history_commands = typer.Typer(rich_markup_mode=None)


@history_commands.command()
def runs(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 20, home: Home = None, json: Json = False
) -> None:
    """List runs, the newest first."""
    from .inspect import list_runs

    list_runs(limit, home=home, as_json=json)


@history_commands.command(epilog="Example: hugginggpt show            draws the newest run")
def show(run: Newest = None, home: Home = None, json: Json = False) -> None:
    """Draw a run: its tasks with states, experts, reasons, timings, inputs and outputs."""
    from .inspect import show_run

    show_run(run, home=home, as_json=json)


@history_commands.command()
def history(run: Newest = None, home: Home = None, json: Json = False) -> None:
    """List the checkpoints of a run, the newest first."""
    from .inspect import list_checkpoints

    list_checkpoints(run, home=home, as_json=json)


@history_commands.command()
def resources(
    thread: OfThread = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """List what was given and made, by which task and model."""
    from .inspect import list_resources

    list_resources(thread, home=home, as_json=json)
