"""Ledger and database: rows are written once and found by descendant runs; a run has one owner; errors are reported."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database as SqliteUtils

from hugginggpt.checkpoints import lease
from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.history import History
from hugginggpt.checkpoints.ledger import SqliteLedger
from hugginggpt.checkpoints.row_connection import RowConnection
from hugginggpt.checkpoints.work_time import _covered
from hugginggpt.graph.errors import RunBusy, StorageError, UnknownRun
from hugginggpt.graph.expert import Assignment
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request, Result, Run
from hugginggpt.tools.scripted import scripted_expert
from scripting import without_root

OpenLedger = Callable[[], SqliteLedger]


@pytest.fixture
def opened(home: Path) -> Iterator[OpenLedger]:
    """Opens ledgers in one home folder, and closes them in the end."""
    made: list[SqliteLedger] = []

    def open_it() -> SqliteLedger:
        made.append(SqliteLedger(Database(home)))
        return made[-1]

    yield open_it
    for ledger in made:
        ledger.close()
        ledger.database.close()


def run(run_id: str = "r", *, parent: str | None = None, thread_id: str = "t") -> Run:
    return Run(run_id=run_id, thread_id=thread_id, parent=parent, request=Request(text="do it"), version="1")


def row(key: str = "0", text: str = "made", *, status: str = "succeeded", fingerprint: str = "") -> Result:
    made = {"text": Resource(kind="text", media_type="text/plain", sha256="a" * 64, size=4, text=text, producer=key)}
    return Result.model_validate(
        {
            "task_id": int(key), "key": key, "task_type": "summarization", "status": status,
            "outputs": made if status == "succeeded" else {}, "fingerprint": fingerprint,
        }
    )  # fmt: skip


def text_of(result: Result) -> str:
    return result.resources[0].text or ""


def assignment(model_id: str) -> Assignment:
    return Assignment(task_id=0, expert=scripted_expert("summarization", model_id), reason="because")


# -- rows -----------------------------------------------------------------------------------------------------------


async def test_a_result_is_recorded_once_and_the_second_writer_gets_the_first_s_row(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    assert text_of(await ledger.put("r", "t", "r:1", row(text="first"))) == "first"
    assert text_of(await ledger.put("r", "t", "r:1", row(text="second"))) == "first"
    assert [text_of(found) for found in (await ledger.results("r:1")).values()] == ["first"]
    assert [made.text for made in await ledger.thread_resources("t")] == ["first"]


async def test_the_rows_of_another_epoch_are_not_seen(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.put("r", "t", "r:1", row("0"))
    await ledger.put("r", "t", "r:2", row("1"))
    assert set(await ledger.results("r:1")) == {"0"}
    assert set(await ledger.results("r:1", ["0", "1"])) == {"0"}
    assert await ledger.results("r:1", []) == {}
    assert await ledger.recorded("r:1") == {"0"}


async def test_a_result_of_equal_fingerprint_is_found_in_the_lineage_of_a_run_and_nowhere_else(
    opened: OpenLedger,
) -> None:
    ledger = opened()
    for each in (run("a"), run("b", parent="a"), run("c", parent="b"), run("stranger")):
        await ledger.runs.start(each)
    await ledger.put("a", "t", "a:1", row(fingerprint="same"))
    assert await ledger.find("a", "same")
    assert await ledger.find("c", "same")
    assert await ledger.find("stranger", "same") is None
    assert await ledger.find("c", "other") is None


async def test_earlier_calls_are_looked_for_where_a_run_has_a_parent_or_another_epoch(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.runs.start(run("p"), "x")
    await ledger.put("p", "t", "p:1", row("0"))
    assert not await ledger.has_earlier("p", "p:1")
    assert await ledger.has_earlier("p", "p:2")
    await ledger.runs.disown("p")
    await ledger.runs.start(run("c", parent="p"), "x")
    assert await ledger.has_earlier("c", "c:1")


async def test_a_result_of_a_descendant_is_not_found_by_its_ancestor(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.runs.start(run("a"))
    await ledger.runs.start(run("b", parent="a"))
    await ledger.put("b", "t", "b:1", row(fingerprint="same"))
    assert await ledger.find("a", "same") is None


async def test_first_calls_of_a_process_are_measured_apart_and_preferred_to_by_none(opened: OpenLedger) -> None:
    ledger, of = opened(), ("summarization", "m")
    await ledger.runs.start(run())
    for number, (first, seconds) in enumerate(((True, 9.0), (None, 3.0), (False, 1.0), (False, 2.0))):
        made = row(str(number), fingerprint="f").model_copy(
            update={"assignment": assignment("m"), "duration": seconds, "first_call": first}
        )
        await ledger.put("r", "t", "r:1", made)
        found = await ledger.measured(["m"])
        assert found.seconds == {of: (9.0, 3.0, 1.0, 1.5)[number]}
        assert found.first == {of: 9.0}
        assert bool(found.only_first) == (number == 0)


async def test_a_failed_result_is_never_reused(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    await ledger.put("r", "t", "r:1", row(status="failed", fingerprint="same"))
    assert await ledger.find("r", "same") is None
    assert await ledger.thread_resources("t") == []


async def test_a_decision_is_recorded_once_and_inherited(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.runs.start(run("a"))
    await ledger.runs.start(run("b", parent="a"))
    assert (await ledger.assign("a", "which", assignment("org/one"))).expert.model_id == "org/one"
    assert (await ledger.assign("a", "which", assignment("org/two"))).expert.model_id == "org/one"
    handed = await ledger.assignment("b", "which")
    assert handed
    assert handed.expert.model_id == "org/one"
    assert await ledger.assignment("b", "another") is None


async def test_what_one_type_of_task_made_is_in_the_order_of_the_plan(opened: OpenLedger) -> None:
    """A conversation counts it so: "the first summary", whichever was done first."""
    ledger = opened()
    await ledger.runs.start(run())
    for task_id in (10, 2):
        made = Resource(kind="text", media_type="text/plain", sha256=f"{task_id:064}", size=1, text=str(task_id))
        result = row().model_copy(update={"key": str(task_id), "task_id": task_id, "outputs": {"text": (made,)}})
        await ledger.put("r", "t", "r:1", result)
    known = await ledger.thread_resources("t")
    assert [(made.text, made.made_by) for made in known] == [(text, row().task_type) for text in ("2", "10")]


async def test_the_files_of_a_run_are_recorded_once_however_often_it_is_planned(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    there = Resource(kind="image", media_type="image/png", sha256="b" * 64, size=1, name="a.png")
    missing = Resource(kind="image", media_type="image/*", name="b.png")
    for _ in range(2):
        await ledger.given("r", "t", [there, missing])
    await ledger.put("r", "t", "r:1", row())
    assert [made.name or made.text for made in await ledger.thread_resources("t")] == ["a.png", "made"]
    assert await ledger.thread_resources("another") == []


async def test_a_retry_deletes_only_the_rows_of_failures(opened: OpenLedger) -> None:
    ledger = opened()
    await ledger.put("r", "t", "r:1", row("0"))
    await ledger.put("r", "t", "r:1", row("1", status="failed"))
    await ledger.put("r", "t", "r:1", row("2", status="skipped"))
    await ledger.put("r", "t", "r:2", row("3", status="failed"))
    await History(ledger).reopen(run().model_copy(update={"epoch": "r:1"}))
    assert set(await ledger.results("r:1")) == {"0"}
    assert set(await ledger.results("r:2")) == {"3"}


# -- leases ---------------------------------------------------------------------------------------------------------


async def test_two_ledgers_of_one_process_compete_for_a_run_until_one_is_closed(opened: OpenLedger) -> None:
    first, second = opened(), opened()
    await first.runs.start(run())
    with pytest.raises(RunBusy, match=f"process {os.getpid()}"):
        await second.runs.own("r")
    await first.runs.own("r")
    first.close()
    await second.runs.own("r")


async def test_a_returned_lease_is_free_and_one_of_an_unknown_run_is_an_error(opened: OpenLedger) -> None:
    first, second = opened(), opened()
    await first.runs.start(run())
    await first.runs.disown("r")
    await second.runs.own("r")
    with pytest.raises(UnknownRun):
        await first.runs.own("nothing")


def test_the_lease_of_an_event_loop_that_was_closed_in_the_middle_of_a_run_is_free(opened: OpenLedger) -> None:
    """Its execution never ends, so it returns no lease: this process takes the run at once, another as soon as it looks."""
    first, second = opened(), opened()
    asyncio.run(first.runs.start(run(), "an execution"))
    asyncio.run(first.runs.own("r", "the next"))

    async def taken() -> None:
        async with asyncio.timeout(60):
            while True:
                with suppress(RunBusy):
                    return await second.runs.own("r")
                await asyncio.sleep(0.05)

    asyncio.run(taken())


async def test_of_many_processes_that_find_a_dead_owner_one_gets_the_run(opened: OpenLedger, home: Path) -> None:
    ledgers = [opened() for _ in range(5)]
    await ledgers[0].runs.start(run())
    claim(home, dead_process())
    ledgers[0].runs._owned.clear()
    outcomes = await asyncio.gather(*(ledger.runs.own("r") for ledger in ledgers), return_exceptions=True)
    assert [type(error) for error in outcomes if error] == [RunBusy] * 4


async def test_a_dead_owner_is_dead_also_when_another_process_has_its_pid(opened: OpenLedger, home: Path) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    reused = {"host": "x", "place": lease.place(), "pid": os.getppid(), "start": 12.0, "nonce": "x"}
    for owner in (dead_process(), reused):
        await ledger.runs.disown("r")
        claim(home, owner)
        await ledger.runs.own("r")


def claim(home: Path, owner: dict[str, object]) -> None:
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("UPDATE runs SET owner = ?, heartbeat = 7", [json.dumps(owner)])
        db.commit()


def dead_process() -> dict[str, object]:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return {"host": "x", "place": lease.place(), "pid": process.pid, "start": 1.0, "nonce": "x"}


# -- the database ---------------------------------------------------------------------------------------------------


async def test_home_and_database_are_readable_by_their_owner_only(opened: OpenLedger, home: Path) -> None:
    await opened().runs.start(run())
    assert home.stat().st_mode & 0o777 == 0o700
    for file in home.glob("hugginggpt.db*"):
        assert file.stat().st_mode & 0o777 == 0o600, file


async def test_a_failing_write_rolls_back_no_other_of_its_batch(opened: OpenLedger, home: Path) -> None:
    ledger, gate = opened(), Event()
    await ledger.runs.start(run())
    held = asyncio.gather(ledger.database.read(lambda _: gate.wait()))  # all below waits for this: one batch

    def half_done(db: SqliteUtils) -> None:
        db.execute("UPDATE runs SET owner = NULL")
        raise ValueError("a bug")

    writes = [ledger.put("r", "t", "r:1", row(str(n))) for n in range(5)]
    batch = asyncio.gather(*writes[:3], ledger.database.write(half_done), *writes[3:], return_exceptions=True)
    await asyncio.sleep(0)
    gate.set()
    outcomes = await batch
    await held
    assert [type(each) for each in outcomes] == [Result] * 3 + [ValueError] + [Result] * 2
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        assert db.execute("SELECT count(*) FROM tasks").fetchone() == (5,)
        assert db.execute("SELECT count(*) FROM runs WHERE owner IS NULL").fetchone() == (0,)


def test_writers_of_many_threads_and_loops_agree_on_the_first_row(opened: OpenLedger) -> None:
    ledger = opened()

    async def write(name: str) -> list[str]:
        rows = [ledger.put("r", "t", "r:1", row(str(n), text=name)) for n in range(25)]
        return [text_of(result) for result in await asyncio.gather(*rows)]

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda name: asyncio.run(write(name)), "abcd"))
    assert all(each == outcomes[0] for each in outcomes)
    assert len(asyncio.run(ledger.results("r:1"))) == 25


async def test_a_write_lock_of_another_program_is_waited_for(opened: OpenLedger, home: Path) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    with closing(sqlite3.connect(home / "hugginggpt.db", isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(ledger.put("r", "t", "r:1", row()))
        assert not (await asyncio.wait({writing}, timeout=0.3))[0]
        browser.execute("COMMIT")
        assert (await writing).ok


async def test_a_lock_that_is_never_released_is_an_error_that_names_it(opened: OpenLedger, home: Path) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    await ledger.database.read(lambda db: db.execute("PRAGMA busy_timeout = 20"))
    with closing(sqlite3.connect(home / "hugginggpt.db", isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked by another program"):
            await ledger.put("r", "t", "r:1", row())
        browser.execute("ROLLBACK")
    assert (await ledger.put("r", "t", "r:1", row())).ok


async def test_on_a_full_disk_every_write_that_returned_is_kept_and_writes_succeed_again_when_there_is_room(
    opened: OpenLedger, home: Path
) -> None:
    ledger = opened()
    await ledger.runs.start(run())

    def limit(pages: int) -> Callable[..., object]:
        return lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    (used,) = await ledger.database.read(lambda db: db.execute("PRAGMA page_count").fetchone())
    await ledger.database.read(limit(used + 4))
    rows = [row(str(n), text="long " * 500) for n in range(20)]
    outcomes = await asyncio.gather(*(ledger.put("r", "t", "r:1", each) for each in rows), return_exceptions=True)
    outcomes += [await one_by_one(ledger, row(str(n), text="long " * 500)) for n in range(20, 30)]
    refused = [error for error in outcomes if isinstance(error, BaseException)]
    assert refused
    assert all(isinstance(error, StorageError) and "full" in str(error) for error in refused)
    returned = {result.key for result in outcomes if isinstance(result, Result)}
    assert returned <= set(await ledger.results("r:1"))
    await ledger.database.read(limit(10_000))
    for each in rows:
        await ledger.put("r", "t", "r:1", each)
    assert len(await ledger.results("r:1")) >= 20
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def one_by_one(ledger: SqliteLedger, result: Result) -> Result | Exception:
    try:
        return await ledger.put("r", "t", "r:1", result)
    except StorageError as error:
        return error


async def test_a_damaged_database_is_reported_with_the_remedy(opened: OpenLedger, home: Path) -> None:
    home.mkdir()
    (home / "hugginggpt.db").write_bytes(b"this is no database at all, but long enough to be read as one" * 100)
    with pytest.raises(StorageError, match="is damaged") as caught:
        await opened().runs.start(run())
    assert f"mv {home} {home}.broken" in caught.value.hint  # with the log, where the newest rows may be


async def test_a_database_that_another_version_converts_while_it_is_in_use_is_not_called_damaged(
    opened: OpenLedger, home: Path
) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    with closing(sqlite3.connect(home / "hugginggpt.db")) as newer:
        newer.execute("ALTER TABLE tasks RENAME TO results")
        newer.commit()
    with pytest.raises(StorageError, match="was converted by another version of HuggingGPT while it was in use"):
        await ledger.put("r", "t", "r:1", row())


@pytest.mark.parametrize("reading", [False, True])
async def test_a_database_that_is_no_file_is_named_and_not_taken_for_a_full_disk(home: Path, reading: bool) -> None:
    home.mkdir()
    os.mkfifo(home / "hugginggpt.db")
    said = "is no file, where a home has its database"
    with closing(Database(home, reading=reading)) as database, pytest.raises(StorageError, match=said):
        await database.read(lambda _: None)


async def test_a_value_of_a_wrong_type_is_a_defect_and_no_damage_of_the_database(opened: OpenLedger) -> None:
    """Whoever reads that a home is damaged moves it away."""
    with pytest.raises(sqlite3.ProgrammingError):
        await opened().thread_resources(("t",))  # type: ignore[arg-type]


async def test_a_database_damaged_in_the_middle_is_reported(opened: OpenLedger, home: Path) -> None:
    ledger = opened()
    await asyncio.gather(*(ledger.put("r", "t", "r:1", row(str(n), text="x" * 4000)) for n in range(50)))
    ledger.close()
    ledger.database.close()
    file = home / "hugginggpt.db"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(StorageError, match="is damaged"):
        await opened().results("r:1")


async def test_a_database_of_a_newer_version_is_refused(opened: OpenLedger, home: Path) -> None:
    ledger = opened()
    await ledger.runs.start(run())
    ledger.close()
    ledger.database.close()
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="newer HuggingGPT"):
        await opened().runs.start(run())


async def test_a_home_that_can_not_be_written_is_reported() -> None:
    with unwritable() as folder:
        ledger = SqliteLedger(Database(folder / "home"))
        with pytest.raises(StorageError, match="can't be written") as caught:
            await ledger.runs.start(run())
        ledger.database.close()
    assert "Settings(home=DIR)" in caught.value.hint


@contextmanager
def unwritable() -> Iterator[Path]:
    """A folder that this process may only read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with without_root():
            yield Path(folder)
        Path(folder).chmod(0o755)


