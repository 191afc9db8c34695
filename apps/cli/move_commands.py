"""Declares `export`, `import` (options and help); `export.py` and `import_archive.py` do the work."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Home, Json, Newest

move_commands = typer.Typer(rich_markup_mode=None)


@move_commands.command(
    epilog="Example: hugginggpt export trip.html     the newest run; export 3f2a trip.zip     another one, whole"
)
def export(
    run: Newest = None,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="A new file: NAME.html or NAME.zip.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Write a run to a file: a page that any browser opens (.html), or all of it to be imported elsewhere (.zip)."""
    from .export import export_run

    named, given = (run, file) if file is not None else (None, run)
    export_run(named, given, home=home, as_json=json)


@move_commands.command(name="import", epilog="Example: hugginggpt import trip.zip     then: hugginggpt show")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A zip that `export` made.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Take a run that `export` wrote into this home, to be shown, resumed and forked here."""
    from .import_archive import import_file

    import_file(file, home=home, as_json=json)
