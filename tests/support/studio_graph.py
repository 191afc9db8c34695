"""A scripted graph for LangGraph Server: the second of three tasks stops as a file in the home says.

`hang`: it never ends; `ask`: it asks a question; `bug`: it raises an error that is no expert's.
"""

import asyncio
import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from hugginggpt.apps.langgraph_server import open_storage_once
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController

TASKS = [
    {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": "go"}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
    {"task": "translation", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}},
]


class Stopping(ScriptedBackend):
    """Stops in task 1, if one of those files exists."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        files = await asyncio.to_thread(os.listdir, Settings.from_env().home)
        if call.key == "1" and "hang" in files:
            await asyncio.Event().wait()
        if call.key == "1" and "ask" in files:
            interrupt("may it run?")
        if call.key == "1" and "bug" in files:
            raise ZeroDivisionError("a bug, not an expert's failure")
        return made


async def make_graph() -> Any:
    return await asyncio.to_thread(_graph)


@cache
def _graph() -> Any:
    settings = Settings.from_env()
    return build_graph(
        settings,
        controller=ScriptedController(TASKS, answer="done"),
        catalog=ScriptedCatalog(),
        backends=[Stopping(log=settings.home.parent / "calls.jsonl")],
    )


SPEAK = [
    {"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "hello"}},
    {"task": "text-to-image", "id": 1, "dep": [-1], "args": {"text": "a boat"}},
]


class Loud(ScriptedBackend):
    """Its sound is larger than what a message holds itself; its pictures are small."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        for artifact in made:
            if artifact.path and artifact.kind == "audio":
                await asyncio.to_thread(artifact.path.write_bytes, artifact.path.read_bytes() + bytes(70_000))
        return made


async def make_speaking() -> Any:
    return await asyncio.to_thread(_speaking)


@cache
def _speaking() -> Any:
    return build_graph(
        Settings.from_env(public_url=os.environ["LANGGRAPH_API_URL"]),
        controller=ScriptedController(SPEAK, answer="Here."),
        catalog=ScriptedCatalog(),
        backends=[Loud()],
        ledger=open_storage_once().ledger,
    )


class Asked(TypedDict, total=False):
    answer: str


def make_asking() -> Any:
    """LangGraph's alone: a graph of one node, which asks a question."""

    async def ask(state: Asked) -> dict[str, Any]:
        return {"answer": interrupt("sure?")}

    graph = StateGraph(Asked)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    return graph.compile()
