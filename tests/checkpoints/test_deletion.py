"""Deletion: what is kept stays whole, what is deleted leaves nothing behind, and a run in progress loses nothing."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.channels import DeltaChannel
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.deletion import delete
from hugginggpt.checkpoints.open import Storage, open_checkpointer, url_of
from hugginggpt.checkpoints.pruning import delete_named, prune
from hugginggpt.checkpoints.state_parts import parts
from hugginggpt.checkpoints.state_rows import contents
from hugginggpt.checkpoints.stored_files import hashes_in, remove_files, stored_files
from hugginggpt.graph.errors import UnknownRun, UsageError
from hugginggpt.graph.options import Options
from hugginggpt.graph.result import Request, Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from scripting import CHAIN, OpenScripted, ask, last, step

TABLES = ("tasks", "resources", "assignments", "llm_calls", "runs")
Events = Sequence[tuple[str, str]]
DAY = 86400.0
EVENTS = st.lists(
    st.tuples(st.sampled_from(["ended", "ended", "waiting", "interrupted", "copy"]), st.sampled_from("ab")),
    min_size=1,
    max_size=7,
)


def rows(home: Path, query: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return db.execute(query, values).fetchall()


def states_in(home: Path) -> list[bytes]:
    """What is saved of all states, of what was written, and of their parts."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return [*(data for _, data in contents(db)), *parts(db)]


def referenced(home: Path) -> set[str]:
    """Every hash that a row or a checkpoint names."""
    columns = ("resources.sha256", "tasks.result", "runs.plan")
    found = {sha256 for data in states_in(home) for sha256 in hashes_in(data)}
    for table, column in (name.split(".") for name in columns):
        for (value,) in rows(home, f"SELECT {column} FROM {table}"):
            found |= hashes_in(value)
    return found


def opened(home: Path) -> Any:
    """A world whose experts make a text of the request and a picture."""

    def plan(request: Request) -> list[dict[str, Any]]:
        picture = {"task": "text-to-image", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}}
        return [{**step(0), "args": {"text": f"{request.text} of {request.thread_id}"}}, picture]

    return open_world(
        Settings(home=home),
        controller=ScriptedController(plan, answer=lambda run: run.request.text),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()],
    )


async def history_of(world: World, events: Events) -> None:
    """Runs that ended, wait for approval, or were interrupted; and copies of conversations."""
    session = Session(world)
    for number, (kind, thread) in enumerate(events):
        newest = await session.history.runs(thread_id=thread, limit=1)
        saver: Any = world.graph.checkpointer
        if kind == "copy":
            await saver.acopy_thread(thread, f"{thread}{number}")
        elif newest and newest[0].unfinished:
            _ = [event async for event in session.resume(newest[0], True if newest[0].status == "waiting" else None)]
        elif kind == "interrupted":
            async with aclosing(session.start(f"request {number}", thread_id=thread)) as feed:
                async for event in feed:
                    if event.event == "task_finished":
                        break
        else:
            approve = "always" if kind == "waiting" else "never"
            await ask(world, f"request {number}", thread=thread, options=Options(approve=approve))


@settings(max_examples=int(os.environ.get("PRUNE_EXAMPLES", "12")))
@given(
    events=EVENTS,
    keep_last=st.integers(0, 5),
    older=st.sampled_from([None, 0.0, 2.5 * DAY]),
    keep_resumable=st.booleans(),
)
async def test_after_a_prune_every_kept_run_is_shown_and_resumed_and_no_file_is_missing_or_left(
    events: Events, keep_last: int, older: float | None, keep_resumable: bool
) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        async with opened(home) as world:
            session = Session(world)
            await history_of(world, events)
            ids = [run.run_id for run in await session.history.runs(limit=100)]
            for age, run_id in enumerate(ids):
                await world.ledger.database.write(
                    lambda db, run_id=run_id, age=age: db.execute(
                        "UPDATE runs SET started_at = started_at - ?1, finished_at = finished_at - ?1 WHERE run_id = ?2",
                        [age * DAY, run_id],
                    )
                )
            before = {run.run_id: run for run in await session.history.runs(limit=100)}
            chosen: Any = {"older": older, "keep_last": keep_last, "keep_resumable": keep_resumable}
            trial = await asyncio.to_thread(prune, world.ledger.database, **chosen, trial=True)
            assert {run.run_id: run for run in await session.history.runs(limit=100)} == before
            report = await asyncio.to_thread(prune, world.ledger.database, **chosen)
            assert (report.runs, report.kept, report.deleted.files) == (trial.runs, trial.kept, trial.deleted.files)

            gone = {head.run_id for head in report.runs}
            first_to_go = next((n for n in range(len(ids)) if older is None or n * DAY >= older), len(ids))
            allowed = set(ids[max(keep_last, first_to_go) :])
            assert gone == allowed - {head.run_id for head, _ in report.kept}
            assert not (keep_resumable and any(before[run_id].resumable for run_id in gone))
            await all_else_is_whole(world, before, gone)


