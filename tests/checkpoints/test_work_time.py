"""The seconds of a run: those that processes worked on it, however it ended and whatever the clock did in between."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import cast

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.cancellation import cancel
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import RunCancelled
from hugginggpt.graph.events import Event, TaskFinished
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, ask, step

YEAR = 365 * 86400.0


async def test_a_cancelled_run_shows_the_seconds_until_its_end(scripted: OpenScripted) -> None:
    started = asyncio.Event()

    class Hanging(ScriptedBackend):
        async def run(self, call: Call) -> Sequence[Artifact]:
            started.set()
            return await super().run(call)

    async with scripted([step(0)], backend=Hanging(latency=3600.0)) as world:
        running = asyncio.ensure_future(ask(world))
        await started.wait()
        await asyncio.sleep(0.3)
        await cancel(world.ledger.database, (await Session(world).history.run()).run_id)
        with pytest.raises(RunCancelled):
            await running
        run = await Session(world).history.run()
    assert run.status == "cancelled"
    assert 0.3 <= run.duration < 30


async def test_a_run_that_was_killed_before_the_clock_jumped_back_by_a_year_shows_the_seconds_of_both_processes(
    scripted: OpenScripted,
) -> None:
    async with scripted([step(0), step(1, 0)], backend=ScriptedBackend(latency=0.3)) as world:
        session = Session(world)
        events = cast(AsyncGenerator[Event, None], session.start("go", thread_id="t"))
        async with aclosing(events) as feed:
            async for event in feed:
                if isinstance(event, TaskFinished):
                    break
        dead = '{"host": "h", "place": "elsewhere", "pid": 1, "start": 1, "nonce": "n"}'
        async with asyncio.timeout(60):
            for query in (
                "UPDATE runs SET owner = ?1, seconds = 0, started_at = started_at + ?2",
                "UPDATE tasks SET started_at = started_at + ?2",
            ):
                await world.ledger.database.write(lambda db, query=query: db.execute(query, [dead, YEAR]))
        assert 0.3 <= (await session.history.run()).duration < 30
        world.ledger.runs._patience = 0.1
        _ = [event async for event in session.resume(await session.history.run())]
        run = await session.history.run()
    assert run.status == "succeeded"
    assert 0.6 <= run.duration < 30
