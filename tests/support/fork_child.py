"""A forked process that makes or resumes a fork of the oldest run of a home until it is done, or killed at a call."""

import asyncio
import json
import multiprocessing
from pathlib import Path
from typing import Any

from failpoints import Calls, Failpoint, WatchedPort, WatchedSaver
from hugginggpt.apps.changes import Changes
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.open import open_storage
from hugginggpt.graph.builder import connect
from hugginggpt.graph.redactor import Redactor
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, slots_for
from hugginggpt.nodes.controller_here import ControllerHere
from hugginggpt.nodes.estimates import Estimates
from hugginggpt.tools.controllers.chosen import Controllers
from hugginggpt.tools.files.fetch import GuardedFetcher
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController

LOG, SEEN = "calls.jsonl", "seen.json"
WATCHED = {"ledger.fork": "fork", "ledger.put": "put", "runs.finish": "finish", "runs.own": "own"}
CALLS = (*WATCHED, "saver.put", "saver.put_writes", "store.adopt")
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["hugginggpt.graph.world", "hugginggpt.apps.session", "hugginggpt.tools.scripted"])


class _Port(WatchedPort):
    """Of the ledger and its runs, the calls that a fork makes."""

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._port, name)
        if name == "runs":
            return _Port("runs", own, self._calls)
        if f"{self._name}.{name}" not in CALLS:
            return own

        async def watched(*given: Any, **named: Any) -> Any:
            return await self._calls.around(f"{self._name}.{name}", lambda: own(*given, **named))

        return watched


def fork_in_a_process(folder: Path, changes: Changes, failpoint: Failpoint | None = None) -> int:
    """Its exit code. A fork that is there and unfinished is resumed; one that is there and finished is left."""
    process = _processes.Process(target=_work, args=(folder, changes, failpoint or Failpoint()))
    process.start()
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{failpoint}: it hangs")
    return process.exitcode


def _work(folder: Path, changes: Changes, failpoint: Failpoint) -> None:
    calls = Calls(failpoint)
    asyncio.run(_forked(folder, changes, calls))
    (folder / SEEN).write_text(json.dumps(calls.seen))


async def _forked(folder: Path, changes: Changes, calls: Calls) -> None:
    settings = Settings(home=folder / "home")
    backend = ScriptedBackend(latency=0.01, log=folder / LOG)
    async with open_storage(settings.home) as storage:
        saver = await WatchedSaver.watched(storage.ledger.database, calls)
        ledger: Any = _Port("ledger", storage.ledger, calls)
        store: Any = _Port("store", storage.store, calls)
        controller, catalog, fetcher = ScriptedController([]), ScriptedCatalog(), GuardedFetcher(store, settings)
        controllers = Controllers(controller, lambda _: controller)
        estimates = Estimates(ledger=ledger, controllers=controllers, prices=lambda _: None)
        graph = connect(
            settings=settings, slots=slots_for(settings), cut=lambda *_: (), redact=Redactor(), checkpointer=saver,
            controllers=controllers, catalog=catalog, estimates=estimates, ledger=ledger, store=store,
            backends={backend.name: backend}, fetcher=fetcher, here=ControllerHere.of(controller, settings),
        )  # fmt: skip
        world = World(settings, graph, controller, catalog, estimates, {backend.name: backend}, ledger, store, fetcher)
        session = Session(world)
        *forks, parent = await session.history.runs()
        if forks and not forks[0].unfinished:
            return
        events = session.resume(forks[0]) if forks else session.fork(parent, changes)
        async for _ in events:
            pass