@settings(max_examples=int(os.environ.get("PRUNE_EXAMPLES", "8")))
@given(events=EVENTS, chosen=st.integers(0, 6), whole=st.booleans())
async def test_after_a_deletion_every_other_run_is_shown_and_resumed_or_it_was_refused_and_nothing_changed(
    events: Events, chosen: int, whole: bool
) -> None:
    with TemporaryDirectory() as folder:
        async with opened(Path(folder) / "home") as world:
            await history_of(world, [("ended", "a"), *events])
            before = {run.run_id: run for run in await Session(world).history.runs(limit=100)}
            run = list(before.values())[chosen % len(before)]
            named: Any = {"thread": run.thread_id} if whole else {"name": run.run_id}
            gone = {run.run_id}
            if whole:
                gone = {other.run_id for other in before.values() if other.thread_id == run.thread_id}
            parents = {run.run_id: run.parent for run in before.values()}
            takes = {other.parent for other in before.values() if other.resumable and other.run_id not in gone}
            while above := {parents.get(str(run_id)) for run_id in takes} - takes - {None}:
                takes |= above
            try:
                await asyncio.to_thread(delete_named, world.ledger.database, **named)
            except UsageError:
                assert takes & gone
                gone = set()
            else:
                assert not takes & gone
            await all_else_is_whole(world, before, gone)


async def all_else_is_whole(world: World, before: Mapping[str, Run], gone: Collection[str]) -> None:
    """What was not deleted is shown as before, goes on, and has its files; nothing is left of what was deleted."""
    session, home = Session(world), world.settings.home
    after = {run.run_id: run for run in await session.history.runs(limit=100)}
    assert after == {run_id: run for run_id, run in before.items() if run_id not in gone}
    for table in TABLES:
        assert {run_id for (run_id,) in rows(home, f"SELECT run_id FROM {table}")} <= set(after)
    assert set(stored_files(home)) == referenced(home) & set(stored_files(home))
    for run in after.values():
        assert all(world.store.path(resource).is_file() for resource in run.resources)
    for run in after.values():
        newest = (await session.history.runs(thread_id=run.thread_id, limit=1))[0]
        if run.run_id == newest.run_id and run.unfinished:
            done = [event async for event in session.resume(run, True if run.status == "waiting" else None)]
            assert (last(done).status, last(done).answer) == ("succeeded", run.request.text)
            assert all(Path(resource["path"]).is_file() for resource in last(done).resources)
    for thread in {run.thread_id for run in after.values()}:
        assert last(await ask(world, "one more", thread=thread)).status == "succeeded"


async def test_a_deleted_run_leaves_the_other_turns_of_its_conversation(scripted: OpenScripted, home: Path) -> None:
    async with scripted(CHAIN) as world:
        for request in ("first", "second", "third"):
            await ask(world, request)
        session = Session(world)
        third, second, first = await session.history.runs()
        report = await asyncio.to_thread(delete_named, world.ledger.database, second.run_id[:6])
        assert ([head.run_id for head in report.runs], report.repeated_in) == ([second.run_id], ["t"])
        assert await session.history.runs() == [third, first]
        shown = [[s.values.get("answer") async for s in session.checkpoints(run)] for run in (third, first)]
        assert [answers[0] for answers in shown] == [third.answer, first.answer]
        with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
            saved = [data for _, data in contents(db)]
        assert not [data for data in saved if second.run_id.encode() in data]
        assert [data for data in saved if third.run_id.encode() in data]
        with pytest.raises(UnknownRun):
            delete_named(world.ledger.database, second.run_id)


async def test_a_run_from_which_one_that_can_be_resumed_takes_results_is_not_deleted(home: Path) -> None:
    async with opened(home) as world:
        await history_of(world, [("interrupted", "talk"), ("copy", "talk")])
        copy, original = await Session(world).history.runs()
        assert copy.parent == original.run_id
        for name in (original.run_id, "talk"):
            with pytest.raises(UsageError, match=f"run {copy.run_id} can be resumed, and takes results from run"):
                await asyncio.to_thread(delete_named, world.ledger.database, name)
        assert last([event async for event in Session(world).resume(copy)]).status == "succeeded"
        assert len((await asyncio.to_thread(delete_named, world.ledger.database, "talk")).runs) == 1


