"""One process at a time works on a run

Two processes on one run would spend its money twice and overwrite each other's results.
"""

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from fences import Fence
from home_child import HomeProcess
from hugginggpt.checkpoints import lease
from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.history import History
from hugginggpt.checkpoints.ledger import SqliteLedger
from hugginggpt.graph.errors import RunBusy
from hugginggpt.graph.result import Request, Run

FENCES = (
    Fence(
        "an owner on another host is watched before it is taken for dead",
        "checkpoints/lease.py",
        "if owner is None or owner.place != place():\n        return None",
        "if owner is None or owner.place != place():\n        return False",
        "test_leases.py::test_an_active_run_of_another_host_is_never_taken_over[0]",
    ),
    Fence(
        "a process here is known by its start",
        "checkpoints/lease.py",
        "return _start(owner.pid) in (owner.start, _UNKNOWN)",
        "return True",
        "test_leases.py::test_a_process_with_the_id_of_a_dead_owner_does_not_own_its_runs",
    ),
)

SECOND, OTHER_HOST = 1.0, {"host": "elsewhere", "place": "another boot", "pid": 1, "start": 5.0, "nonce": "x"}


@pytest.fixture
def ledger(home: Path) -> Iterator[SqliteLedger]:
    """With a run in it that no one owns, and a second of patience with owners on other hosts."""
    made = SqliteLedger(Database(home), patience=SECOND)
    run = Run(run_id="r", thread_id="t", request=Request(text="do it"), version="1")
    asyncio.run(made.runs.start(run))
    asyncio.run(made.runs.disown("r"))
    yield made
    made.close()
    made.database.close()


def write(home: Path, owner: object, heartbeat: float) -> None:
    """What another host's process would write through a shared disk."""
    with closing(sqlite3.connect(home / "hugginggpt.db", timeout=30)) as db:
        db.execute("UPDATE runs SET owner = ?, heartbeat = ?", [json.dumps(owner), heartbeat])
        db.commit()


@pytest.mark.parametrize("ahead", [-3600.0, 0.0, 3600.0], ids=["-1h", "0", "+1h"])
def test_an_active_run_of_another_host_is_never_taken_over(home: Path, ledger: SqliteLedger, ahead: float) -> None:
    """A run on another host is not taken over while its heartbeat continues, however far apart the two clocks are."""
    write(home, OTHER_HOST, time.time() + ahead)
    patient = SqliteLedger(Database(home), patience=5 * SECOND)  # a busy machine may delay a beat

    async def claim() -> None:
        claiming = asyncio.create_task(patient.runs.own("r"))
        for beat in range(1, 3):
            await asyncio.sleep(SECOND / 3)
            await asyncio.to_thread(write, home, OTHER_HOST, time.time() + ahead + beat)
        await claiming

    with pytest.raises(RunBusy, match="process 1 on elsewhere"):
        asyncio.run(claim())
    patient.close()
    patient.database.close()


def test_a_parent_graph_s_request_is_refused_while_another_process_works_in_its_conversation(
    home: Path, ledger: SqliteLedger
) -> None:
    """A request through a parent graph is refused while another process works in its thread, not beside its own step's."""
    write(home, {**OTHER_HOST, "place": lease.place(), "pid": os.getppid(), "start": lease._start(os.getppid())}, 1.0)
    second = Run(run_id="s", thread_id="t", request=Request(text="do more"), version="1")
    with pytest.raises(RunBusy, match="conversation t goes on in run r"):
        asyncio.run(ledger.runs.start(second, beside="of_this_process"))
    asyncio.run(ledger.runs.interrupt("s"))
    write(home, None, 1.0)
    asyncio.run(ledger.runs.start(second, beside="of_this_process"))
    third = Run(run_id="u", thread_id="t", request=Request(text="beside it"), version="1")
    asyncio.run(ledger.runs.start(third, beside="of_this_process"))


def test_a_request_is_refused_while_another_host_works_in_its_conversation(home: Path, ledger: SqliteLedger) -> None:
    """A request is refused while a process on another host works on a run of its conversation."""
    write(home, OTHER_HOST, 1.0)
    second = Run(run_id="s", thread_id="t", request=Request(text="do more"), version="1")

    async def start() -> None:
        starting = asyncio.create_task(ledger.runs.start(second, beside="none"))
        await asyncio.sleep(SECOND / 3)
        await asyncio.to_thread(write, home, OTHER_HOST, 2.0)
        await starting

    with pytest.raises(RunBusy, match="run r belongs to process 1 on elsewhere"):
        asyncio.run(start())
    asyncio.run(ledger.runs.interrupt("s"))
    assert [run.run_id for run in asyncio.run(History(ledger).runs())] == ["r"]
    asyncio.run(ledger.runs.start(second, beside="none"))
    assert [run.status for run in asyncio.run(History(ledger).runs())] == ["running", "interrupted"]


