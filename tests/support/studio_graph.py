"""A scripted graph for LangGraph Server: the second of three tasks never ends while the file `hang` is in the home."""

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController

TASKS = [
    {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": "go"}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
    {"task": "translation", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}},
]


class Hanging(ScriptedBackend):
    """Waits for ever in task 1, if that file exists."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        if call.key == "1" and await asyncio.to_thread((Settings.from_env().home / "hang").exists):
            await asyncio.Event().wait()
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
        backends=[Hanging(log=settings.home.parent / "calls.jsonl")],
    )
