"""LangGraph's ids of checkpoints begin with the time of day: where that is set back, the one saved last is the newest."""

import time
from collections.abc import Iterator
from typing import Any

import langgraph.checkpoint.base.id as checkpoint_ids
import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.options import Options
from hugginggpt.tools.scripted import ScriptedController
from scripting import OpenScripted, ask, last, step

YEAR = 365 * 86400.0
THREAD: Any = {"configurable": {"thread_id": "t"}}


def set_clock(seconds: float) -> None:
    """From now on ids are those of a process whose clock is ahead by so many seconds."""
    checkpoint_ids._last_v6_timestamp = int((time.time() + seconds) * 1e7) + 0x01B21DD213814000 if seconds else None


@pytest.fixture(autouse=True)
def _clock_of_the_system() -> Iterator[None]:
    yield
    set_clock(0)


async def test_a_run_and_its_conversation_go_on_after_the_clock_was_set_back_by_a_year(scripted: OpenScripted) -> None:
    set_clock(YEAR)
    async with scripted(ScriptedController([step(0), step(1, 0)], answer="done")) as world:
        assert last(await ask(world, "one", options=Options(approve="always"))).status == "waiting"
    set_clock(0)
    async with scripted(ScriptedController([step(0), step(1, 0)], answer="done")) as world:
        session = Session(world)
        resumed = [event async for event in session.resume(await session.history.run(), True)]
        assert last(resumed).status == "succeeded"
        assert last(await ask(world, "two")).status == "succeeded"
        state = await world.graph.aget_state(THREAD)
        steps = [snapshot.metadata["step"] async for snapshot in world.graph.aget_state_history(THREAD)]
        first, second = (await session.history.runs())[::-1]
        assert [len([each async for each in session.checkpoints(run)]) > 1 for run in (first, second)] == [True, True]
        await world.graph.checkpointer.aprune(["t"])
        assert (await world.graph.aget_state(THREAD)).values == state.values
    assert [message.content for message in state.values["messages"]] == ["one", "done", "two", "done"]
    assert steps == sorted(steps, reverse=True)


async def test_a_conversation_that_is_copied_ends_where_its_source_does(scripted: OpenScripted) -> None:
    set_clock(YEAR)
    async with scripted([step(0)]) as world:
        await ask(world, "one")
        set_clock(0)
        await ask(world, "two")
        await world.graph.checkpointer.acopy_thread("t", "copy")
        copied = await world.graph.aget_state({"configurable": {"thread_id": "copy"}})
    assert [message.content for message in copied.values["messages"]][::2] == ["one", "two"]
