"""`SharedSqliteSaver`: LangGraph's SQLite saver on our database thread; its commits are shared with the ledger's.

The SQL is the library's; only the thread and the commits are ours. Measured with 500 tasks of two nodes beside the ledger,
a transaction for each call (the stock `AsyncSqliteSaver`) costs 8 to 9 ms a task, shared ones under 5 (docs/log.md).
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Cursor
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from .database import Database
from .row_connection import RowConnection


def strict_serializer() -> JsonPlusSerializer:
    """Plain JSON values as msgpack: without pickle, and without any type but LangGraph's own safe ones."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)


class SharedSqliteSaver(SqliteSaver):
    """Made by `open`. Use its asynchronous methods only, from any event loop."""

    def __init__(self, database: Database, db: RowConnection) -> None:
        super().__init__(db, serde=strict_serializer())
        self._database = database

    @classmethod
    async def open(cls, database: Database) -> "SharedSqliteSaver":
        """A saver whose tables exist."""

        def make(db: RowConnection) -> SharedSqliteSaver:
            saver = cls(database, db)
            saver.setup()
            return saver

        return await database.read(make, alone=True)  # a script with a commit of its own

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[Cursor]:
        """A cursor in the batch's transaction: the database commits, not the saver."""
        cursor = self.conn.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        return await self._database.write(lambda _: self.put(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote."""
        await self._database.write(lambda _: self.put_writes(config, writes, task_id, task_path))

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint named, or the newest of the thread."""
        return await self._database.read(lambda _: self.get_tuple(config))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """The checkpoints of a thread, newest first; read at once, so that no lock is held while the caller iterates."""
        found = await self._database.read(lambda _: list(self.list(config, filter=filter, before=before, limit=limit)))
        for each in found:
            yield each

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete a thread's checkpoints."""
        await self._database.write(lambda _: self.delete_thread(thread_id))
