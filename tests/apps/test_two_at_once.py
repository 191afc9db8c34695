"""Two requests at once in one conversation: one is refused, and no turn of the other is lost."""

import asyncio
from typing import Any

import pytest

from hugginggpt import as_tool
from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import RunBusy, UsageError
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedController
from scripting import OpenScripted, ask, last, step

THREAD: Any = {"configurable": {"thread_id": "t"}}


@pytest.mark.parametrize("entry", ["session", "graph"])
async def test_of_two_requests_at_once_in_a_conversation_one_is_refused_and_the_other_keeps_its_turn(
    scripted: OpenScripted, entry: str
) -> None:
    def slow() -> Any:
        return scripted(ScriptedController([step(0)], answer="done"), backend=ScriptedBackend(latency=0.5))

    async with slow() as one, slow() as two:

        def begun(world: Any, request: str) -> Any:
            return ask(world, request) if entry == "session" else world.graph.ainvoke({"request": request}, THREAD)

        ended = await asyncio.gather(begun(one, "first"), begun(two, "second"), return_exceptions=True)
        (refused,) = [each for each in ended if isinstance(each, BaseException)]
        assert isinstance(refused, RunBusy | UsageError)
        kept, again = ("second", "first") if refused is ended[0] else ("first", "second")
        (run,) = await Session(one).history.runs()
        assert (run.request.text, run.status) == (kept, "succeeded")
        assert last(await ask(one, again)).status == "succeeded"
        state = await one.graph.aget_state(THREAD)
    assert [message.content for message in state.values["messages"]] == [kept, "done", again, "done"]


async def test_two_calls_of_a_tool_at_once_in_a_conversation_are_both_done(scripted: OpenScripted) -> None:
    async with scripted(ScriptedController([step(0)], answer="done"), backend=ScriptedBackend(latency=0.3)) as world:
        tool = as_tool(world.graph)
        assert await asyncio.gather(*(tool.ainvoke({"request": name}, THREAD) for name in "ab")) == ["done", "done"]