async def test_the_words_of_a_deleted_conversation_are_no_longer_in_the_home(
    scripted: OpenScripted, home: Path
) -> None:
    async with scripted([step(0)]) as world:
        await ask(world, "the secret plan of the harbour", thread="private")
        await ask(world, "hello", thread="other")
        await asyncio.to_thread(delete_named, world.ledger.database, "private")
    assert b"secret plan" not in b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    saved = b"".join(states_in(home))
    assert b"hello" in saved
    assert b"secret plan" not in saved
    assert rows(home, "SELECT thread_id FROM runs") == [("other",)]


async def test_a_name_that_is_a_conversation_and_the_beginning_of_a_run_is_refused(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        run_id = last(await ask(world, thread="t")).run_id
        await ask(world, thread=run_id[:3])
        with pytest.raises(UsageError, match="is a conversation, and may be run"):
            delete_named(world.ledger.database, run_id[:3])
        assert len(delete_named(world.ledger.database, thread=run_id[:3]).runs) == 1
        assert len(await Session(world).history.runs()) == 1


async def test_a_run_in_progress_loses_no_file_that_it_has_stored_but_not_yet_recorded(home: Path) -> None:
    async with opened(home) as world:
        await ask(world, "one")
        (old,) = (stored for key, stored in stored_files(home).items() if stored[0].suffix == ".png")
        run = Run(run_id="going", thread_id="b", request=Request(text="go"), started_at=time.time(), version="1")
        await world.ledger.runs.start(run)
        os.utime(old[0], (1, 1))
        sha256, _ = await world.store.put_bytes(old[0].read_bytes(), "image/png")
        report = await asyncio.to_thread(prune, world.ledger.database, older=None, keep_last=0)
        assert [head.thread_id for head in report.runs] == ["t"]
        assert [head.run_id for head, _ in report.kept] == ["going"]
        assert sha256 in stored_files(home)
        await world.ledger.runs.interrupt("going")
        os.utime(old[0], (1, 1))
        assert (await asyncio.to_thread(prune, world.ledger.database, older=None, keep_last=0)).deleted.files > 0
        assert stored_files(home) == {}


def test_a_file_that_is_stored_again_while_it_is_removed_stays(home: Path) -> None:
    (home / "resources" / "ab").mkdir(parents=True)
    (home / "scratch").mkdir()
    file = home / "resources" / "ab" / ("c" * 62 + ".txt")
    file.write_text("kept")
    assert remove_files(home, [file], before=file.stat().st_mtime) == (0, 0)
    assert file.read_text() == "kept"
    assert remove_files(home, [file], before=time.time() + 1) == (1, 4)
    assert list(home.rglob("*.txt")) == []


def added(state: list[str], writes: Sequence[list[str]]) -> list[str]:
    return [*state, *(each for write in writes for each in write)]


class Noted(TypedDict):
    """State of a graph that saves differences."""

    notes: Annotated[list[str], DeltaChannel(added)]


@pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning")
async def test_pruning_a_thread_loses_no_state_that_is_saved_as_differences(home: Path) -> None:
    builder = StateGraph(Noted)
    for name in ("one", "two"):
        builder.add_node(name, lambda state, name=name: {"notes": [name]})
    builder.add_edge(START, "one")
    builder.add_edge("one", "two")
    builder.add_edge("two", END)
    config: Any = {"configurable": {"thread_id": "t"}}
    async with open_checkpointer(url_of(home)) as saver:
        graph = builder.compile(checkpointer=saver)
        await graph.ainvoke({"notes": ["zero"]}, config)
        await saver.aprune(["t"])
        assert (await graph.aget_state(config)).values == {"notes": ["zero", "one", "two"]}


async def test_a_conversation_that_is_kept_at_its_newest_checkpoint_goes_on_and_keeps_its_resources(home: Path) -> None:
    async with opened(home) as world:
        await ask(world, "one")
        await ask(world, "two")
        saver: Any = world.graph.checkpointer
        before = await world.graph.aget_state({"configurable": {"thread_id": "t"}})
        known = await world.ledger.thread_resources("t")
        await saver.aprune(["t"])
        assert rows(
            home, "SELECT count(*) FROM states WHERE namespace = (SELECT id FROM namespaces WHERE checkpoint_ns = '')"
        ) == [(1,)]
        assert (await world.graph.aget_state({"configurable": {"thread_id": "t"}})).values == before.values
        assert await world.ledger.thread_resources("t") == known
        assert last(await ask(world, "three")).status == "succeeded"


def test_deleting_nothing_changes_nothing(home: Path) -> None:
    storage = Storage(home)
    try:
        assert delete(storage.ledger.database, lambda _: None, all_files=True).files == 0
        with pytest.raises(UnknownRun):
            delete_named(storage.ledger.database, "nowhere")
    finally:
        storage.close()
