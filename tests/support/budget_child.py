"""A forked process that starts, resumes or forks a run under limits until it is done, stopped at a limit, or killed."""

import asyncio
import multiprocessing
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from hugginggpt.apps.changes import Changes
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints import lease
from hugginggpt.graph.errors import LimitReached
from hugginggpt.graph.options import Options
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.embedded import experts
from hugginggpt.tools.backends.local import tasks

STOPPED = 3
"""Its exit code where a limit was reached."""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(  # what a run imports late: else each child does
    """
    hugginggpt.apps.session hugginggpt.graph.background hugginggpt.graph.builder hugginggpt.checkpoints.saver
    hugginggpt.checkpoints.migrations hugginggpt.checkpoints.readable_views hugginggpt.checkpoints.stock_tables
    hugginggpt.tools.controllers.llm.controller hugginggpt.tools.controllers.rules.controller
    hugginggpt.tools.backends.chat.backend hugginggpt.tools.backends.endpoint.backend
    hugginggpt.tools.backends.hf.backend hugginggpt.tools.backends.local.backend
    hugginggpt.tools.chat_models.openai_client hugginggpt.tools.scripted langchain_openai openai.resources.chat pandas
    truststore httpcore2 h11 anyio jiter hugginggpt.tools.catalog.monitored_backend hugginggpt.tools.places
    hugginggpt.tools.backends.embedded.backend
    """.split()
    + [f"{each.__name__}.{found.name}" for each in (experts, tasks) for found in iter_modules(each.__path__)]
)


def spend_in_a_process(verb: str, home: Path, url: str, limits: dict[str, Any], beat: float = lease.BEAT) -> int:
    """Its exit code. `verb`: `start`, `resume` the newest run, or `fork` it into another conversation.

    `beat`: seconds between beats.
    """
    process = _processes.Process(target=_work, args=(verb, home, url, limits, beat))
    process.start()
    process.join(300)  # the first waits for the imports of the fork server
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{verb}: it hangs")
    return process.exitcode


def _work(verb: str, home: Path, url: str, limits: dict[str, Any], beat: float) -> None:
    lease.BEAT = beat  # type: ignore[misc]
    (home.parent / "pid").write_text(str(multiprocessing.current_process().pid))
    try:
        asyncio.run(_spend(verb, home, url, limits))
    except LimitReached:
        raise SystemExit(STOPPED) from None


async def _spend(verb: str, home: Path, url: str, limits: dict[str, Any]) -> None:
    settings = Settings(home=home, llm=f"openai:m@{url}/v1", llm_price="1/10", retries=0)
    async with open_world(settings) as world:
        session = Session(world)
        if verb == "start":
            events = session.start("Sum up", thread_id="t", options=Options(select="rank", where=("chat",), **limits))
        elif verb == "resume":
            run = await session.run()
            await world.ledger.runs.set_limits(run.run_id, Options(**limits))
            events = session.resume(run)
        else:
            changes = Changes(redo=(0, 1), thread_id="elsewhere", limits=limits)
            events = session.fork(await session.run(), changes)
        async for _ in events:
            pass
