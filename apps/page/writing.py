"""`write_page`: the page of a run as a file, with what is too large for it in a folder beside it: all of it, or nothing."""

import shutil

from ...checkpoints.history import History
from ...checkpoints.ledger import SqliteLedger
from ...graph.errors import StorageError, UsageError
from ...graph.new_file import new_file
from ...graph.result import Run
from .media import Media
from .page import Material, render_page

MOST_TURNS, MOST_RESOURCES = 200, 1000
"""Of a conversation that a page has, the newest."""


async def material_of(run: Run, ledger: SqliteLedger) -> Material:
    """What the page of a run is made from."""
    history = History(ledger)
    turns = list(reversed(await history.runs(thread_id=run.thread_id, limit=MOST_TURNS)))
    resources = await history.resources(thread_id=run.thread_id, limit=MOST_RESOURCES)
    calls = await ledger.llm_calls.of_run(run.run_id)
    return Material(run, await history.members(run.epoch), turns or [run], resources, calls)


def write_page(material: Material, media: Media) -> int:
    """Write the page to `media.out`; returns its bytes. Blocks.

    Raises `UsageError` for a name that is taken, `StorageError`.
    """
    page = render_page(material, media).encode("utf-8", "replace")
    if media.beside and media.folder.exists():
        raise UsageError(f"{media.folder} is there already", hint="name another file, or remove that folder")
    try:
        if media.beside:
            media.folder.mkdir()
            for copy, source in media.beside.items():
                shutil.copyfile(source, copy)
        with new_file(media.out) as target:
            target.write(page)
    except BaseException as error:
        if media.beside:
            shutil.rmtree(media.folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise StorageError(
                f"{media.out} can't be written: {error.strerror or error}",
                hint="make room, or name a file on another disk",
            ) from error
        raise
    return len(page)


def left_out(material: Material) -> str:
    """What of the conversation is not on the page, as a sentence; empty for nothing."""
    if len(material.conversation) < MOST_TURNS and len(material.resources) < MOST_RESOURCES:
        return ""
    return f"the page has the newest {MOST_TURNS} turns and {MOST_RESOURCES} resources of the conversation only"
