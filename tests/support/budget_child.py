"""A forked process that starts, resumes or forks a run under limits until it is done, stopped at a limit, or killed."""

import asyncio
import multiprocessing
from pathlib import Path
from typing import Any

from hugginggpt.apps.changes import Changes
from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import LimitReached
from hugginggpt.graph.options import Options
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world

STOPPED = 3
"""Its exit code where a limit was reached."""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["hugginggpt.graph.world", "hugginggpt.apps.session", "hugginggpt.tools.scripted"])


def spend_in_a_process(verb: str, home: Path, url: str, limits: dict[str, Any]) -> int:
    """Its exit code. `verb`: `start`, `resume` the newest run, or `fork` it into another conversation."""
    process = _processes.Process(target=_work, args=(verb, home, url, limits))
    process.start()
    process.join(300)  # the first waits for the imports of the fork server
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{verb}: it hangs")
    return process.exitcode


def _work(verb: str, home: Path, url: str, limits: dict[str, Any]) -> None:
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
            events = session.resume(await session.run())
        else:
            events = session.fork(await session.run(), Changes(redo=(0, 1), thread_id="elsewhere"))
        async for _ in events:
            pass
