"""Does the work of `import`: takes the runs of a zip into the home, and says what they are and how they go on."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ...graph.result import RESUMABLE, Run
from ...tools.redaction.configured_secrets import redactor_of
from .arguments import settings_of
from .console import note, out, plain, print_json, report_errors, warn
from .export import IN_PART

if TYPE_CHECKING:
    from ...checkpoints.archive_import import Imported
    from ...checkpoints.archive_reading import Archive


def import_file(file: Path, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt import`. All of the file is checked before the home is written, or made."""
    with report_errors():
        archive, imported, run = asyncio.run(_import(file, home))
    if missing := archive.manifest.missing:
        warn(
            f"{len(missing)} of its files were missing where it was exported; what made them is done again on a resume"
        )
    if as_json:
        print_json(
            {
                "run_id": run.run_id, "thread_id": run.thread_id, "status": run.status, "imported": imported.runs,
                "files": imported.files, "missing": missing,
            }
        )  # fmt: skip
    else:
        _print(imported, run)
    if missing:
        raise typer.Exit(IN_PART)


async def _import(file: Path, home: Path | None) -> "tuple[Archive, Imported, Run]":
    from ...checkpoints.archive_import import import_archive
    from ...checkpoints.archive_reading import read_archive
    from ...checkpoints.history import History
    from ...checkpoints.open import open_storage

    settings = settings_of(home=home, llm="")
    archive = await asyncio.to_thread(read_archive, file, settings.home)
    async with open_storage(settings.home, redactor_of(settings)) as storage:
        imported = await asyncio.to_thread(import_archive, archive, storage.ledger.database)
        return archive, imported, await History(storage.ledger).run(archive.manifest.run_id)


def _print(imported: "Imported", run: Run) -> None:
    what = f"run {run.run_id} ({run.status}), conversation {plain(run.thread_id)}: {plain(run.request.text, 200)}"
    if not imported.runs:
        out().print(f"{what}\nit is here already, as it is in the file; nothing was changed", soft_wrap=True)
        return
    out().print(what, soft_wrap=True)
    more = len(imported.runs) - 1
    others = f" with {more} other run{'s' * (more > 1)} of its conversation and line" if more else ""
    note(f"imported{others}, {imported.files} file{'s' * (imported.files != 1)}")
    if run.status in RESUMABLE:
        options = run.options
        chosen = [f"experts at {plain(', '.join(options.where))}"] if options.where else []
        chosen += [f"model {plain(options.llm)}"] if options.llm else []
        by = f" (with the options that it was begun with: {', '.join(chosen)})" if chosen else ""
        note(f"it goes on with: hugginggpt resume {run.run_id}{by}; look at it first: hugginggpt show {run.run_id}")
