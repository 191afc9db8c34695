"""Lists that are stopped in the middle, by a question or a cancellation inside a member: what is recorded is kept."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command, interrupt

from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.cancellation import cancel
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import RunCancelled
from hugginggpt.graph.events import RunStarted
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, last

TEXTS = ["a", "b", "c", "d"]
PLAN: list[dict[str, Any]] = [
    {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": TEXTS}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
]


class Stopping(ScriptedBackend):
    """Stops in member 2 the first time, once the three others are recorded: with a question, or for ever."""

    def __init__(self, how: str, home: Path) -> None:
        super().__init__(failures={"0[1]": "it is damaged"})
        self.how = how
        self.home = home
        self.reached = asyncio.Event()

    async def run(self, call: Call) -> Sequence[Artifact]:
        if call.key == "0[2]" and self.calls.count("0[2]") == 0:
            while _rows(self.home) < 3:  # noqa: ASYNC110  (a row of another member is no event here)
                await asyncio.sleep(0.01)
        if call.key == "0[2]" and self.how == "question":
            interrupt("may it run?")
        if call.key == "0[2]" and self.how == "hang" and not self.reached.is_set():
            self.reached.set()
            self.calls.append(call.key)
            await asyncio.Event().wait()
        return await super().run(call)


def _rows(home: Path) -> int:
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return int(db.execute("SELECT count(*) FROM tasks").fetchone()[0])


async def test_a_question_inside_a_member_is_asked_and_the_other_members_are_not_called_again(
    scripted: OpenScripted, home: Path
) -> None:
    backend = Stopping("question", home)
    thread: Any = {"configurable": {"thread_id": "t"}}
    async with scripted(PLAN, backend=backend) as world:
        asked = await world.graph.ainvoke({"request": "go"}, thread)
        assert [question.value for question in asked["__interrupt__"]] == ["may it run?"]
        assert sorted(backend.calls) == ["0[0]", "0[1]", "0[3]"]
        done = await world.graph.ainvoke(Command(resume=True), thread)
    assert done["run"]["status"] == "partial"
    assert sorted(backend.calls) == ["0[0]", "0[1]", "0[2]", "0[3]", "1[0]", "1[2]", "1[3]"]


async def test_a_run_cancelled_inside_a_member_is_resumed_with_that_member_only(
    scripted: OpenScripted, home: Path
) -> None:
    backend = Stopping("hang", home)
    async with scripted(PLAN, backend=backend) as world:
        session, run_ids = Session(world), list[str]()

        async def run() -> None:
            async for event in session.start("go", thread_id="t"):
                if isinstance(event, RunStarted):
                    run_ids.append(event.run_id)

        running = asyncio.ensure_future(run())
        await backend.reached.wait()
        await cancel(world.ledger.database, run_ids[0])
        with pytest.raises(RunCancelled):
            await running
        before = len(backend.calls)
        events = [event async for event in session.resume(await session.history.run())]
    assert last(events).status == "partial"
    assert sorted(backend.calls[before:]) == ["0[2]", "1[0]", "1[2]", "1[3]"]
