"""Declares `prune`, `delete` (Typer options and help); `deletions.py` does the work."""

from typing import Annotated

import typer

from . import options

delete_commands = typer.Typer(rich_markup_mode=None)
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@delete_commands.command(
    epilog="Example: hugginggpt prune --older 30d --keep-last 20 --dry-run     shows what would be deleted"
)
def prune(
    older: Annotated[
        str | None, options.option("--older", "TIME", "Runs that ended longer ago than this: 30d, 12h, 8w.")
    ] = None,
    keep_last: Annotated[
        int | None, options.option("--keep-last", "N", "Keep the newest N runs, however old they are.", min=0)
    ] = None,
    keep_resumable: Annotated[
        bool, typer.Option("--keep-resumable", help="Keep runs that can be resumed: waiting, interrupted, cancelled.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted, and change nothing.")] = False,
    yes: Yes = False,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """Delete old runs with their checkpoints, rows and files; nothing that a run in progress needs."""
    from .deletions import prune_runs

    prune_runs(older, keep_last, keep_resumable=keep_resumable, dry_run=dry_run, yes=yes, home=home, as_json=json)


@delete_commands.command(epilog="Example: hugginggpt delete 7dd2bc44c4     a run; or the name of a conversation")
def delete(
    name: options.RunOrThread = None,
    thread: options.OfThread = None,
    yes: Yes = False,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """Delete a run or a conversation with its checkpoints, rows and files."""
    from .deletions import delete_run

    delete_run(name, thread, yes=yes, home=home, as_json=json)
