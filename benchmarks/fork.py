"""A fork that changes the last of many tasks: what it costs beyond that task. Medians, in one process, worlds on disk.

fork_N_s          seconds from the command's call to its last event; the last task takes `task_s`
fork_N_extra_s    of these, those beyond 1.2 times the task (budget: 0.3)
fork_N_cpu_s      CPU seconds of the whole process meanwhile, which other programs affect less
fork_N_calls      calls to experts, which is 1
chain_N_...       the same where each task depends on the one before

python benchmarks/fork.py [--json FILE] [--tasks 100] [--rounds 5]
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from scheduling import step

from hugginggpt.apps.changes import Changes
from hugginggpt.apps.cli.garbage import collect_seldom
from hugginggpt.apps.session import Session
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController

TASK = 0.5
"""Seconds of the last task."""


def world_in(home: str, tasks: list[dict[str, Any]], backend: ScriptedBackend) -> AbstractAsyncContextManager[World]:
    """The scripted world that plans these tasks."""
    return open_world(
        Settings(home=Path(home)), controller=ScriptedController(tasks), catalog=ScriptedCatalog(), backends=[backend]
    )


async def forked(tasks: list[dict[str, Any]]) -> tuple[float, float, int]:
    """Seconds, CPU seconds and calls of a fork in which the last task gets other words."""
    *others, end = tasks
    with tempfile.TemporaryDirectory() as home:
        async with world_in(home, tasks, ScriptedBackend()) as world:
            session = Session(world)
            async for _ in session.start("go", thread_id="t"):
                pass
        backend = ScriptedBackend(latency={end["id"]: TASK})
        async with world_in(home, tasks, backend) as world:
            session = Session(world)
            parent = await session.run()
            changed = [*others, end | {"args": {"text": f"again {end['args']['text']}"}}]
            began, busy = time.perf_counter(), time.process_time()
            async for event in session.fork(parent, Changes(plan=changed)):
                last = event
            took, cpu = time.perf_counter() - began, time.process_time() - busy
            assert last.event == "run_finished", last
            assert last.status == "succeeded", last.answer
    return took, cpu, len(backend.calls)


def main() -> None:
    """Print the figures, and write them to the file of `--json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    collect_seldom()
    count = given.tasks
    beside = [step(n) for n in range(count)]
    chain = [step(n, *([n - 1] if n else [])) for n in range(count)]
    figures: dict[str, float] = {"task_s": TASK}
    for name, tasks in (("fork", beside), ("chain", chain)):
        measured = [asyncio.run(forked(tasks)) for _ in range(given.rounds)]
        seconds, cpu, calls = (statistics.median(column) for column in zip(*measured, strict=True))
        figures[f"{name}_{count}_s"] = round(seconds, 3)
        figures[f"{name}_{count}_extra_s"] = round(seconds - 1.2 * TASK, 3)
        figures[f"{name}_{count}_cpu_s"] = round(cpu, 3)
        figures[f"{name}_{count}_calls"] = calls
    print(json.dumps(figures, indent=2))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
