"""Does the work of `export RUN out.html`: reads the run, has its page written, and says what is beside it or missing."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.filesize import decimal

from .console import note, plain, print_json, report_errors, warn
from .inspect import read_home, read_run_at

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage
    from ..page.page import Material


def export_page(name: str | None, file: Path, *, home: Path | None, as_json: bool, in_part: int) -> None:
    """Exits with `in_part` where a file of the run is gone."""

    async def read(storage: "Storage", history: "History") -> "tuple[Material, Any]":
        from ..page.writing import material_of

        run = await read_run_at(name, home, None, history)
        return await material_of(run, storage.ledger), storage.store.path

    material, path_of = read_home(home, read)
    with report_errors(started=False):
        from ..page.media import Media
        from ..page.writing import left_out, write_page

        media = Media(path_of, file)
        size = write_page(material, media)
        cut_off = left_out(material)
    if cut_off:
        warn(cut_off)
    if media.missing:
        warn(f"files that are gone from the home, or were changed there: {plain(', '.join(media.missing))}")
    if as_json:
        print_json(
            {
                "run_id": material.run.run_id, "path": str(file), "size": size, "missing": media.missing,
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
        note(f"{plain(str(file))}: {decimal(size)}, one file that any browser opens{beside}{cut}")
    if media.missing:
        raise typer.Exit(in_part)
