"""`make_graph`, `make_checkpointer`: what `langgraph.json` gives LangGraph Server: graph and saver over one open home."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from threading import Lock

from langgraph.checkpoint.base import BaseCheckpointSaver

from ..checkpoints.open import Storage
from ..graph.advice import advise_in_process
from ..graph.builder import Graph
from ..graph.errors import UsageError
from ..graph.ports import Controller
from ..graph.settings import Settings, settings_for_others
from ..graph.world import build_graph, controller_for
from ..tools.controllers.chosen import RefusingController


async def make_graph() -> Graph:
    """One graph a process, without checkpointer; made in a thread, as the server's loop must not read files."""
    return await asyncio.to_thread(_graph)


@asynccontextmanager
async def make_checkpointer() -> AsyncIterator[BaseCheckpointSaver[str]]:
    """The server's checkpoints, beside the ledger: they survive a killed server too."""
    storage = await asyncio.to_thread(open_storage_once)
    try:
        yield await storage.checkpointer()
    finally:
        await asyncio.to_thread(storage.close)


def _graph() -> Graph:
    with _one_at_a_time:  # two ledgers of one process would be rivals
        return _the_graph()


_one_at_a_time = Lock()


@cache
def _the_graph() -> Graph:
    advise_in_process("server")
    settings = settings_for_others()
    if not settings.public_url and (here := os.environ.get("LANGGRAPH_API_URL")):
        settings = settings.with_given(public_url=here.replace("//0.0.0.0", "//127.0.0.1"))
    controller: Controller
    try:
        controller = controller_for(settings)
    except UsageError as error:  # states and schemas can be read all the same
        controller = RefusingController(error)
    return build_graph(settings, controller=controller, ledger=open_storage_once().ledger)


@cache
def open_storage_once() -> Storage:
    """The storage of the home, open until the server ends."""
    return Storage(Settings.from_env().home)
