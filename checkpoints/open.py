"""`Storage`: ledger, files and checkpoints of one home; `open_checkpointer` opens LangGraph's saver by a URL."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..graph.errors import UsageError
from ..graph.homes import DATABASE
from ..graph.redactor import Redactor
from .database import Database
from .home import prepare_home
from .ledger import SqliteLedger
from .store import FileStore

if TYPE_CHECKING:  # rows and files are read without LangGraph
    from langgraph.checkpoint.base import BaseCheckpointSaver

    from .saver import SharedSqliteSaver


class Storage:
    """Ledger, files and checkpoints of a home; nothing is made, and the database is not opened, before their first use."""

    def __init__(self, home: Path, redact: Redactor | None = None, *, reading: bool = False) -> None:
        """`redact`: its secrets are written into no row, checkpoint or text while the storage is open."""
        self._database = Database(home, reading=reading)
        if redact:
            self._database.redact_with(redact)
        self.ledger = SqliteLedger(self._database)
        self.store = FileStore(home, redact)

    async def checkpointer(self, once: Collection[str] = ()) -> "SharedSqliteSaver":
        """A checkpointer whose tables exist, for a graph with these channels `once` (see `SharedSqliteSaver.open`).

        Raises `StorageError` when the database can't be opened.
        """
        from .saver import SharedSqliteSaver

        return await SharedSqliteSaver.open(self._database, once)

    @property
    def moved(self) -> bool:
        """Whether the open database no longer has its name: it was moved, deleted or replaced."""
        return self._database.moved

    def close(self) -> None:
        """Return all leases, finish what was submitted, and close the database."""
        try:
            self.ledger.close()
        finally:
            self._database.close()


@asynccontextmanager
async def open_storage(home: Path, redact: Redactor | None = None, *, reading: bool = False) -> AsyncIterator[Storage]:
    """The storage of a home, made where there is none, and closed at the end. Raises `StorageError`.

    `reading`: the home is left as it is, and may be one that can't be written; where there is none, there are no rows.
    """
    if not reading:
        await asyncio.to_thread(prepare_home, home)
    storage = await asyncio.to_thread(Storage, home, redact, reading=reading)
    try:
        yield storage
    finally:
        storage.close()


def url_of(home: Path) -> str:
    """The checkpointer's URL of a home folder: LangGraph's tables beside ours, in one SQLite file."""
    return f"sqlite:///{(home / DATABASE).absolute()}"


@asynccontextmanager
async def open_checkpointer(url: str) -> AsyncIterator["BaseCheckpointSaver[str]"]:
    """An open, set up checkpointer, closed at the end. Raises `StorageError` when it can't be opened."""
    match urlsplit(url).scheme:
        case "sqlite":
            file = Path(url.removeprefix("sqlite:///"))
            if file.name != DATABASE:
                raise UsageError(
                    f"{url} must end in /{DATABASE}", hint=f"the folder is yours to choose: {url_of(file)}"
                )
            async with open_storage(file.parent) as storage:
                yield await storage.checkpointer()
        case other:
            raise UsageError(f"there is no store for {other!r} URLs", hint="use sqlite:////absolute/path/hugginggpt.db")
