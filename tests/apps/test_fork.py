"""Forks: a run of its own that goes on from another one with changes; only what they touch is run, the parent stays."""

import asyncio
import hashlib
import random
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dags import Dag, random_dag
from hugginggpt.apps.changes import Changes
from hugginggpt.apps.fork import start_fork
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.pruning import delete_named, prune
from hugginggpt.graph.errors import RunChanged, StorageError, UsageError
from hugginggpt.graph.events import Event, RunFinished
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, scripted_expert
from hugginggpt.tools.scripted.task_answers import png
from in_process import files_of_at_most
from scripting import CHAIN, OpenScripted, ask, last, step

BOTH_WAYS = [step(0), step(1, 0), step(2, 1), step(3), step(4, 3), step(5, 2, 4)]
LISTED = [
    *BOTH_WAYS[:4],
    {"task": "summarization", "id": 6, "dep": [0, 3], "args": {"text": ["<resource>-0", "<resource>-3"]}},
    {"task": "text2text-generation", "id": 7, "dep": [6], "args": {"text": "<resource>-6"}},
]
TABLES = ("runs", "tasks", "resources", "assignments", "llm_calls")


async def everything_of(world: World, run_id: str) -> dict[str, Any]:
    """The rows of a run in every table."""

    def rows(db: Any) -> dict[str, Any]:
        return {t: list(db.execute(f"SELECT * FROM {t} WHERE run_id = ? ORDER BY rowid", [run_id])) for t in TABLES}

    return await world.ledger.database.read(rows)


def files_in(home: Path) -> dict[str, str]:
    """The hash of every stored file, by its path."""
    stored = (file for file in (home / "resources").rglob("*") if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in stored}


async def forked(world: World, changes: Changes | None = None, name: str | None = None) -> tuple[RunFinished, Run]:
    """The end of a fork of the newest run, and the fork as it is recorded."""
    session = Session(world)
    events: list[Event] = [event async for event in session.fork(await session.run(name), changes)]
    end = last(events)
    return end, await session.history.run(end.run_id)


async def test_a_fork_runs_what_depends_on_an_edited_output_and_leaves_its_parent_as_it_is(
    home: Path, scripted: OpenScripted
) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        parent = last(await ask(world)).run_id
        before, files = await everything_of(world, parent), files_in(home)
        backend.calls.clear()
        end, fork = await forked(world, Changes(outputs={"1.text": "by my own hand"}))
        assert sorted(backend.calls) == ["2", "5"]
        assert await everything_of(world, parent) == before
    assert files.items() <= files_in(home).items()
    assert (fork.status, fork.parent, len(fork.results)) == ("succeeded", parent, 6)
    assert fork.run_id != parent
    assert "by my own hand" in (fork.results[2].resources[0].text or "")
    assert fork.results[1].edited
    assert fork.results[1].fingerprint == ""
    assert "the result of task 1 (text2text-generation) was edited by hand" in fork.repairs
    assert "[1] edited by hand" in end.answer


async def test_a_fork_without_changes_repeats_no_call_and_tries_again_what_failed(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={3: "no power"})
    async with scripted(BOTH_WAYS, backend=backend) as world:
        assert last(await ask(world)).status == "partial"
        backend.calls.clear()
        backend._failures = {}
        end, fork = await forked(world)
        assert backend.calls == ["3", "4", "5"]
        backend.calls.clear()
        again, second = await forked(world)
    assert end.status == again.status == "succeeded"
    assert second.parent == fork.run_id
    assert backend.calls == []


async def test_a_task_that_is_named_is_done_again_and_those_after_it_only_if_its_output_differs(
    scripted: OpenScripted,
) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        _, fork = await forked(world, Changes(redo=[1]))
        assert backend.calls == ["1"]
        backend._texts = {1: "something else"}
        backend.calls.clear()
        _, fork = await forked(world, Changes(redo=[1]))
        assert backend.calls == ["1", "2", "5"]
        backend.calls.clear()
        await forked(world)
        assert backend.calls == [], "a fork of the fork takes the newest result, and does nothing again"
    assert fork.repairs == ("task 1 (text2text-generation) was set to be done again by hand",)


