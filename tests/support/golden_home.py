"""Makes a home with a run of each ending, to be kept in `tests/checkpoints/homes` and opened by later versions.

Its runs name no folder of the machine that made it.

python tests/support/golden_home.py tests/checkpoints/homes/NAME
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.cancellation import cancel
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.events import TaskFinished
from hugginggpt.graph.options import Options
from hugginggpt.graph.result import Request
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from hugginggpt.tools.scripted.controller import HuggingGptPlan
from scripting import ask, step

LIST = [
    {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": ["one", "two", "three"]}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
]
ENDINGS = ("finished", "partial", "waiting", "interrupted", "cancelled")
"""A conversation each."""


class Endless(ScriptedBackend):
    """Task 1 of the runs that are to be stopped never ends; a member of the list fails."""

    def __init__(self) -> None:
        super().__init__(failures={"0[1]": "it is damaged"})

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        if call.key == "1" and made[0].text and "step 1" in made[0].text:
            await asyncio.Event().wait()
        return made


def plan(request: Request) -> HuggingGptPlan:
    """By the request, which is the ending."""
    if request.text == "partial":
        return LIST
    return [step(0)] if request.text in ("finished", "waiting") else [step(0), step(1, 0)]


async def stopped(world: World, ending: str) -> None:
    """A run that is left once its first task is recorded."""
    async with aclosing(Session(world).start(ending, thread_id=ending)) as events:  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, TaskFinished):
                return


async def main(home: Path) -> None:
    """Make the home."""
    async with open_world(
        Settings(home=home),
        controller=ScriptedController(plan, answer="done"),
        catalog=ScriptedCatalog(),
        backends=[Endless()],
    ) as world:
        await ask(world, "finished", thread="finished")
        await ask(world, "partial", thread="partial")
        await ask(world, "waiting", thread="waiting", options=Options(approve="always"))
        await stopped(world, "interrupted")
        await stopped(world, "cancelled")
        history = Session(world).history
        (last,) = await history.runs(thread_id="cancelled")
        await cancel(world.ledger.database, last.run_id)
        await world.ledger.database.write(lambda db: db.execute("UPDATE runs SET home = '/srv/hugginggpt'"))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