@pytest.mark.parametrize("heartbeat", [0.0, 1e12, -5.0])
def test_a_run_of_another_host_without_heartbeat_is_taken_over(
    home: Path, ledger: SqliteLedger, heartbeat: float
) -> None:
    """A run on another host is taken over when its heartbeat has stopped for 30 seconds, measured on this host."""
    write(home, OTHER_HOST, heartbeat)
    began = time.monotonic()
    asyncio.run(ledger.runs.own("r"))
    assert time.monotonic() - began >= SECOND
    assert lease.STALE == 30.0


def test_a_change_of_the_clock_takes_no_run_from_a_running_process(
    home: Path, ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running process of this host keeps its run when the clock is set forward or back."""
    holder = HomeProcess(home)
    holder.ask(["write held"])
    assert holder.answer() == "held"
    for step in (3600.0, -3600.0):
        boot, now = psutil.boot_time(), time.time
        monkeypatch.setattr(psutil._psplatform, "boot_time", lambda boot=boot, step=step: boot + step)
        monkeypatch.setattr(time, "time", lambda now=now, step=step: now() + step)
        with pytest.raises(RunBusy, match=f"process {holder.pid}"):
            asyncio.run(ledger.runs.own("held"))
        assert asyncio.run(History(ledger).run("held")).status == "running"
        monkeypatch.undo()
    holder.kill()
    asyncio.run(ledger.runs.own("held"))  # at once: it is known to be dead


def test_a_process_with_the_id_of_a_dead_owner_does_not_own_its_runs(home: Path, ledger: SqliteLedger) -> None:
    """A process is identified by its id and start time: one that gets the id of a dead owner does not own its runs."""
    write(home, {"host": "x", "place": lease.place(), "pid": os.getppid(), "start": 3.0, "nonce": "x"}, 1.0)
    asyncio.run(ledger.runs.own("r"))


@pytest.mark.parametrize("mark", ["", "[]", "{", "{}", "[" * 100_000, '{"pid": "many"}', "null"])
def test_a_damaged_lease_expires(home: Path, ledger: SqliteLedger, mark: str) -> None:
    """A lease that can't be read holds a run no longer than an owner without a heartbeat."""
    with closing(sqlite3.connect(home / "hugginggpt.db", timeout=30)) as db:
        db.execute("UPDATE runs SET owner = ?", [mark])
        db.commit()
    asyncio.run(ledger.runs.own("r"))


def test_one_of_several_waiting_processes_gets_the_run(home: Path, ledger: SqliteLedger) -> None:
    """Of several processes that wait for the same silent owner, one gets the run; the others report its owner."""
    others = [SqliteLedger(Database(home), patience=SECOND) for _ in range(3)]
    write(home, OTHER_HOST, 5.0)

    async def all_of_them() -> list[BaseException | None]:
        return await asyncio.gather(*(each.runs.own("r") for each in (ledger, *others)), return_exceptions=True)

    outcomes = asyncio.run(all_of_them())
    for other in others:
        other.close()
        other.database.close()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "RunBusy", "RunBusy", "RunBusy"]


def test_the_newest_run_is_the_one_started_last_whatever_the_clock(home: Path, ledger: SqliteLedger) -> None:
    """After the clock is set back, the run that was started last still is the newest of its conversation."""
    for number, started_at in enumerate((5000.0, 1000.0)):
        run = Run(run_id=str(number), thread_id="c", request=Request(text="x"), version="1", started_at=started_at)
        asyncio.run(ledger.runs.start(run))
    assert [run.run_id for run in asyncio.run(History(ledger).runs(thread_id="c"))] == ["1", "0"]


def test_a_run_that_a_restart_of_the_machine_ended_is_shown_as_interrupted(home: Path, ledger: SqliteLedger) -> None:
    """A run that a restart of the machine ended is listed as interrupted, and is taken over after the wait."""
    write(home, OTHER_HOST | {"machine": lease.machine()}, 1.0)
    assert asyncio.run(History(ledger).run("r")).status == ("interrupted" if lease.machine() else "running")
    asyncio.run(ledger.runs.own("r"))