async def test_another_model_for_a_task_runs_it_and_what_depends_on_it(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    experts = [scripted_expert("text2text-generation", f"scripted/{name}") for name in "ab"]
    async with scripted(BOTH_WAYS, backend=backend, catalog=ScriptedCatalog(experts)) as world:
        await ask(world)
        backend.calls.clear()
        backend._texts = {4: "by b"}
        _, fork = await forked(world, Changes(models={"4": "scripted/b"}))
        assert backend.calls == ["4", "5"]
    chosen = fork.results[4].assignment
    assert chosen is not None
    assert chosen.expert.model_id == "scripted/b"
    assert "task 4 (text2text-generation) was given to scripted/b by hand" in fork.repairs


async def test_an_edited_plan_runs_what_differs(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    changed = [*BOTH_WAYS[:4], step(4, 3, 0), BOTH_WAYS[5], step(9, 1)]
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        _, fork = await forked(world, Changes(plan=changed))
    assert sorted(backend.calls) == ["4", "5", "9"]
    assert fork.plan == Plan.from_hugginggpt(changed)
    assert "the plan was edited by hand" in fork.repairs


async def test_a_member_of_a_list_is_edited_alone(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(LISTED, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        _, fork = await forked(world, Changes(outputs={"6[1]": "by hand"}))
    assert backend.calls == ["7[1]"]
    assert [made.text for made in fork.results[-2].resources][1] == "by hand"
    assert fork.status == "succeeded"


async def test_the_output_of_a_task_that_failed_can_be_given(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={1: "no power"})
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        end, _ = await forked(world, Changes(outputs={"1": "given"}))
    assert end.status == "succeeded"
    assert backend.calls == ["2", "5"]


async def test_a_missing_member_of_a_list_can_be_given(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={"6[1]": "no power"})
    async with scripted(LISTED, backend=backend) as world:
        assert last(await ask(world)).status == "partial"
        backend.calls.clear()
        end, fork = await forked(world, Changes(outputs={"6[1]": "given"}))
    assert end.status == "succeeded"
    assert backend.calls == ["7[1]"]
    assert [made.text for made in fork.results[-2].resources][1] == "given"


async def test_an_edited_picture_comes_from_a_file_of_the_same_kind(tmp_path: Path, scripted: OpenScripted) -> None:
    (tmp_path / "red.png").write_bytes(png(2, 2, 7))
    tasks = [
        {"task": "text-to-image", "id": 0, "dep": [-1], "args": {"text": "a boat"}},
        {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "<resource>-0"}},
    ]
    backend = ScriptedBackend()
    async with scripted(tasks, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        _, fork = await forked(world, Changes(outputs={"0": tmp_path / "red.png"}))
        (made,) = fork.results[0].resources
        assert await asyncio.to_thread(world.store.path(made).read_bytes) == png(2, 2, 7)
    assert backend.calls == ["1"]


async def test_a_second_fork_keeps_what_the_first_one_edited(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        await forked(world, Changes(outputs={"1": "by hand"}))
        backend.calls.clear()
        _, fork = await forked(world, Changes(outputs={"4": "also by hand"}))
        assert backend.calls == ["5"]
        assert [row.task_id for row in fork.results if row.edited] == [1, 4]
        backend.calls.clear()
        _, fork = await forked(world, Changes(redo=[1]))
        assert backend.calls == ["1", "5"], "2 is known from the first run; 5 was never given that and the edited 4"
    assert [row.task_id for row in fork.results if row.edited] == [4]


async def test_the_experts_of_the_parent_stay_though_others_would_be_chosen_today(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    experts = [scripted_expert("text2text-generation", f"scripted/{name}") for name in "ab"]
    async with scripted(BOTH_WAYS, backend=backend, catalog=ScriptedCatalog(experts)) as world:
        await ask(world)
    backend.calls.clear()
    better = [scripted_expert("text2text-generation", "scripted/better"), *experts]
    async with scripted(BOTH_WAYS, backend=backend, catalog=ScriptedCatalog(better)) as world:
        await forked(world, Changes(redo=[0]))
    assert backend.calls == ["0"]


async def test_what_is_taken_over_needs_no_expert_today(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(CHAIN, backend=backend) as world:
        await ask(world)
    backend.calls.clear()
    left = ScriptedCatalog([scripted_expert("translation")])
    async with scripted(CHAIN, backend=backend, catalog=left) as world:
        end, _ = await forked(world, Changes(redo=[3]))
    assert end.status == "succeeded"
    assert backend.calls == ["3"]


async def test_a_result_whose_file_is_gone_is_made_again_and_reported(home: Path, scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(CHAIN, backend=backend) as world:
        await ask(world)
        run = await Session(world).run()
        world.store.path(run.results[2].resources[0]).unlink()
        backend.calls.clear()
        end, fork = await forked(world)
    assert end.status == "succeeded"
    assert backend.calls == ["2"]
    assert any("is not in this home: the task is done again" in line for line in fork.repairs)


async def test_an_earlier_checkpoint_is_gone_on_from(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        parent = last(await ask(world)).run_id
        _, first = await forked(world, Changes(outputs={"1": "by hand"}, thread_id="other"), parent)
        session = Session(world)
        ids = [
            each.config["configurable"]["checkpoint_id"]
            async for each in session.checkpoints(await session.run(parent))
        ]
        backend.calls.clear()
        _, fork = await forked(world, Changes(at=ids[2], redo=[5]), parent)
        assert backend.calls == ["5"]
        with pytest.raises(UsageError, match=f"has no checkpoint .* it is of run {parent}"):
            await forked(world, Changes(at=ids[2]), first.run_id)
        with pytest.raises(UsageError, match="has no checkpoint nonsense with a plan"):
            await forked(world, Changes(at="nonsense"), parent)
    assert fork.parent == parent


async def test_a_fork_carries_the_conversation_up_to_its_request(scripted: OpenScripted) -> None:
    async with scripted(BOTH_WAYS) as world:
        await ask(world, "the first request")
        await ask(world, "the second request")
        await ask(world, "the third request")
        second = (await Session(world).history.runs())[1]
        end, _ = await forked(world, Changes(redo=[5]), second.run_id)
        state = await world.graph.aget_state({"configurable": {"thread_id": end.thread_id}})
        texts = [message.text for message in state.values["messages"] if message.type == "human"]
        assert texts == ["the first request", "the second request"]
        in_parents = Changes(redo=[5], thread_id="t")
        end, _ = await forked(world, in_parents, second.run_id)
        state = await world.graph.aget_state({"configurable": {"thread_id": "t"}})
        texts = [message.text for message in state.values["messages"] if message.type == "human"]
        assert texts == ["the first request", "the second request", "the third request", "the second request"]
        assert last(await ask(world, "the fourth request")).status == "succeeded"


CHANGES: list[tuple[Changes, str]] = [
    (Changes(outputs={"9": "x"}), "the plan has no task 9"),
    (Changes(redo=[9]), "the plan has no task 9"),
    (Changes(models={"9": "a/b"}), "the plan has no task 9"),
    (Changes(models={"translation": "a/b"}), "the plan has no task of type translation"),
    (Changes(models={"1": "a/nonsense"}), "task 1 \\(text2text-generation\\) can't be done by a/nonsense: "),
    (Changes(models={"text2text-generation": "a/nonsense"}), "can't be done by a/nonsense: "),
    (Changes(outputs={"1.image": "x"}), "makes no 'image'"),
    (Changes(outputs={"one": "x"}), "'one' names no output of a task"),
    (Changes(outputs={"1[0]": "x"}), "has no member 1\\[0\\]"),
    (Changes(outputs={"1": "x"}, redo=[1]), "task 1 is given its output, and is to be done too"),
    (Changes(outputs={"1": "x"}, models={"1": "a/b"}), "task 1 is given its output, and is to be done too"),
    (Changes(outputs={"1": "x", "1.text": "y"}), "1.text is given twice"),
    (Changes(outputs={"6": "x"}), "made 2 of text, and one is given"),
    (Changes(outputs={"6[7]": "x"}), "has no member 6\\[7\\]"),
    (Changes(outputs={"1": Path("/nowhere/at/all.txt")}), "there is no file|not found|no such|not there"),
    (Changes(outputs={"1": Path("PICTURE")}), "makes text as text, but .* is image"),
    (Changes(plan=[step(0, 0)]), "wait for each other in a circle"),
    (Changes(plan=[]), "it has no task"),
    (Changes(thread_id="waits"), "conversation waits has an unfinished run"),
]


@pytest.mark.parametrize(("changes", "message"), CHANGES, ids=[message for _, message in CHANGES])
async def test_what_cannot_be_changed_is_refused_in_words_and_nothing_is_recorded(
    tmp_path: Path, home: Path, scripted: OpenScripted, changes: Changes, message: str
) -> None:
    (tmp_path / "a.png").write_bytes(png(1, 1, 1))
    if changes.outputs.get("1") == Path("PICTURE"):
        changes = Changes(outputs={"1": tmp_path / "a.png"})
    async with scripted(LISTED) as world:
        await ask(world, thread="waits", options=Options(approve="always"))
        parent = last(await ask(world)).run_id
        before = len(await Session(world).history.runs())
        with pytest.raises(UsageError, match=message):
            await forked(world, changes, parent)
        assert len(await Session(world).history.runs()) == before


async def test_on_a_full_disk_a_fork_is_refused_and_nothing_of_it_is_recorded(scripted: OpenScripted) -> None:
    async with scripted(LISTED) as world:
        parent = last(await ask(world)).run_id
        with files_of_at_most(1000), pytest.raises(StorageError, match="disk is full"):
            await start_fork(world, await Session(world).run(parent), Changes(redo=[3]))
        assert len(await Session(world).history.runs()) == 1
        assert (await forked(world, Changes(redo=[3]), parent))[0].status == "succeeded"


async def test_a_picture_is_not_given_as_text_nor_sound_as_a_picture(tmp_path: Path, scripted: OpenScripted) -> None:
    (tmp_path / "note.txt").write_text("hello")
    (tmp_path / "rows.json").write_text("no rows")
    tasks = [
        {"task": "text-to-image", "id": 0, "dep": [-1], "args": {"text": "a boat"}},
        {"task": "object-detection", "id": 1, "dep": [0], "args": {"image": "<resource>-0"}},
    ]
    async with scripted(tasks) as world:
        await ask(world)
        for changes, message in (
            (Changes(outputs={"0": "a text"}), "makes image as image, but a text is given"),
            (Changes(outputs={"0": tmp_path / "note.txt"}), "makes image as image, but .*note.txt is text"),
            (Changes(outputs={"1.boxes": "no rows"}), "but the text that is given has no rows"),
        ):
            with pytest.raises(UsageError, match=message):
                await forked(world, changes)


async def test_a_run_that_is_under_way_is_not_forked(home: Path, scripted: OpenScripted) -> None:
    async with scripted(BOTH_WAYS, backend=ScriptedBackend(latency={3: 3600.0})) as world:
        running = asyncio.ensure_future(ask(world))
        session = Session(world)
        async with asyncio.timeout(60):
            while not (runs := await session.history.runs()) or len(runs[0].results) < 3:  # noqa: ASYNC110  (rows of a file)
                await asyncio.sleep(0.01)
        with pytest.raises(UsageError, match="is running; it can be forked once it has stopped"):
            await forked(world)
        read_before = (await session.run()).model_copy(update={"status": "partial"})  # and is retried since
        with pytest.raises(UsageError, match="is running; it can be forked once it has stopped"):
            await anext(aiter(session.fork(read_before)))
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        end, _ = await forked(world)
        assert end.status == "succeeded"
        assert sorted(backend.calls) == ["3", "4", "5"], "what the interrupted run has recorded is taken over"


async def test_of_two_forks_at_once_into_one_conversation_the_second_is_refused(scripted: OpenScripted) -> None:
    async with scripted(BOTH_WAYS, backend=ScriptedBackend(latency=0.05)) as world:
        await ask(world)
        both = [forked(world, Changes(redo=[5], thread_id="same")) for _ in range(2)]
        ends = await asyncio.gather(*both, return_exceptions=True)
        refused = [end for end in ends if isinstance(end, BaseException)]
        assert [type(error) for error in refused] == [UsageError]
        assert "conversation same has an unfinished run" in str(refused[0])
        both = [forked(world, Changes(redo=[5])) for _ in range(2)]
        assert [end.status for end, _ in await asyncio.gather(*both)] == ["succeeded", "succeeded"]


@pytest.mark.parametrize("status", ["interrupted", "succeeded"])
async def test_a_run_of_an_earlier_version_of_the_graph_is_forked(scripted: OpenScripted, status: str) -> None:
    backend = ScriptedBackend(failures={3: "no power"})
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        parent = await Session(world).run()
        await world.ledger.database.write(
            lambda db: db.execute("UPDATE runs SET version = '0', status = ?, owner = NULL", [status])
        )
        backend.calls.clear()
        if status == "interrupted":
            with pytest.raises(RunChanged) as refused:
                [event async for event in Session(world).resume(await Session(world).run())]
            assert refused.value.hint.endswith(f"hugginggpt.fork({parent.run_id!r})")
        backend._failures = {}
        end, fork = await forked(world)
    assert end.status == "succeeded"
    assert backend.calls == ["3", "4", "5"]
    assert (fork.parent, fork.version) == (parent.run_id, "1")


async def test_a_fork_that_was_recorded_and_got_no_checkpoint_is_resumed(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        await start_fork(world, await Session(world).run(), Changes(outputs={"1": "by hand"}))

        def forget(db: Any) -> None:
            newest = db.execute("SELECT thread_id FROM runs ORDER BY rowid DESC LIMIT 1").fetchone()[0]
            for table in ("states", "state_writes"):
                query = f"DELETE FROM {table} WHERE namespace IN (SELECT id FROM namespaces WHERE thread_id = ?)"
                db.execute(query, [newest])

        await world.ledger.database.write(forget)
    async with scripted(BOTH_WAYS, backend=backend) as world:
        session = Session(world)
        run = await session.run()
        assert run.status == "interrupted"
        end = last([event async for event in session.resume(run)])
    assert end.status == "succeeded"
    assert backend.calls == ["2", "5"]
    assert "[1] edited by hand" in end.answer


async def test_an_unfinished_fork_keeps_its_parent_from_being_deleted(home: Path, scripted: OpenScripted) -> None:
    async with scripted(BOTH_WAYS) as world:
        parent = last(await ask(world)).run_id
        fork = await start_fork(world, await Session(world).run(), Changes(redo=[5]))
        database = world.ledger.database
        with pytest.raises(UsageError, match=f"run {fork.run_id} can be resumed, and takes results from run {parent}"):
            await asyncio.to_thread(delete_named, database, parent)
        with pytest.raises(UsageError, match="takes results from"):
            await asyncio.to_thread(delete_named, database, thread="t")
        report = await asyncio.to_thread(lambda: prune(database, older=None, keep_last=1))
        assert [head.run_id for head, _ in report.kept] == [parent]
        [event async for event in Session(world).resume(await Session(world).run(fork.run_id))]
        await asyncio.to_thread(delete_named, database, parent)
        run = await Session(world).run(fork.run_id)
        assert run.status == "succeeded"
        assert all(world.store.path(made).is_file() for made in run.resources if made.sha256)
        end, _ = await forked(world, name=fork.run_id)
        assert end.status == "succeeded"


# -- any plan, any changes --------------------------------------------------------------------------------------------


def edited_dag(dag: Dag, seed: int) -> tuple[list[dict[str, Any]], Changes, set[int], dict[int, str]]:
    """Changes at random: the plan that is to be run, what is to be called at least once again, the texts given by hand."""
    rng = random.Random(seed)
    ids = sorted(dag.deps)
    chosen = {n: rng.choice(["", "", "", "set", "redo", "plan"]) for n in ids}
    tasks = [
        {**task, "args": {"text": f"again {task['args']['text']}"}} if chosen[task["id"]] == "plan" else dict(task)
        for task in dag.tasks
    ]
    given = {n: f"given to {n}" for n in ids if chosen[n] == "set"}
    redo = [n for n in ids if chosen[n] == "redo"]
    plan = tasks if any(kind == "plan" for kind in chosen.values()) else None
    return (
        tasks,
        Changes(outputs={f"{n}.text": text for n, text in given.items()}, redo=redo, plan=plan),
        set(redo),
        given,
    )


def texts_of(tasks: list[dict[str, Any]], given: Mapping[int, str]) -> dict[int, str]:
    """What each task of a plan makes."""
    made: dict[int, str] = {}
    for task in sorted(tasks, key=lambda task: task["id"]):
        words = task["args"]["text"].split("<resource>")[0].strip()
        deps = [n for n in task["dep"] if n != -1]
        made[task["id"]] = given.get(
            task["id"], " ".join([f"text2text-generation of {words}", *(made[n] for n in deps)])
        )
    return made


@given(seed=st.integers(0, 10**6), size=st.integers(1, 9), depth=st.integers(1, 3))
@settings(max_examples=25)
def test_a_chain_of_forks_makes_exactly_the_calls_that_no_run_of_the_line_has_made(
    seed: int, size: int, depth: int
) -> None:
    asyncio.run(chain_of_forks(seed, size, depth))


async def chain_of_forks(seed: int, size: int, depth: int) -> None:
    dag = random_dag(seed, size, longest=0.0)
    backend = ScriptedBackend()
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        controller = ScriptedController(dag.tasks)
        async with open_world(
            Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=[backend]
        ) as world:
            await ask(world)
            run = await Session(world).run()
            made = {(n, _inputs(run, n)) for n in dag.deps}
            by_hand = dict[int, str]()
            current = Dag([dict(task) for task in dag.tasks], dag.latency)
            for number in range(depth):
                tasks, changes, redo, given_now = edited_dag(current, seed + number)
                before = await everything_of(world, run.run_id)
                files = files_in(home)
                backend.calls.clear()
                _, fork = await forked(world, changes, run.run_id)
                kept = {n: text for n, text in by_hand.items() if n not in redo and same_task(current.tasks, tasks, n)}
                by_hand = kept | given_now
                texts = texts_of(tasks, by_hand)
                assert {row.task_id: row.resources[0].text for row in fork.results} == texts
                needed = {(n, _inputs(fork, n)) for n in texts if n not in by_hand}
                expected = sorted(str(n) for n, inputs in needed if (n, inputs) not in made or n in redo)
                assert sorted(backend.calls) == expected
                assert await everything_of(world, run.run_id) == before
                assert files.items() <= files_in(home).items()
                assert {row.task_id for row in fork.results if row.edited} == set(by_hand)
                made |= needed
                run, current = fork, Dag(tasks, dag.latency)


def _inputs(run: Run, task_id: int) -> str:
    """What a task is given, as one text."""
    texts = {row.task_id: row.resources[0].text or "" for row in run.results}
    (value,) = run.plan.by_id[task_id].inputs.values()
    parts = value.parts if hasattr(value, "parts") else (value,)
    return "".join(part if isinstance(part, str) else texts[part.task_id] for part in parts)  # type: ignore[union-attr]


def same_task(before: Any, after: Any, n: int) -> bool:
    return next(task for task in before if task["id"] == n) == next(task for task in after if task["id"] == n)
