"""From a URL to an open checkpointer. A new kind of store is a new `case` here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from langgraph.checkpoint.base import BaseCheckpointSaver

from ..graph.errors import UsageError
from ..graph.homes import DATABASE
from .database import Database
from .saver import SharedSqliteSaver


def url_of(home: Path) -> str:
    """The checkpointer's URL of a home folder: LangGraph's tables beside ours, in one SQLite file."""
    return f"sqlite:///{(home / DATABASE).absolute()}"


@asynccontextmanager
async def open_checkpointer(url: str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """An open, set up checkpointer, closed at the end. Raises `StorageError` when it can't be opened."""
    match urlsplit(url).scheme:
        case "sqlite":
            file = Path(url.removeprefix("sqlite:///"))
            if file.name != DATABASE:
                raise UsageError(
                    f"{url} must end in /{DATABASE}", hint=f"the folder is yours to choose: {url_of(file)}"
                )
            database = Database(file.parent)
            try:
                yield await SharedSqliteSaver.open(database)
            finally:
                database.close()
        case other:
            raise UsageError(f"no checkpoint store speaks {other!r}", hint="use sqlite:////absolute/path/hugginggpt.db")
