"""A process that runs or resumes a scripted request until it is done, or killed; it prints events on stdout.

python crash_child.py start|resume HOME SEED [plan|answer|approval|task]
python crash_child.py start HOME SEED EVENT:N | "no beat"

The last word says where it stops for ever: while planning, while answering, with approval waiting, or in the last task; or
that it kills itself (SIGKILL) as soon as it is sent the Nth event of that name; or that the thread of its lease sleeps.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from dags import Dag, random_dag
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints import lease
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.events import TaskFinished
from hugginggpt.graph.options import Options
from hugginggpt.graph.ports import Callbacks
from hugginggpt.graph.result import Proposal, Request, Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, scripted_expert

THREAD = "crash"
LOG = "calls.jsonl"


def report(word: str) -> None:
    """Print one line for the parent process."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


class Stalling(ScriptedController):
    """A scripted controller that stops for ever at one place."""

    def __init__(self, dag: Dag, stall: str) -> None:
        super().__init__(dag.tasks)
        self._stall = stall

    async def plan(self, request: Request, callbacks: Callbacks | None = None) -> Proposal:
        if self._stall == "plan":
            report("planning")
            await asyncio.Event().wait()
        return await super().plan(request)

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks | None = None
    ) -> AsyncIterator[str]:
        if self._stall == "answer":
            yield "half an "
            report("answering")
            await asyncio.Event().wait()
        async for piece in super().answer(run, paths):
            yield piece


class Endless(ScriptedBackend):
    """A scripted backend whose last task never ends, so that a kill can't come too late."""

    def __init__(self, dag: Dag, stall: str, log: Path) -> None:
        super().__init__(latency=dag.latency, log=log)
        self._endless = str(len(dag.tasks) - 1) if stall == "task" else ""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call) if call.key != self._endless else None
        if made is None:
            report("stalled")
            await asyncio.Event().wait()
        return made or ()


async def main(mode: str, home: Path, seed: int, stall: str) -> None:
    """Run, and print the names of the events."""
    dag = random_dag(seed)
    if stall == "no beat":
        lease.BEAT = 3600.0  # type: ignore[misc]
    async with open_world(
        Settings(home=home),
        controller=Stalling(dag, stall),
        catalog=ScriptedCatalog(scripted_expert("text2text-generation", f"scripted/{name}") for name in "ab"),
        backends=[Endless(dag, stall, home.parent / LOG)],
    ) as world:
        session = Session(world)
        if mode == "start":
            options = Options(approve="always" if stall == "approval" else "never")
            events = session.start("do it", thread_id=THREAD, options=options)
        else:
            events = session.resume(await session.history.run())
        fatal, _, times = stall.partition(":")
        seen = 0
        async for event in events:
            report(event.event)
            if isinstance(event, TaskFinished):
                report(f"finished {event.result.key}")
            seen += event.event == fatal
            if times and seen == int(times):
                os.kill(os.getpid(), signal.SIGKILL)
        if stall == "approval":
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else ""))
