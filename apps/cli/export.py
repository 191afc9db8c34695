"""Does the work of `export`: by the suffix of the file a page, or a zip, which reports what of the run is missing."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer
from rich.filesize import decimal

from ...graph.errors import UsageError
from ...graph.version import __version__
from ..exported_file import ARCHIVE, file_to_export
from .arguments import settings_of_home
from .console import note, plain, print_json, report_errors, warn
from .inspect import read_home

if TYPE_CHECKING:
    from ...checkpoints.archive_writing import Written
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage

IN_PART: Final = 3
"""Exit code where a file of the run is missing."""


def export_run(name: str | None, given: str | None, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt export`: by the suffix of the file that is given."""
    with report_errors(started=False):
        if not given:
            raise UsageError("there is no name of a file to write", hint="e.g. hugginggpt export out.zip")
        file = file_to_export(given)
    if file.suffix.lower() == ARCHIVE:
        _export_archive(name, file, home=home, as_json=as_json)
        return
    from .export_page import export_page

    export_page(name, file, home=home, as_json=as_json, in_part=IN_PART)


def _export_archive(name: str | None, file: Path, *, home: Path | None, as_json: bool) -> None:
    folder = settings_of_home(home).home

    async def write(_: "Storage", history: "History") -> "tuple[str, Written]":
        from ...checkpoints.archive_writing import contents_of, write_archive

        run = await history.run(name)
        contents = await history.database.read(lambda db: contents_of(db, run.run_id, run.thread_id, folder))
        return run.run_id, write_archive(contents, run.run_id, run.thread_id, __version__, folder, file)

    run_id, written = read_home(home, write)
    if written.missing:
        warn(
            f"{_count(len(written.missing), 'file')} of the run {'is' if len(written.missing) == 1 else 'are'} not in the "
            "home any more, or changed there, and so not in the archive; what made them is done again on a resume"
        )
    if as_json:
        print_json({"run_id": run_id, "path": str(file), **written._asdict()})
    else:
        note(
            f"{plain(str(file))}: {_count(written.runs, 'run')}, {_count(written.files, 'file')}, {decimal(written.size)}; "
            f"elsewhere: hugginggpt import {plain(file.name)}"
        )
    if written.missing:
        raise typer.Exit(IN_PART)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
