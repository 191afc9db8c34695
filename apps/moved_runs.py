"""`export_run`, `import_run`, and each with `a` before it: a recorded run as a page or archive, and back, from Python."""

import os
from asyncio import to_thread
from pathlib import Path
from typing import NamedTuple

from ..graph.background import blocking
from ..graph.result import Run
from ..graph.settings import Settings
from ..graph.version import __version__
from ..graph.world import World
from .continued_runs import outcome_of
from .exported_file import ARCHIVE, file_to_export
from .kept_worlds import kept_open, settings_of_call
from .known_run import known_run
from .outcome import Outcome


class Exported(NamedTuple):
    """What an export has written."""

    path: Path
    size: int
    """Bytes of the file."""
    missing: tuple[str, ...]
    """Files of the run that are gone from the home or were changed there, and so are not in it: look at it."""
    beside: tuple[Path, ...] = ()
    """Files that are too large for a page, in a folder beside it."""
    left_out: str = ""
    """What else of the run's conversation is not in it, as a sentence."""


def export_run(run: str | Run, file: str | os.PathLike[str], *, settings: Settings | None = None) -> Exported:
    """Write a run, by its id or as it is, to a new file: `.html` a page for people, `.zip` to be imported elsewhere.

    Look at `missing` before you delete the run. Raises `UsageError` for an unknown run or another suffix, `RunBusy` for an
    archive of a run that goes on, `StorageError` where the file can't be written; then nothing is left of it.
    """
    return blocking(lambda: aexport_run(run, file, settings=settings))


async def aexport_run(run: str | Run, file: str | os.PathLike[str], *, settings: Settings | None = None) -> Exported:
    """As `export_run`, for asynchronous code."""
    target = await to_thread(file_to_export, file)
    world = await to_thread(kept_open, settings_of_call(settings))
    found = await known_run(world, run.run_id if isinstance(run, Run) else run)
    write = _archive if target.suffix.lower() == ARCHIVE else _page
    return await write(world, found, target)


async def _archive(world: World, run: Run, file: Path) -> Exported:
    from ..checkpoints.archive_writing import contents_of, write_archive

    home, database = world.settings.home, world.ledger.database
    contents = await database.read(lambda db: contents_of(db, run.run_id, run.thread_id, home))
    written = await to_thread(write_archive, contents, run.run_id, run.thread_id, __version__, home, file)
    return Exported(file, written.size, written.missing)


async def _page(world: World, run: Run, file: Path) -> Exported:
    from .page.media import Media
    from .page.writing import left_out, material_of, write_page

    material, media = await material_of(run, world.ledger), Media(world.store.path, file)
    size = await to_thread(write_page, material, media)
    return Exported(file, size, tuple(media.missing), tuple(media.beside), left_out(material))


def import_run(file: str | os.PathLike[str], *, settings: Settings | None = None) -> Outcome:
    """Take the run of an archive, with its conversation, into the home; it can be resumed, retried and forked here.

    All of the file is checked before anything is written. A run that is here already, as it is in the file, is returned
    as it is. Raises `UsageError` for a file that is none of ours, is damaged, or differs from what is here.
    """
    return blocking(lambda: aimport_run(file, settings=settings))


async def aimport_run(file: str | os.PathLike[str], *, settings: Settings | None = None) -> Outcome:
    """As `import_run`, for asynchronous code."""
    from ..checkpoints.archive_import import import_archive
    from ..checkpoints.archive_reading import read_archive

    chosen = settings_of_call(settings)
    archive = await to_thread(lambda: read_archive(Path(file).expanduser(), chosen.home))
    world = await to_thread(kept_open, chosen)
    await to_thread(import_archive, archive, world.ledger.database)
    return await outcome_of(archive.manifest.run_id, chosen)
