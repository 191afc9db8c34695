"""Crashes: real processes, killed by SIGKILL at any instant. Recorded results are kept, and are not made again."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from crash_child import LOG, THREAD
from dags import Dag, random_dag
from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import RunBusy, RunChanged, UsageError
from hugginggpt.graph.events import Event, RunFinished
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from paths import SUPPORT
from printed import wait_for
from scripting import ask

pytestmark = pytest.mark.crash
RUNS = int(os.environ.get("CRASH_RUNS", "3"))
"""Random kills; CI runs fifty."""
CHILD = SUPPORT / "crash_child.py"


@contextmanager
def child(mode: str, home: Path, seed: int, stall: str = "") -> Iterator[subprocess.Popen[str]]:
    """The process, killed at the end at the latest."""
    command = [sys.executable, str(CHILD), mode, str(home), str(seed), stall]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def killed(mode: str, home: Path, seed: int, word: str, times: int = 1, *, stall: str, pause: float = 0.0) -> None:
    """A child that is killed (SIGKILL) after printing `word` so many times, and a pause."""
    with child(mode, home, seed, stall) as process:
        wait_for(process, word, times)
        time.sleep(pause)  # to hit any instant, not to wait for one


def recorded(home: Path) -> set[str]:
    """Keys of the rows that are committed."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return {key for (key,) in db.execute("SELECT key FROM tasks WHERE status = 'succeeded'")}


