"""`ShownGraph`: what callers see of the compiled graph beside its streams: schema of the context, states, their history."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import StateSnapshot

from ..graph.background import blocking
from ..graph.options import Options
from ..graph.ports import Store
from ..graph.state import GraphInput, State
from .checked_calls import AnyKey
from .result_media import with_small_files


class ShownGraph(CompiledStateGraph[State, Options, GraphInput, State]):
    """LangGraph's compiled graph. The messages of its states hold their small files, which no checkpoint has."""

    def __init__(self, *, store_of_files: Store, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.store_of_files = store_of_files

    def get_context_jsonschema(self) -> dict[str, Any] | None:
        """As LangGraph makes it; its server drops no key of a context, so that one which is no option is reported."""
        schema = super().get_context_jsonschema()
        return schema and {**schema, "properties": AnyKey(schema.get("properties", {}))}

    async def aget_state(self, config: RunnableConfig, *, subgraphs: bool = False) -> StateSnapshot:
        """As LangGraph does it; the messages of answers hold their small files."""
        return await self._shown(await super().aget_state(config, subgraphs=subgraphs))

    async def aget_state_history(self, config: RunnableConfig, **options: Any) -> AsyncIterator[StateSnapshot]:
        """As LangGraph does it; the messages of answers hold their small files."""
        async with aclosing(
            cast(AsyncGenerator[StateSnapshot, None], super().aget_state_history(config, **options))
        ) as found:
            async for snapshot in found:
                yield await self._shown(snapshot)

    def get_state(self, config: RunnableConfig, *, subgraphs: bool = False) -> StateSnapshot:
        """The same for callers that are not asynchronous."""
        snapshot = super().get_state(config, subgraphs=subgraphs)
        return blocking(lambda: self._shown(snapshot))

    def get_state_history(self, config: RunnableConfig, **options: Any) -> Iterator[StateSnapshot]:
        """The same for callers that are not asynchronous."""
        for snapshot in super().get_state_history(config, **options):
            yield blocking(lambda snapshot=snapshot: self._shown(snapshot))  # type: ignore[misc]

    async def _shown(self, snapshot: StateSnapshot) -> StateSnapshot:
        return snapshot._replace(values=await with_small_files(snapshot.values, self.store_of_files))
