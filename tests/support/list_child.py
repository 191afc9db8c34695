"""A process that runs or resumes a plan over lists until it is done, or killed; it prints `task_started` for each call.

python list_child.py start|resume HOME SEED
"""

import asyncio
import random
import sys
from pathlib import Path

from hugginggpt.apps.session import Session
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from list_plans import ListPlan, list_plan

LOG = "calls.jsonl"


def failing(plan: ListPlan, seed: int) -> frozenset[str]:
    """The keys of the calls that fail, whoever makes them."""
    rng = random.Random(seed)
    return frozenset(key for key in plan.keys if rng.random() < 0.2)


def backend(plan: ListPlan, seed: int, home: Path) -> ScriptedBackend:
    """Each call takes a moment, so that a kill meets some of them."""
    errors = dict.fromkeys(failing(plan, seed), "it is damaged")
    return ScriptedBackend(latency=0.02, failures=errors, log=home.parent / LOG)


async def main(mode: str, home: Path, seed: int) -> None:
    """Run, and print the names of the events."""
    plan = list_plan(seed)
    async with open_world(
        Settings(home=home),
        controller=ScriptedController(plan.tasks),
        catalog=ScriptedCatalog(),
        backends=[backend(plan, seed, home)],
    ) as world:
        session = Session(world)
        events = (
            session.start("do it", thread_id="lists")
            if mode == "start"
            else session.resume(await session.history.run())
        )
        async for event in events:
            sys.stdout.write(event.event + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