def run_ids(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return [run_id for (run_id,) in db.execute("SELECT run_id FROM runs")]


def calls(home: Path) -> list[str]:
    """Keys of the calls started, in order."""
    log = home.parent / LOG
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [line["key"] for line in lines if line["event"] == "started"]


@pytest.fixture
def opened(home: Path):
    """Opens the home of the killed process in this one, with experts that take no time."""

    def open_it(dag: Dag):
        return open_world(
            Settings(home=home),
            controller=ScriptedController(dag.tasks, answer="done"),
            catalog=ScriptedCatalog(),
            backends=[ScriptedBackend(log=home.parent / LOG)],
        )

    return open_it


async def resumed(world: World, verdict: bool | None = None) -> list[Event]:
    session = Session(world)
    return [event async for event in session.resume(await session.history.run(), verdict)]


def finish(events: list[Event]) -> RunFinished:
    assert isinstance(events[-1], RunFinished)
    return events[-1]


def texts(world: World, events: list[Event]) -> dict[int, str]:
    """The text that every succeeded task made, read from its file."""
    made = {n: r for r in finish(events).resources if (n := r["producer"]) is not None}
    return {int(n): Path(resource["path"]).read_text() for n, resource in made.items()}


@pytest.mark.parametrize("seed", range(RUNS))
async def test_a_run_killed_at_a_random_instant_ends_right_and_repeats_no_recorded_call(
    home: Path, opened, seed: int
) -> None:
    dag, rng = random_dag(seed), random.Random(seed)
    kept: set[str] = set()
    for mode in ("start", "resume") if seed % 2 else ("start",):
        more = rng.randint(1, (29 - len(kept)) // 2)
        killed(mode, home, seed, "task_finished", more, stall="task", pause=rng.uniform(0, 0.05))
        assert kept <= recorded(home)
        kept, before = recorded(home), len(calls(home))
    assert 1 <= len(kept) <= 29
    async with opened(dag) as world:
        events = await resumed(world)
        assert texts(world, events) == dag.texts
    assert finish(events).status == "succeeded"
    assert {r["status"] for r in finish(events).results} == {"succeeded"}
    assert not kept & set(calls(home)[before:])


def killed_at(home: Path, seed: int, event: str, times: int = 1) -> list[str]:
    """What a child printed that killed itself when it was sent an event for the nth time."""
    with child("start", home, seed, f"{event}:{times}") as process:
        printed, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL
    return printed.splitlines()


@pytest.mark.parametrize("seed", range(RUNS))
async def test_a_task_that_was_reported_as_finished_at_the_moment_of_a_kill_does_not_run_again(
    home: Path, opened, seed: int
) -> None:
    dag = random_dag(seed, longest=0.02)
    lines = killed_at(home, seed, "task_finished", 1 + 7 * seed % 29)
    reported = {line.removeprefix("finished ") for line in lines if line.startswith("finished ")}
    before = len(calls(home))
    assert reported <= recorded(home)
    async with opened(dag) as world:
        assert texts(world, await resumed(world)) == dag.texts
    assert not reported & set(calls(home)[before:])


@pytest.mark.parametrize(
    ("event", "query"),
    [
        ("run_started", "SELECT 1 FROM runs WHERE request = 'do it' AND status = 'running'"),
        ("plan_ready", "SELECT 1 FROM runs WHERE plan IS NOT NULL AND epoch IS NOT NULL"),
        ("expert_chosen", "SELECT 1 FROM assignments WHERE model_id = 'scripted/a'"),
        ("run_finished", "SELECT 1 FROM runs WHERE status = 'succeeded' AND answer LIKE '%29 (text2text-generation)%'"),
    ],
)
def test_what_an_event_reports_is_on_disk_at_the_moment_of_a_kill(home: Path, event: str, query: str) -> None:
    killed_at(home, 11, event)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        assert db.execute(query).fetchall() == [(1,)]


@pytest.mark.parametrize("way", ["request", "messages"])
async def test_an_answer_that_was_sent_at_the_moment_of_a_kill_is_part_of_the_conversation(
    home: Path, opened, way: str
) -> None:
    killed_at(home, 12, "run_finished")
    async with opened(random_dag(12)) as world:
        answer = (await Session(world).history.run()).answer
        given = {"request": "go on"} if way == "request" else {"messages": [("user", "go on")]}
        done = await world.graph.ainvoke(given, {"configurable": {"thread_id": THREAD}})
    assert answer
    assert [str(message.content) for message in done["messages"]] == ["do it", answer, "go on", "done"]


async def test_results_recorded_before_two_crashes_are_not_made_again_after_the_second(home: Path, opened) -> None:
    killed("start", home, 7, "task_finished", 8, stall="task")
    first, before = recorded(home), len(calls(home))
    killed("resume", home, 7, "stalled", stall="task")
    assert first <= recorded(home)
    async with opened(random_dag(7)) as world:
        assert finish(await resumed(world)).status == "succeeded"
    assert not first & set(calls(home)[before:])


async def test_a_run_killed_while_planning_is_resumed_under_the_same_id(home: Path, opened) -> None:
    killed("start", home, 1, "planning", stall="plan")
    (run_id,) = run_ids(home)
    async with opened(random_dag(1)) as world:
        assert (await Session(world).history.run()).status == "interrupted"
        events = await resumed(world)
    assert finish(events).status == "succeeded"
    assert finish(events).run_id == run_id
    assert run_ids(home) == [run_id]


@pytest.mark.parametrize(("stall", "word"), [("plan", "planning"), ("task", "stalled")])
async def test_a_run_without_checkpoints_begins_again_under_its_id_and_uses_the_recorded_results(
    home: Path, opened, stall: str, word: str
) -> None:
    killed("start", home, 8, word, stall=stall)
    (run_id,) = run_ids(home)
    kept, before = recorded(home), len(calls(home))
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        for table in ("namespaces", "states", "state_writes"):
            db.execute(f"DELETE FROM {table}")
        db.commit()
    dag = random_dag(8)
    async with opened(dag) as world:
        events = await resumed(world)
        assert texts(world, events) == dag.texts
    assert finish(events).status == "succeeded"
    assert run_ids(home) == [run_id]
    assert not kept & set(calls(home)[before:])


async def test_a_run_killed_while_answering_repeats_only_the_answer(home: Path, opened) -> None:
    killed("start", home, 2, "answering", stall="answer")
    before = len(calls(home))
    async with opened(random_dag(2)) as world:
        events = await resumed(world)
        state = await world.graph.aget_state({"configurable": {"thread_id": THREAD}})
    assert finish(events).status == "succeeded"
    assert finish(events).answer == "done"
    assert [message.type for message in state.values["messages"]] == ["human", "ai"]
    assert len(calls(home)) == before == 30


@pytest.mark.parametrize("word", ["run_waiting", "run_finished"], ids=["as it asks", "once it has asked"])
async def test_a_run_killed_while_it_waits_for_approval_still_waits(home: Path, opened, word: str) -> None:
    killed("start", home, 3, word, stall="approval")
    async with opened(random_dag(3)) as world:
        assert [event.event for event in await resumed(world)] == ["plan_ready", "run_waiting", "run_finished"]
        assert (await Session(world).history.run()).status == "waiting"
        assert calls(home) == []
        assert finish(await resumed(world, True)).status == "succeeded"


async def test_a_run_that_a_living_process_works_on_is_busy_and_free_at_once_when_it_dies(home: Path, opened) -> None:
    with child("start", home, 4, "task") as process:
        wait_for(process, "stalled")
        async with opened(random_dag(4)) as world:
            assert (await Session(world).history.run()).status == "running"
            with pytest.raises(RunBusy, match=f"process {process.pid}"):
                await resumed(world)
            process.kill()
            process.wait()
            assert (await Session(world).history.run()).status == "interrupted"
            assert finish(await resumed(world)).status == "succeeded"


async def test_a_run_of_another_version_of_the_graph_is_refused(home: Path, opened) -> None:
    killed("start", home, 5, "stalled", stall="task")
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("UPDATE runs SET version = '0'")
        db.commit()
    before = len(calls(home))
    async with opened(random_dag(5)) as world:
        with pytest.raises(RunChanged, match="version 0"):
            await resumed(world)
    assert len(calls(home)) == before


async def test_a_finished_run_is_not_resumed_and_its_process_ends_by_itself(home: Path, opened) -> None:
    with child("start", home, 6, "no beat") as process:
        wait_for(process, "run_finished")
        assert process.wait(timeout=60) == 0  # far shorter than an interval of the lease: the exit waits for no thread
    async with opened(random_dag(6)) as world:
        with pytest.raises(UsageError, match="is finished"):
            await resumed(world)


async def test_two_processes_work_in_one_home_at_once(home: Path, opened) -> None:
    with child("start", home, 9) as process:
        wait_for(process, "plan_ready")
        async with opened(random_dag(10)) as world:
            mine = await ask(world, thread="another conversation")
            wait_for(process, "run_finished")
            runs = await Session(world).history.runs()
    assert finish(mine).status == "succeeded"
    assert [(run.status, len(run.results)) for run in runs] == [("succeeded", 30)] * 2
