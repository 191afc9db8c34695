"""A run whose expert hangs is cancelled whatever drives it: each entry point ends, and the run can be resumed."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from hugginggpt import as_tool
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.cancellation import cancel
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import RunCancelled
from hugginggpt.graph.state import GraphInput, State
from hugginggpt.graph.world import World
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, ask, last, step
from tool_child import agent

GIVEN: Any = {"request": "do it"}
CONFIG: Any = {"configurable": {"thread_id": "t"}}


class Hanging(ScriptedBackend):
    """Task 1 hangs until the test lets later calls end."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs, self.hung = True, threading.Event()

    async def run(self, call: Call) -> Sequence[Artifact]:
        if call.key == "1" and self.hangs:
            self.hung.set()
            await asyncio.Event().wait()
        return await super().run(call)


def sub_graph(world: World) -> Any:
    """A parent that has the graph as its only node."""
    outer: Any = StateGraph(State, input_schema=GraphInput)
    outer.add_node("hugginggpt", world.graph)
    outer.add_edge(START, "hugginggpt")
    outer.add_edge("hugginggpt", END)
    return outer.compile(checkpointer=InMemorySaver())


async def streamed(graph: Any) -> None:
    async for _ in graph.astream_events(GIVEN, CONFIG, version="v2"):
        pass


def in_agent(world: World) -> Any:
    return agent(as_tool(world.graph), [GIVEN], InMemorySaver())


ENTRIES: dict[str, Callable[[World], Coroutine[Any, Any, Any]]] = {
    "session": ask,
    "graph": lambda world: world.graph.ainvoke(GIVEN, CONFIG),
    "events of the graph": lambda world: streamed(world.graph),
    "graph, synchronous": lambda world: asyncio.to_thread(partial(world.graph.invoke, GIVEN, CONFIG)),
    "tool": lambda world: as_tool(world.graph).ainvoke(GIVEN, CONFIG),
    "tool, synchronous": lambda world: asyncio.to_thread(partial(as_tool(world.graph).invoke, GIVEN, CONFIG)),
    "agent": lambda world: in_agent(world).ainvoke({"messages": []}, CONFIG),
    "agent, synchronous": lambda world: asyncio.to_thread(partial(in_agent(world).invoke, {"messages": []}, CONFIG)),
    "sub-graph": lambda world: sub_graph(world).ainvoke(GIVEN, CONFIG),
    "sub-graph, synchronous": lambda world: asyncio.to_thread(partial(sub_graph(world).invoke, GIVEN, CONFIG)),
}


@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_run_whose_expert_hangs_is_cancelled_through_every_entry_point(
    scripted: OpenScripted, entry: str
) -> None:
    backend = Hanging()
    async with scripted([step(0), step(1)], backend=backend) as world:
        session = Session(world)
        running = asyncio.ensure_future(ENTRIES[entry](world))
        await asyncio.to_thread(backend.hung.wait, 30)
        run = await session.history.run()
        await cancel(world.ledger.database, run.run_id)
        (ended,) = await asyncio.gather(running, return_exceptions=True)
        assert isinstance(ended, RunCancelled | str | dict)  # a tool returns words, an agent its messages
        assert f"run {run.run_id} was cancelled" in str(ended)
        assert (await session.history.run()).status == "cancelled"
        backend.hangs = False
        if "agent" not in entry and "sub-graph" not in entry:  # their checkpoints are their parents'
            assert last([event async for event in session.resume(await session.history.run())]).status == "succeeded"
            assert sorted(backend.calls) == ["0", "1"]