def test_a_queued_row_is_written_although_its_event_loop_ends(home: Path) -> None:
    database = Database(home)
    ledger, busy = SqliteLedger(database), threading.Event()

    async def cancelled_in_the_middle() -> None:
        await ledger.runs.start(run())
        blocked = database.submit(lambda _: busy.wait(30), writes=False)
        putting = asyncio.ensure_future(ledger.put("r", "t", "r:1", row("0")))
        await asyncio.sleep(0)  # it is in the queue now, behind the job that blocks the thread
        putting.cancel()
        await asyncio.gather(putting, return_exceptions=True)
        assert not blocked.done()

    asyncio.run(cancelled_in_the_middle())
    busy.set()
    assert set(asyncio.run(ledger.results("r:1"))) == {"0"}
    ledger.close()
    database.close()


def test_of_jobs_that_share_a_transaction_one_that_fails_half_way_takes_back_its_own_rows_only(home: Path) -> None:
    database, busy = Database(home), threading.Event()

    def insert(name: str, error: Exception | None, db: RowConnection) -> str:
        db.insert("assignments", {"run_id": "r", "decision": name})
        if error:
            raise error
        return name

    database.submit(lambda _: None, writes=True).result(30)
    database.submit(lambda _: busy.wait(30), writes=False)  # the others wait together
    failures = {"b": ValueError("half way")}
    queued = [database.submit(partial(insert, name, failures.get(name)), writes=True) for name in "abc"]
    busy.set()
    assert [job.exception(30) for job in queued] == [None, failures["b"], None]
    rows = database.submit(lambda db: db.execute("SELECT decision FROM assignments").fetchall(), writes=False)
    assert rows.result(30) == [("a",), ("c",)]
    database.close()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=12), st.integers(0, 40))
def test_the_time_at_work_is_the_time_covered_by_any_interval(intervals: list[tuple[int, int]], since: int) -> None:
    covered = {second for start, length in intervals for second in range(start, start + length) if second >= since}
    assert _covered(intervals, since) == len(covered)
