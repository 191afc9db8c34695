"""`show` and its views: a task in full, a checkpoint, two runs side by side, lineage, time, a living run; and `open`."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Shown
from typer.testing import CliRunner

from hugginggpt.apps.changes import Changes
from hugginggpt.apps.cli.app import app
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.lineage import lineage_of
from hugginggpt.graph.at_work import AtWork
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.events import Event, TaskQueued
from hugginggpt.graph.expert import Candidate
from hugginggpt.graph.result import Run
from hugginggpt.graph.task import Task
from hugginggpt.graph.timeline import timeline
from hugginggpt.graph.world import World
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, scripted_expert
from scripting import Held, OpenScripted, ask, last, step
from shell import Shell

TASKS = [
    step(0),
    step(1, 0),
    {"task": "summarization", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}},
    {"task": "summarization", "id": 3, "dep": [0, 1], "args": {"text": ["<resource>-0", "<resource>-1"]}},
]


async def shown(home: Path, *words: str) -> Shown:
    """The command in this process, in a thread of its own: it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, [*words, "--home", str(home)])


async def as_json(home: Path, *words: str) -> Any:
    result = await shown(home, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
async def two(home: Path, scripted: OpenScripted) -> tuple[Run, Run]:
    """A run, and a fork of it with an edited output."""
    async with scripted(TASKS) as world:
        await ask(world, "summarise all")
        session = Session(world)
        run = await session.run()
        changes = Changes(outputs={"1.text": "by hand"})
        events = [event async for event in session.fork(run, changes)]
        return run, await session.run(events[-1].run_id)


async def test_a_task_is_shown_in_full_with_its_inputs_in_words(home: Path, two: tuple[Run, Run]) -> None:
    run, fork = two
    text = (await shown(home, "show", run.run_id, "--task", "2")).stdout
    assert "text of task 1 (text2text-generation): text2text-generation of step 1" in text
    assert "expert: scripted/summarization at scripted" in text.replace("  ", " ")
    assert "reason: the only expert that can do it here" in text
    assert "1 attempt" in text
    details = await as_json(home, "show", run.run_id, "--task", "3")
    assert [each["words"].partition(" of ")[0] for each in details["inputs"]] == ["text", "text"]
    assert [member["key"] for member in details["members"]] == ["3[0]", "3[1]"]
    member = await as_json(home, "show", run.run_id, "--task", "3[1]")
    assert member["result"]["key"] == "3[1]"
    edited = (await shown(home, "show", fork.run_id, "--task", "1")).stdout
    assert "note: edited by hand" in edited
    assert "by hand\n" in edited


async def test_a_fork_names_its_parent_and_what_was_edited(home: Path, two: tuple[Run, Run]) -> None:
    run, fork = two
    text = (await shown(home, "show", fork.run_id)).stdout
    assert text.startswith(f"forked from run {run.run_id}\n")
    assert "the result of task 1 (text2text-generation) was edited by hand" in text
    assert (await as_json(home, "show", fork.run_id))["parent"] == run.run_id


async def test_a_run_is_shown_as_a_checkpoint_has_it(home: Path, two: tuple[Run, Run]) -> None:
    run, fork = two
    rows = (await as_json(home, "history", run.run_id))["checkpoints"]
    before_tasks = next(row["checkpoint_id"] for row in rows if row["next"] == ["task"])
    then = await as_json(home, "show", run.run_id, "--at", before_tasks)
    assert (then["results"], len(then["plan"]["tasks"]), then["answer"]) == ([], 4, "")
    refused = await shown(home, "show", fork.run_id, "--at", before_tasks)
    assert refused.exit_code == 2
    assert f"it is of run {run.run_id}" in refused.output


async def test_two_runs_are_shown_side_by_side(home: Path, two: tuple[Run, Run]) -> None:
    run, fork = two
    found = await as_json(home, "show", fork.run_id, "--diff", run.run_id)
    assert {row["task"]: row["differs"] for row in found["tasks"]} == {
        "0 (text2text-generation)": [],
        "1 (text2text-generation)": ["expert", "outputs"],
        "2 (summarization)": ["outputs"],
        "3 (summarization)": ["outputs"],
    }
    text = (await shown(home, "show", fork.run_id, "--diff", run.run_id)).stdout
    assert f"run {fork.run_id} is a fork of run {run.run_id}" in text
    assert "edited by hand" in text


async def test_lineage_leads_back_to_the_users_file_and_forward_to_all_that_was_made(
    tmp_path: Path, home: Path, scripted: OpenScripted
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("a boat")
    tasks = [
        {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": str(note)}},
        step(1, 0),
        {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}},
    ]
    async with scripted(tasks) as world:
        await ask(world, files=[str(note)])
        run = await Session(world).run()
        sound = run.results[2].resources[0].sha256 or ""
        _ = [event async for event in Session(world).fork(run, Changes(outputs={"1": "by hand"}))]
        found = await world.ledger.database.read(lambda db: lineage_of(db, sound[:12]))
    chain, step_back = [], found.back
    while True:
        chain.append((step_back.key, step_back.origin))
        if not step_back.steps:
            break
        step_back = step_back.steps[0]
    assert chain[:3] == [("2", "made"), ("1", "made"), ("0", "made")], (
        "through a sentence in which a result was written"
    )
    text = (await shown(home, "show", "--lineage", str(note))).stdout
    assert "given to run" in text or "words of" in text
    unknown = await shown(home, "show", "--lineage", "abcdef012345")
    assert unknown.exit_code == 2
    assert "no run was given or made abcdef012345" in unknown.output
    nothing = await shown(home, "show", "--lineage", "no/such/file.png")
    assert "there is no file no/such/file.png" in nothing.output


async def test_a_task_that_made_what_it_was_given_is_a_step_of_the_lineage(
    tmp_path: Path, home: Path, scripted: OpenScripted
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("a boat")
    tasks = [
        {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": str(note)}},
        {"task": "text2text-generation", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
        {"task": "summarization", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}},
    ]
    async with scripted(tasks, backend=ScriptedBackend(texts={0: "a boat", 1: "a boat", 2: "boat"})) as world:
        await ask(world, files=[str(note)])
        run = await Session(world).run()
        first, last_made = run.request.files[0].sha256 or "", run.results[2].resources[0].sha256 or ""
        assert run.results[1].resources[0].sha256 == first
        back = (await world.ledger.database.read(lambda db: lineage_of(db, last_made))).back
        forward = (await world.ledger.database.read(lambda db: lineage_of(db, first))).forward
    chain = [back]
    while chain[-1].steps:
        chain.append(chain[-1].steps[0])
    assert [(each.key, each.origin) for each in chain] == [("2", "made"), ("1", "made"), ("0", "made"), ("", "given")]
    assert sorted(each.key for each in forward) == ["0", "1", "2"]


async def test_the_critical_path_is_what_made_the_run_as_long_as_it_was(home: Path, scripted: OpenScripted) -> None:
    tasks = [step(0), step(1), step(2, 0), step(3, 1), step(4, 2, 3)]
    async with scripted(tasks, backend=ScriptedBackend(latency={0: 0.02, 1: 0.3, 3: 0.1, 4: 0.02})) as world:
        await ask(world)
        run = await Session(world).run()
    spans = {span.key: span for span in timeline(run)}
    assert [key for key, span in spans.items() if span.critical] == ["1", "3", "4"]
    assert spans["3"].ready >= spans["1"].ended - 0.01
    assert all(span.sent <= span.ready <= span.started <= span.ended for span in spans.values())
    found = await as_json(home, "show", run.run_id, "--trace")
    assert found["critical_path"] == ["1", "3", "4"]
    no_call = run.results[0].model_copy(update={"started_at": 0.0, "duration": 0.0})
    others = run.model_copy(update={"results": (no_call, *run.results[1:])})
    assert min(span.sent for span in timeline(others)) >= run.started_at
    lines = (await shown(home, "show", "--trace")).stdout.splitlines()
    assert [line[2] for line in lines[:5]] == [" ", "*", " ", "*", "*"]


async def test_the_time_for_which_a_task_waited_for_a_slot_is_kept(home: Path, scripted: OpenScripted) -> None:
    alone = ScriptedCatalog([scripted_expert("text2text-generation", needs=("gpu:0",))])
    backend = Held(latency=0.15)
    async with scripted([step(0), step(1)], catalog=alone, backend=backend) as world:
        async for event in Session(world).start("do it", thread_id="t"):
            if isinstance(event, TaskQueued):
                backend.released.set()
        run = await Session(world).run()
    waited = sorted(row.queued for row in run.results)
    assert waited[0] == 0.0
    assert 0.1 < waited[1] < run.duration


async def _events(run: AsyncIterator[Event], begun: asyncio.Event) -> list[Event]:
    events = []
    async for event in run:
        events.append(event)
        begun.set()
    return events


async def test_a_living_run_is_watched_to_its_end(scripted: OpenScripted, shell: Shell) -> None:
    class Watched(Held):
        """Each of the first and the last task ends once the watcher has shown that it is at work."""

        async def run(self, call: Call) -> Sequence[Artifact]:
            artifacts = await super().run(call)
            self.released.clear()
            return artifacts

    backend, lines = Watched(0, 3), list[dict[str, Any]]()
    async with scripted(TASKS, backend=backend) as world:
        begun, run = asyncio.Event(), Session(world).start("do it", thread_id="t")
        running = asyncio.ensure_future(_events(run, begun))
        await begun.wait()
        with shell.start("show", "--watch", "--json") as watcher:
            while line := await asyncio.to_thread(watcher.stdout.readline):
                lines.append(json.loads(line))
                if {"0", "3[0]", "3[1]"} & {e["key"] for e in lines[-1]["at_work"] if e["phase"] == "running"}:
                    backend.released.set()
        assert last(await running).status == "succeeded"
    assert lines[-1]["status"] == "succeeded"
    assert len(lines) > 2
    done = [len(line["results"]) for line in lines]
    assert done == sorted(done)
    seen = [each for line in lines for each in line["at_work"]]
    assert {"key": "1", "phase": "waiting", "tasks": [0]} in seen
    assert lines[-1]["at_work"] == []
    assert {"3": 2} in [line["members_done"] for line in lines]


class Kept(ScriptedBackend):
    """Its calls end when they are let go; the first of task 4 fails."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def run(self, call: Call) -> Sequence[Artifact]:
        if call.task.id == 4:
            raise ExpertError("busy", kind="rate_limited", retryable=True, retry_after=30)
        await self.let_go.wait()
        return await super().run(call)


class Slow(ScriptedCatalog):
    """Task 1, once it was sent, gets its candidates when the calls are let go."""

    world: World
    let_go: asyncio.Event

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        (run,) = await Session(self.world).history.runs()
        if task.id == 1 and self.world.ledger.board.runs(run.epoch, ["1"]):
            await self.let_go.wait()
        return await super().candidates(task, wanted)


async def test_of_a_run_under_way_each_task_says_what_it_is_doing(home: Path, scripted: OpenScripted) -> None:
    """Choosing its expert, running, waiting for a slot, for data, or for the next attempt; nothing once it was stopped."""
    tasks = [step(0), step(1), step(2), step(3, 0), step(4, task="summarization")]
    experts = [scripted_expert("text2text-generation", needs=("gpu:0",)), scripted_expert("summarization")]
    backend, catalog = Kept(), Slow(experts)
    async with scripted(tasks, catalog=catalog, backend=backend, retries=1) as world:
        catalog.world, catalog.let_go = world, backend.let_go
        running = asyncio.ensure_future(ask(world))
        expected = {"0": "running", "1": "choosing", "2": "queued", "3": "waiting", "4": "retrying"}
        now: tuple[AtWork, ...] = ()
        async with asyncio.timeout(60):
            while {each.key: each.phase for each in now} != expected:
                await asyncio.sleep(0.05)
                now = next((run.at_work for run in await Session(world).history.runs()), ())
        assert [each.words for each in now] == [
            "runs scripted/text2text-generation", "chooses its expert", "waits for a slot (gpu:0)",
            "waits for task 0", "pauses before attempt 2 of scripted/summarization",
        ]  # fmt: skip
        (listed,) = await as_json(home, "runs")
        assert {each["key"]: each["phase"] for each in listed["at_work"]} == expected
        assert "0/5, 4 at" in (await shown(home, "runs")).stdout
        text = (await shown(home, "show")).stdout
        assert "· 3 text2text-generation waits for task 0" in text
        assert "2 text2text-generation waits for a slot (gpu:0)" in text
        running.cancel()
        await asyncio.wait([running])
        assert "at_work" not in await as_json(home, "show")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--task", "9"], "has no task 9"),
        (["--task", "1[0]"], "has no task 1[0]"),
        (["--task", "x"], "has no task x"),
        (["--task", "1", "--trace"], "exclude each other"),
        (["--trace", "--at", "1f"], "exclude each other"),
        (["--diff", "zzz"], "there is no run zzz"),
        (["--at", "zzz"], "has no checkpoint zzz"),
    ],
)
async def test_what_is_not_there_is_refused_in_words(
    home: Path, two: tuple[Run, Run], words: list[str], message: str
) -> None:
    found = await shown(home, "show", *words)
    assert found.exit_code == 2
    assert message in found.output


async def test_what_a_task_made_is_opened_in_the_program_of_the_machine(
    tmp_path: Path, home: Path, two: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = two
    programs, log = tmp_path / "bin", tmp_path / "opened"
    programs.mkdir()
    (programs / "xdg-open").write_text(f'#!/bin/sh\necho "$1" >> {log}\n')
    (programs / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    found = await as_json(home, "open", run.run_id, "2")
    assert [each["opened"] for each in found] == [True]
    for _ in range(100):
        if log.exists() and log.read_text():
            break
        time.sleep(0.02)  # noqa: ASYNC251
    assert log.read_text().strip() == found[0]["path"]
    assert "text2text-generation of step 1" in Path(found[0]["path"]).read_text()
    refused = await shown(home, "open", run.run_id, "7")
    assert "has no result of task 7" in refused.output
    with suppress(FileNotFoundError):
        Path(found[0]["path"]).unlink()
    gone = await shown(home, "open", run.run_id, "2")
    assert "is not there any more" in gone.output
