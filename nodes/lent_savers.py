"""`usable_here`: a checkpointer that a caller lends, made usable in the running event loop.

A parent graph that is driven synchronously lends a saver without asynchronous methods (`SqliteSaver`, `PostgresSaver`), or
one that belongs to another event loop (`AsyncSqliteSaver`, `AsyncPostgresSaver`). All others are used as they are.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)

from ..graph.errors import UsageError

T = TypeVar("T")
Saver = BaseCheckpointSaver[Any]


def usable_here(saver: Any) -> Any:
    """The saver itself, or an adapter of it. Raises `UsageError` where its event loop has ended."""
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        return saver
    if not isinstance(saver, BaseCheckpointSaver) or isinstance(saver, LentSaver):
        return saver
    home = getattr(saver, "loop", None)
    if isinstance(home, asyncio.AbstractEventLoop):
        if home is here:
            return saver
        if home.is_closed():
            raise UsageError(
                f"the checkpointer {type(saver).__name__} belongs to an event loop that has ended",
                hint="open it in the event loop that runs the graph",
            )
        return LentSaver(saver, home)
    return LentSaver(saver, None) if _is_synchronous(saver) else saver


def having_read(saver: Any, saved: CheckpointTuple) -> Any:
    """The saver, which gives its next reader what was just read, where it can; ours does."""
    return saver.having_read(saved) if hasattr(saver, "having_read") else saver


def _is_synchronous(saver: Saver) -> bool:
    """Whether its asynchronous methods only raise: it has none, or it is the library's for SQLite."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    return type(saver).aget_tuple in (BaseCheckpointSaver.aget_tuple, SqliteSaver.aget_tuple)


class LentSaver(BaseCheckpointSaver[Any]):
    """Asynchronous methods over a saver: on the event loop it belongs to, or its synchronous ones in a thread."""

    def __init__(self, saver: Saver, home: asyncio.AbstractEventLoop | None) -> None:
        super().__init__(serde=saver.serde)
        self._saver = saver
        self._home = home

    async def _call(
        self, there: Callable[..., Coroutine[Any, Any, T]], here: Callable[..., T], *given: Any, **named: Any
    ) -> T:
        if self._home is None:
            return await asyncio.to_thread(here, *given, **named)
        waiting: Awaitable[T] = asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(there(*given, **named), self._home)
        )
        return await waiting

    @property
    def config_specs(self) -> list[Any]:
        """Those of the saver."""
        return list(self._saver.config_specs)

    def get_next_version(self, current: Any, channel: None) -> Any:
        """The saver's own form of versions."""
        return self._saver.get_next_version(current, channel)

    def with_allowlist(self, extra_allowlist: Any) -> "LentSaver":
        """The same for a graph whose state has types of its own."""
        return LentSaver(self._saver.with_allowlist(extra_allowlist), self._home)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """See `BaseCheckpointSaver`."""
        return await self._call(self._saver.aget_tuple, self._saver.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """See `BaseCheckpointSaver`; the tuples are read before the first is returned."""
        named = {"filter": filter, "before": before, "limit": limit}

        async def there() -> list[CheckpointTuple]:
            return [found async for found in self._saver.alist(config, **named)]  # type: ignore[arg-type]

        for found in await self._call(there, lambda: list(self._saver.list(config, **named))):  # type: ignore[arg-type]
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """See `BaseCheckpointSaver`."""
        given = (config, checkpoint, metadata, new_versions)
        return await self._call(self._saver.aput, self._saver.put, *given)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """See `BaseCheckpointSaver`."""
        given = (config, writes, task_id, task_path)
        await self._call(self._saver.aput_writes, self._saver.put_writes, *given)

    async def adelete_thread(self, thread_id: str) -> None:
        """See `BaseCheckpointSaver`."""
        await self._call(self._saver.adelete_thread, self._saver.delete_thread, thread_id)

    # -- for code in threads, which has no running loop --------------------------------------------------------------

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The saver's own."""
        return self._saver.get_tuple(config)

    def list(self, config: RunnableConfig | None, **named: Any) -> Iterator[CheckpointTuple]:
        """The saver's own."""
        return self._saver.list(config, **named)
