"""From a URL to an open checkpointer. A new kind of store is a new `case` here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from langgraph.checkpoint.base import BaseCheckpointSaver

from ..graph.errors import StorageError, UsageError
from .home import DATABASE, prepare_home
from .serde import strict_serializer


def url_of(home: Path) -> str:
    """The checkpointer's URL of a home folder: LangGraph's tables beside ours, in one SQLite file."""
    return f"sqlite:///{(home / DATABASE).absolute()}"


@asynccontextmanager
async def open_checkpointer(url: str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """An open, set up checkpointer; it belongs to the event loop that opened it and must be closed by it.

    Raises `StorageError` when the database is damaged or stays locked for 30 seconds.
    """
    match urlsplit(url).scheme:
        case "sqlite":
            async with _sqlite(Path(url.removeprefix("sqlite:///"))) as saver:
                yield saver
        case other:
            raise UsageError(f"no checkpoint store speaks {other!r}", hint="use sqlite:///PATH")


@asynccontextmanager
async def _sqlite(file: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    prepare_home(file.parent)
    async with aiosqlite.connect(file, timeout=30) as connection:
        saver = AsyncSqliteSaver(connection, serde=strict_serializer())
        try:
            await saver.setup()
        except aiosqlite.DatabaseError as error:
            raise damaged(file, error) from error
        yield saver


def damaged(file: Path, error: Exception) -> StorageError:
    """What to say of a database that can't be read or written."""
    if "locked" in str(error):
        return StorageError(
            f"the database {file} stayed locked by another program", hint="close it (a database browser?) and try again"
        )
    if "full" in str(error) or "disk I/O" in str(error):
        return StorageError(
            f"the disk of {file} is full or failing ({error})", hint="make room, then `hugginggpt resume`"
        )
    if "readonly" in str(error) or "unable to open" in str(error):
        return StorageError(f"the database {file} can't be written ({error})", hint="name another home with --home DIR")
    return StorageError(
        f"the database {file} is damaged ({error})",
        hint=f"move it away (mv {file} {file}.broken) or name another home with --home DIR; files made are under "
        f"{file.parent / 'resources'}",
    )
