"""`SharedSqliteSaver`: LangGraph's saver on our database thread and in our rows; its commits are shared with the ledger's.

Measured with 500 tasks of two nodes beside the ledger, a transaction for each call (the stock `AsyncSqliteSaver`) costs
8 to 9 ms a task, shared ones under 5 (docs/log.md).
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from copy import copy
from random import randrange
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_id,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from .database import Database
from .deletion import Deletion, delete
from .run_deletion import delete_for_runs, delete_threads, prune_threads
from .serializer import strict_serializer
from .states import States
from .thread_copy import copy_thread

T = TypeVar("T")


class SharedSqliteSaver(BaseCheckpointSaver[str]):
    """Made by `open`. What a method writes is committed when it returns, in any thread or event loop.

    The synchronous methods block their thread meanwhile; code in an event loop uses the asynchronous ones.
    """

    def __init__(self, database: Database, serde: SerializerProtocol, once: Collection[str] = ()) -> None:
        super().__init__(serde=serde)
        self._database = database
        self._once = once
        self._read_before: CheckpointTuple | None = None

    @classmethod
    async def open(cls, database: Database, once: Collection[str] = ()) -> "SharedSqliteSaver":
        """A saver whose tables exist. Raises `StorageError` when the database can't be opened.

        `once`: channels of its graph that need one write a super-step. LangGraph compares each task that it prepares with
        every write: 1,000 tasks that all lead to one stage are read with 1,001 writes instead of 2,000.
        """
        await database.read(lambda _: None)
        return cls(database, strict_serializer(), once)

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> "SharedSqliteSaver":
        """The same saver for a graph whose state has types of its own."""
        serde = super().with_allowlist(extra_allowlist).serde
        return self if serde is self.serde else SharedSqliteSaver(self._database, serde, self._once)

    def having_read(self, saved: CheckpointTuple) -> "SharedSqliteSaver":
        """The same saver, whose first caller for the newest checkpoint of that namespace gets this one, just read.

        To read a long conversation once more is most of what its turns cost more than its first ones. The caller owns
        the values, which it may change: no one gets them twice.
        """
        same = copy(self)
        same._read_before = saved
        return same

    def get_next_version(self, current: str | None, channel: None) -> str:
        """The version of a channel after `current`, in 17 digits instead of the library's 49: states have dozens of them.

        Versions are compared as texts. One of these is greater than any of the library's with a smaller number.
        """
        number = int(current.partition(".")[0]) + 1 if current else 1
        return f"{number:08}.{randrange(10**8):08}"

    def _write(self, work: Callable[[States], T]) -> "Future[T]":
        return self._database.submit(lambda db: work(States(db, self.serde, self._once)), writes=True)

    def _read(self, work: Callable[[States], T]) -> "Future[T]":
        return self._database.submit(lambda db: work(States(db, self.serde, self._once)), writes=False)

    async def _awrite(self, work: Callable[[States], T]) -> T:
        return await self._database.write(lambda db: work(States(db, self.serde, self._once)))

    async def _aread(self, work: Callable[[States], T]) -> T:
        return await self._database.read(lambda db: work(States(db, self.serde, self._once)))

    # -- what a graph saves -----------------------------------------------------------------------------------------

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        return self._write(lambda states: states.put(config, checkpoint, metadata)).result()

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint, also when the caller is cancelled meanwhile."""
        return await self._awrite(lambda states: states.put(config, checkpoint, metadata))

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote."""
        self._write(lambda states: states.put_writes(config, writes, task_id, task_path)).result()

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote, also when the caller is cancelled meanwhile."""
        await self._awrite(lambda states: states.put_writes(config, writes, task_id, task_path))

    # -- what it reads ----------------------------------------------------------------------------------------------

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint named, or the newest of the thread."""
        return self._read(lambda states: states.get_tuple(config)).result()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint named, or the newest of the thread."""
        named, before = config["configurable"], self._read_before
        if before is not None and not get_checkpoint_id(config):
            there = before.config["configurable"]
            if (str(named["thread_id"]), named.get("checkpoint_ns", "")) == (
                there["thread_id"],
                there["checkpoint_ns"],
            ):
                self._read_before = None
                return before
        return await self._aread(lambda states: states.get_tuple(config))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """The checkpoints of a thread, newest first; read at once, so that no lock is held while the caller iterates."""
        yield from self._read(
            lambda states: tuple(states.list(config, filter=filter, before=before, limit=limit))
        ).result()

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """The checkpoints of a thread, newest first; read at once, so that no lock is held while the caller iterates."""
        for each in await self._aread(
            lambda states: tuple(states.list(config, filter=filter, before=before, limit=limit))
        ):
            yield each

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """What was written to channels that save differences only; the synchronous method is the library's."""
        return await to_thread(self.get_delta_channel_history, config=config, channels=channels)

    # -- what it deletes and copies; rows and files of runs follow ----------------------------------------------------

    def delete_thread(self, thread_id: str) -> None:
        """Delete a conversation. Raises `RunBusy` where another process works in it."""
        self._delete(lambda deletion: delete_threads(deletion, [thread_id]))

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete a conversation. Raises `RunBusy` where another process works in it."""
        await to_thread(self.delete_thread, thread_id)

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete what these runs of LangGraph's server saved: a `rollback`. Raises `RunBusy`."""
        self._delete(lambda deletion: delete_for_runs(deletion, tuple(run_ids)))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete what these runs of LangGraph's server saved: a `rollback`. Raises `RunBusy`."""
        await to_thread(self.delete_for_runs, run_ids)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep the newest checkpoint of each namespace, and all rows; or `delete` the threads. Raises `RunBusy`."""
        self._delete(lambda deletion: prune_threads(deletion, tuple(thread_ids), strategy))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep the newest checkpoint of each namespace, and all rows; or `delete` the threads. Raises `RunBusy`."""
        await to_thread(self.prune, thread_ids, strategy=strategy)

    def _delete(self, work: Callable[[Deletion], None]) -> None:
        delete(self._database, work)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a conversation; its runs become runs of their own, which descend from those of the source."""
        self._database.submit(lambda db: copy_thread(db, source_thread_id, target_thread_id), writes=True).result()

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a conversation; its runs become runs of their own, which descend from those of the source."""
        await self._database.write(lambda db: copy_thread(db, source_thread_id, target_thread_id))
