"""Requests to a scripted world, backends that wait, readers of its events, and plans in the paper's JSON."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

from hugginggpt.apps.session import Session
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.events import Event, RunFinished
from hugginggpt.graph.world import World
from hugginggpt.tools.scripted import ScriptedBackend

OpenScripted = Callable[..., AbstractAsyncContextManager[World]]

CHAIN: list[dict[str, Any]] = [
    {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": "hello"}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
    {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}},
    {"task": "translation", "id": 3, "dep": [0], "args": {"text": "it says <GENERATED>-0"}},
]


class Held(ScriptedBackend):
    """Its calls for some tasks, or all, wait until `released` is set: at an event, in place of a guessed time."""

    def __init__(self, *held: int, **given: Any) -> None:
        super().__init__(**given)
        self._held = held
        self.released = asyncio.Event()

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Wait, then do as the script says."""
        if not self._held or call.task.id in self._held:
            async with asyncio.timeout(60):
                await self.released.wait()
        return await super().run(call)


class Together(ScriptedBackend):
    """So many calls at a time end together: each waits for the others."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self._all = asyncio.Barrier(calls)

    async def _make(self, *given: Any) -> Artifact:
        async with asyncio.timeout(60):
            await self._all.wait()
        return await super()._make(*given)


def step(task_id: int, *dep: int, task: str = "text2text-generation") -> dict[str, Any]:
    """One text task that takes the texts of `dep` inside a sentence."""
    text = " ".join([f"step {task_id}", *(f"<resource>-{other}" for other in dep)])
    return {"task": task, "id": task_id, "dep": list(dep) or [-1], "args": {"text": text}}


def skewed(tasks: int = 20) -> list[dict[str, Any]]:
    """A DAG in which every third task starts a chain and later ones join earlier ones."""
    return [step(n, *sorted({n - 3, n // 2} - {n}) if n >= 3 else ()) for n in range(tasks)]


async def ask(world: World, request: str = "do it", *, thread: str = "t", **given: Any) -> list[Event]:
    return [event async for event in Session(world).start(request, thread_id=thread, **given)]


async def at_work(world: World, *nodes: str) -> Any:
    """The state, once the sub-graphs of the tasks of conversation `t` are at these nodes; a checkpoint is no event."""
    async with asyncio.timeout(60):
        while True:
            state = await world.graph.aget_state({"configurable": {"thread_id": "t"}}, subgraphs=True)
            if [getattr(task.state, "next", ()) for task in state.tasks] == [(node,) for node in nodes]:
                return state


def last(events: list[Event]) -> RunFinished:
    assert isinstance(events[-1], RunFinished)
    return events[-1]


def statuses(events: list[Event]) -> dict[int, str]:
    return {result["task_id"]: result["status"] for result in last(events).results}


@contextmanager
def without_root() -> Iterator[None]:
    """Drop root's right to read and write everything while the body runs."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)
