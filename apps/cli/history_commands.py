"""Declares `runs`, `show`, `open`, `history`, `resources` (options and help); `inspect.py`, `show.py` do the work."""

from typing import Annotated

import typer

from .options import Home, Json, Newest, OfThread, Run, option

history_commands = typer.Typer(rich_markup_mode=None)


@history_commands.command()
def runs(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 20, home: Home = None, json: Json = False
) -> None:
    """List runs, the newest first."""
    from .inspect import list_runs

    list_runs(limit, home=home, as_json=json)


@history_commands.command(epilog="Example: hugginggpt show            draws the newest run")
def show(
    run: Newest = None,
    task: Annotated[
        str | None, option("--task", "TASK", "One task in full: 3, or 3[1] for a member of a list.")
    ] = None,
    at: Annotated[str | None, option("--at", "CHECKPOINT", "As it was at a checkpoint (see `history`).")] = None,
    diff: Annotated[str | None, option("--diff", "OTHER_RUN", "Beside another run: plan, experts, outputs.")] = None,
    lineage: Annotated[
        str | None, option("--lineage", "FILE|HASH", "From what data was made, and what was made from it, in all runs.")
    ] = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="In time: waiting, queued, running; the critical path.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="While it is under way, from another terminal.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Its plan as JSON, for `fork --edit-plan`.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Draw a run: its tasks with states, experts, reasons, timings, inputs and outputs."""
    from .show import show_view

    show_view(
        run, home=home, as_json=json, task=task, at=at, diff=diff, lineage=lineage, trace=trace, watch=watch, plan=plan
    )


@history_commands.command(name="open", epilog="Example: hugginggpt open 3f2a 2            opens what task 2 made")
def open_(
    run: Run,
    task: Annotated[str, typer.Argument(metavar="TASK", help="Task id, or 3[1] for a member of a list.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Open what a task made in the program that this machine has for it."""
    from .open_output import open_output

    open_output(run, task, home=home, as_json=json)


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
