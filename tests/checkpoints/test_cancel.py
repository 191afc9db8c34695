"""`cancel`: a run is ended from another process, whatever it is doing, keeps what is recorded, and can be resumed."""

import asyncio
import json
import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crash_child import LOG, THREAD
from dags import random_dag
from hugginggpt import as_tool
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.cancellation import cancel
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import RunCancelled, UsageError
from hugginggpt.graph.events import Event, RunFinished, TaskStarted
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, serve
from paths import SUPPORT
from printed import wait_for
from scripting import OpenScripted, ask, last, step
from shell import Shell
from warm_commands import Forked

CRASH_CHILD = (SUPPORT / "crash_child.py").read_text()


@contextmanager
def child(shell: Shell, home: Path, seed: int, stall: str) -> Iterator[Forked]:
    """A process that stops for ever: while planning, while answering, for approval, or in its last task."""
    with shell.start("start", str(home), str(seed), stall, code=CRASH_CHILD) as process:
        try:
            yield process
        finally:
            process.kill()


def row(home: Path) -> tuple[str, str, str | None]:
    """Id, status and owner of the run."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        (found,) = db.execute("SELECT run_id, status, owner FROM runs").fetchall()
    return found  # type: ignore[no-any-return]


def calls(home: Path) -> list[str]:
    """Keys of the calls started, in order."""
    lines = [json.loads(line) for line in (home.parent / LOG).read_text().splitlines()]
    return [line["key"] for line in lines if line["event"] == "started"]


def opened(home: Path, seed: int) -> Any:
    """The home in this process, with experts that take no time."""
    return open_world(
        Settings(home=home),
        controller=ScriptedController(random_dag(seed).tasks, answer="done"),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend(log=home.parent / LOG)],
    )


async def resumed(world: World, verdict: Any = None) -> RunFinished:
    session = Session(world)
    return last([event async for event in session.resume(await session.history.run(), verdict)])


async def test_while_one_expert_hangs_all_others_finish_and_the_run_is_cancelled_from_another_process(
    home: Path, shell: Shell
) -> None:
    with child(shell, home, 7, "task") as process:
        wait_for(process, "task_finished", 29)
        run_id, status, owner = row(home)
        assert status == "running"
        assert owner
        done = shell("cancel", run_id[:6], "--home", str(home))
        assert done.code == 0
        assert f"to continue: hugginggpt resume {run_id}" in done.err
        assert row(home) == (run_id, "cancelled", None)
        assert f"run {run_id} was cancelled" in process.communicate(timeout=60)[1]
    before = len(calls(home))
    async with opened(home, 7) as world:
        assert (await Session(world).history.run()).status == "cancelled"
        finished = await resumed(world)
    assert finished.status == "succeeded"
    assert calls(home)[before:] == ["29"]


@pytest.mark.parametrize(("stall", "word"), [("plan", "planning"), ("answer", "answering")])
async def test_a_run_is_cancelled_while_the_controller_works_and_resumed(
    home: Path, shell: Shell, stall: str, word: str
) -> None:
    with child(shell, home, 7, stall) as process:
        wait_for(process, word)
        assert shell("cancel", row(home)[0], "--home", str(home)).code == 0
        assert row(home)[1:] == ("cancelled", None)
    async with opened(home, 7) as world:
        assert (await resumed(world)).status == "succeeded"


async def test_a_run_that_waits_for_approval_is_cancelled_and_can_still_be_approved(home: Path, shell: Shell) -> None:
    with child(shell, home, 7, "approval") as process:
        wait_for(process, "run_waiting")
        wait_for(process, "run_finished")
        done = shell("cancel", row(home)[0], "--home", str(home), "--json")
        assert done.code == 0
        assert json.loads(done.out) == {"run_id": row(home)[0], "status": "cancelled"}
        assert row(home)[1:] == ("cancelled", None)
    async with opened(home, 7) as world:
        assert (await resumed(world, True)).status == "succeeded"


async def test_the_run_of_a_killed_process_is_marked_as_cancelled(home: Path, shell: Shell) -> None:
    with child(shell, home, 7, "task") as process:
        wait_for(process, "stalled")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert shell("cancel", row(home)[0], "--home", str(home)).code == 0
    assert row(home)[1:] == ("cancelled", None)


async def test_a_run_that_is_finished_or_unknown_or_cancelled_is_reported(
    scripted: OpenScripted, home: Path, shell: Shell
) -> None:
    async with scripted([step(0)]) as world:
        finished = last(await ask(world))
    where = ("--home", str(home))
    done = shell("cancel", finished.run_id, *where)
    assert (done.code, f"run {finished.run_id} is finished (succeeded)" in done.err) == (2, True)
    assert shell("cancel", "nothing", *where).code == 2
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("UPDATE runs SET status = 'cancelled', answer = NULL")
        db.commit()
    again = shell("cancel", finished.run_id, *where)
    assert (again.code, "is cancelled already" in again.err) == (2, True)


async def test_a_conversation_goes_on_after_a_run_of_it_was_cancelled(home: Path, shell: Shell) -> None:
    with child(shell, home, 7, "task") as process:
        wait_for(process, "stalled")
        first = row(home)[0]
        assert shell("cancel", first, "--home", str(home)).code == 0
    async with opened(home, 7) as world:
        finished = last(await ask(world, thread=THREAD))
        assert finished.status == "succeeded"
        assert finished.run_id != first
        with pytest.raises(UsageError, match="is not the newest of its conversation"):
            [event async for event in Session(world).resume(await Session(world).history.run(first))]


async def test_another_run_of_the_process_goes_on(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(latency={0: 3600.0, 1: 0.0})
    plans = {"hang": [step(0)], "go on": [step(1), step(2, 1)]}
    controller = ScriptedController(lambda request: plans[request.text])
    async with scripted(controller, backend=backend) as world:
        started = asyncio.Event()

        async def hanging() -> list[Event]:
            events = []
            async for event in Session(world).start("hang", thread_id="a"):
                events.append(event)
                if isinstance(event, TaskStarted):
                    started.set()
            return events

        run = asyncio.ensure_future(hanging())
        await started.wait()
        hung = await Session(world).history.run()
        await cancel(world.ledger.database, hung.run_id)
        with pytest.raises(RunCancelled, match=hung.run_id):
            await run
        assert last(await ask(world, "go on", thread="b")).status == "succeeded"
        assert (await Session(world).history.run(hung.run_id)).status == "cancelled"


@pytest.mark.covers("as_tool in an agent: cancel")
async def test_a_tool_whose_run_is_cancelled_reports_it_to_its_agent(scripted: OpenScripted) -> None:
    class Hanging(ScriptedBackend):
        async def run(self, call: Call) -> Sequence[Artifact]:
            reached.set()
            return await super().run(call)

    reached = asyncio.Event()
    async with scripted([step(0)], backend=Hanging(latency=3600.0)) as world:
        tool, config = as_tool(world.graph), {"configurable": {"thread_id": "t"}}
        called = asyncio.ensure_future(tool.ainvoke({"request": "hang"}, config))  # type: ignore[arg-type]
        await reached.wait()
        run = await Session(world).history.run()
        await cancel(world.ledger.database, run.run_id)
        assert f"run {run.run_id} was cancelled" in await called


@pytest.mark.covers("command run, chat: cancel")
def test_the_command_whose_run_is_cancelled_ends_with_130_and_says_how_to_go_on(shell: Shell) -> None:
    asked, release = threading.Event(), threading.Event()

    def never(_received: object) -> Any:
        asked.set()
        release.wait()
        raise ConnectionAbortedError

    with serve(never) as server:
        llm = f"openai:m@{server.url}/v1"
        shell.env["OPENAI_API_KEY"] = "k"
        with shell.start("run", "say hello", "--llm", llm, "--json") as process:
            asked.wait()
            home = Path(shell.env["HUGGINGGPT_HOME"])
            run_id = row(home)[0]
            assert shell("cancel", run_id).code == 0
            out, err = process.communicate(timeout=60)
        release.set()
    assert process.returncode == 130
    assert f"run {run_id} was cancelled" in err
    assert f"hugginggpt resume {run_id}" in err
    *_, finished, error = map(json.loads, out.splitlines())
    assert (finished["event"], finished["status"]) == ("run_finished", "cancelled")
    assert (error["event"], error["error"], error["exit_code"]) == ("error", "RunCancelled", 130)
