"""`RunGraph`: the compiled graph, each `Execution` of which returns the leases that it claimed, however it ends.

Whatever drives the graph (the command, a tool, a parent graph, LangGraph Server) calls its `astream`: `ainvoke` and
`astream_events` do. So what holds for every entry point is done here.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, cast
from uuid import uuid4

from langgraph.graph.state import CompiledStateGraph

from ..graph.ports import Ledger, Runs
from ..graph.result import Run
from ..graph.state import GraphInput, State

_current: ContextVar["Execution"] = ContextVar("hugginggpt_execution")


class Execution:
    """One execution of the graph, from a start or resume to its end, an interrupt, an error or a cancellation."""

    def __init__(self, runs: Runs) -> None:
        self.id = uuid4().hex
        self._runs = runs
        self._claimed: set[str] = set()

    async def start(self, run: Run) -> None:
        """Record a new run, and claim its lease."""
        self._claimed.add(run.run_id)
        await self._runs.start(run, self.id)

    async def own(self, run_id: str) -> None:
        """Claim the lease of a run, or keep it; raises `RunBusy`."""
        self._claimed.add(run_id)  # before the claim: a cancellation may arrive when it is committed
        await self._runs.own(run_id, self.id)

    async def end(self) -> None:
        """Return the leases that are still held: their runs were left unfinished."""
        for run_id in self._claimed:
            await self._runs.interrupt(run_id, self.id)


def current() -> Execution:
    """The execution to which the calling node belongs."""
    return _current.get()


class RunGraph(CompiledStateGraph[State, Any, GraphInput, State]):
    """LangGraph's compiled graph, made from one that `StateGraph.compile` returned."""

    def __init__(self, *, ledger: Ledger, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.ledger = ledger

    @classmethod
    def of(cls, graph: CompiledStateGraph[State, Any, GraphInput, State], ledger: Ledger) -> "RunGraph":
        """The graph with leases; a copy, as `Pregel.copy` makes them."""
        return cls(ledger=ledger, **{name: value for name, value in vars(graph).items() if name != "__orig_class__"})

    async def astream(self, *given: Any, **options: Any) -> AsyncGenerator[Any, None]:
        """Stream the graph; see `Pregel.astream`."""
        execution = Execution(self.ledger.runs)
        try:
            stream = cast(AsyncGenerator[Any, None], super().astream(*given, **options))
            async with aclosing(stream) as parts:
                while True:
                    outer = _current.set(execution)  # at each step: the caller's context must not keep it
                    try:
                        part = await anext(parts)
                    except StopAsyncIteration:
                        return
                    finally:
                        _current.reset(outer)
                    yield part
        finally:
            await execution.end()
