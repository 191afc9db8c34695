"""`RunGraph`: the compiled graph; what comes before the first and after the last stage, at every entry point.

Whatever drives the graph (the command, a tool, a parent graph, LangGraph Server) calls its `astream`: `ainvoke` and
`astream_events` do.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from ..graph.ports import Ledger, Store
from ..graph.state import GraphInput, State
from .execution import Execution, current_execution
from .take_up import take_up


class RunGraph(CompiledStateGraph[State, Any, GraphInput, State]):
    """LangGraph's compiled graph, made from one that `StateGraph.compile` returned."""

    def __init__(self, *, ledger: Ledger, store_of_files: Store, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.ledger = ledger
        self.store_of_files = store_of_files

    @classmethod
    def of(
        cls, graph: CompiledStateGraph[State, Any, GraphInput, State], ledger: Ledger, store_of_files: Store
    ) -> "RunGraph":
        """A copy of the graph, as `Pregel.copy` makes them."""
        attributes = {name: value for name, value in vars(graph).items() if name != "__orig_class__"}
        return cls(ledger=ledger, store_of_files=store_of_files, **attributes)

    async def astream(
        self, input: Any, config: RunnableConfig | None = None, **options: Any
    ) -> AsyncGenerator[Any, None]:
        """Stream the graph; see `Pregel.astream`. Raises `RunChanged` for a run of another version of the graph."""
        execution = Execution(self.ledger.runs)
        try:
            if _continues(input, config):
                config = await self._taken_up(config, execution)
            stream = cast(AsyncGenerator[Any, None], super().astream(input, config, **options))
            async with aclosing(stream) as parts:
                while True:
                    outer = current_execution.set(execution)  # at each step: the caller's context must not keep it
                    try:
                        async with execution.cancellable():
                            part = await anext(parts)
                    except StopAsyncIteration:
                        return
                    finally:
                        current_execution.reset(outer)
                    yield part
        finally:
            await execution.end()

    async def _taken_up(self, config: RunnableConfig | None, execution: Execution) -> RunnableConfig | None:
        new = await take_up(self, ensure_config(config), execution, self.ledger, self.store_of_files)
        if new is None or not config or not config.get("configurable", {}).get("checkpoint_id"):
            return config  # the newest checkpoint is the one to continue from
        return {**config, "configurable": {**config["configurable"], "checkpoint_id": new}}


def _continues(input: Any, config: RunnableConfig | None) -> bool:
    """Whether a run may have begun before: not for the input of a new one, except inside a parent graph."""
    return (
        input is None or isinstance(input, Command) or bool(ensure_config(config)["configurable"].get("checkpoint_ns"))
    )
