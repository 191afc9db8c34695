"""LangGraph Server as an entry point that is killed: `enter_server`, and the graph and saver that its process loads.

Its ports are watched as those of `entry_child.py`; the failpoint comes with the environment.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from langgraph_sdk.client import LangGraphClient

from entry_child import OUTCOME, SERVER_CONFIG, assembled, shown
from entry_outcomes import DIAMOND
from failpoints import Calls, Failpoint, WatchedSaver
from hugginggpt.checkpoints.open import Storage, open_checkpointer, url_of
from studio_server import served

_FOLDER, _FAILPOINT = "CRASH_FOLDER", "CRASH_FAILPOINT"
THREAD = SERVER_CONFIG["configurable"]["thread_id"]


async def enter_server(durability: str, folder: Path, failpoint: Failpoint | None = None) -> int:
    """Start a server, start or resume the plan there until it is done, or the server is killed; returns its exit code."""
    async with open_checkpointer(url_of(folder / "home")) as saver:
        saved = await saver.aget_tuple(SERVER_CONFIG) is not None
    env = {_FOLDER: str(folder), _FAILPOINT: json.dumps(failpoint or Failpoint())}
    with served(folder, module="crash_server", checkpointer=True, **env) as (client, server):
        killed = asyncio.ensure_future(asyncio.to_thread(server.wait))
        driven = asyncio.ensure_future(_driven(client, durability, saved))
        async with asyncio.timeout(90):
            await asyncio.wait((killed, driven), return_when=asyncio.FIRST_COMPLETED)
            if server.poll() is None:
                values = await driven
                server.terminate()
                await killed
            else:
                driven.cancel()
                return int(server.returncode)
    end = shown(values["run"]["status"], values["answer"], list(values["results"].values()))
    (folder / OUTCOME).write_text(json.dumps(end))
    return 0


async def _driven(client: LangGraphClient, durability: Any, saved: bool) -> Any:
    """`saved`: there is a checkpoint. The server may have lost its record of the thread, and shows no state of it then."""
    await client.threads.create(thread_id=THREAD, if_exists="do_nothing")
    given = None if saved else {"request": "do it"}
    return await client.runs.wait(THREAD, "scripted", input=given, durability=durability)


# -- in the server's process ------------------------------------------------------------------------------------------


@cache
def _storage() -> Storage:
    return Storage(Path(os.environ[_FOLDER]) / "home")


@cache
def _calls() -> Calls:
    return Calls(Failpoint(*json.loads(os.environ[_FAILPOINT])))


@cache
def _graph() -> Any:
    return assembled(Path(os.environ[_FOLDER]), DIAMOND, _calls(), _storage()).graph


async def make_graph() -> Any:
    return await asyncio.to_thread(_graph)


@asynccontextmanager
async def make_checkpointer() -> AsyncIterator[WatchedSaver]:
    storage = await asyncio.to_thread(_storage)
    try:
        yield await WatchedSaver.watched(storage.ledger.database, _calls())
    finally:
        await asyncio.to_thread(storage.close)
