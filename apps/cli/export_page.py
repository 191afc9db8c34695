"""Does the work of `export RUN out.html`: reads the run, writes its page, and copies large files beside it."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.filesize import decimal

from ...graph.errors import StorageError, UsageError
from ...graph.new_file import new_file
from .console import note, plain, print_json, report_errors, warn
from .inspect import read_home, read_run_at

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage
    from ..page.media import Media
    from ..page.page import Material

_MOST_TURNS, _MOST_RESOURCES = 200, 1000


def export_page(name: str | None, file: Path, *, home: Path | None, as_json: bool, in_part: int) -> None:
    """Exits with `in_part` where a file of the run is gone."""

    async def read(storage: "Storage", history: "History") -> "tuple[Material, Any]":
        from ..page.page import Material

        run = await read_run_at(name, home, None, history)
        turns = list(reversed(await history.runs(thread_id=run.thread_id, limit=_MOST_TURNS)))
        resources = await history.resources(thread_id=run.thread_id, limit=_MOST_RESOURCES)
        calls = await storage.ledger.llm_calls.of_run(run.run_id)
        members = await history.members(run.epoch)
        return Material(run, members, turns or [run], resources, calls), storage.store.path

    material, path_of = read_home(home, read)
    with report_errors(started=False):
        from ..page.media import Media
        from ..page.page import render_page

        media = Media(path_of, file)
        page = render_page(material, media).encode("utf-8", "replace")
        _write(file, page, media)
    run = material.run
    if len(material.conversation) == _MOST_TURNS or len(material.resources) == _MOST_RESOURCES:
        warn(f"the page has the newest {_MOST_TURNS} turns and {_MOST_RESOURCES} resources of the conversation only")
    if media.missing:
        warn(f"files that are gone from the home, or were changed there: {plain(', '.join(media.missing))}")
    if as_json:
        print_json(
            {
                "run_id": run.run_id, "path": str(file), "size": len(page), "missing": media.missing,
                "beside": [str(copy) for copy in media.beside], "shortened": media.shortened,
            }
        )  # fmt: skip
    else:
        beside = (
            f"; {len(media.beside)} large file{'s' * (len(media.beside) > 1)} beside it, in {plain(media.folder.name)}"
            if media.beside
            else ""
        )
        cut = f"; {media.shortened} long texts or tables in part" if media.shortened else ""
        note(f"{plain(str(file))}: {decimal(len(page))}, one file that any browser opens{beside}{cut}")
    if media.missing:
        raise typer.Exit(in_part)


def _write(file: Path, page: bytes, media: "Media") -> None:
    """The page, and what is to be beside it; after an error neither is there."""
    if media.beside and media.folder.exists():
        raise UsageError(f"{media.folder} is there already", hint="name another file, or remove that folder")
    try:
        if media.beside:
            media.folder.mkdir()
            for copy, source in media.beside.items():
                shutil.copyfile(source, copy)
        with new_file(file) as target:
            target.write(page)
    except BaseException as error:
        if media.beside:
            shutil.rmtree(media.folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise StorageError(
                f"{file} can't be written: {error.strerror or error}", hint="make room, or name a file on another disk"
            ) from error
        raise
