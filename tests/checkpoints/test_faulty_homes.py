"""A full disk, no write permission, a database taken away, a clock that jumps: a clear error, and nothing is lost."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from entry_child import enter
from entry_outcomes import DIAMOND, is_right, marks, recorded, rows, started
from failpoints import Failpoint
from faults import FAULTS, JUMPS, repair
from pairs import pairwise, possible_rows

TIMES = {
    "as it begins": Failpoint("runs.start", "after", 1),
    "while a file is stored": Failpoint("store.adopt", "before", 2),
    "while a result is recorded": Failpoint("ledger.put", "before", 2),
    "as it ends": Failpoint("runs.finish", "before", 1),
}
REASONS = {"full": "disk", "unwritable": "can't be stored", "away": "was moved away"}
TABLE = possible_rows([("command", "graph", "sub-graph"), ("async", "sync"), FAULTS, TIMES], lambda *_: True)
CHOSEN = set(pairwise(TABLE))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may use, as root becomes one; those of pytest are closed to them."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o777)
        yield Path(made)


@pytest.mark.parametrize(
    ("entry", "durability", "fault", "when"),
    [pytest.param(*row, marks=marks(row in CHOSEN), id=", ".join(row)) for row in TABLE],
)
async def test_a_run_whose_home_fails_ends_with_the_reason_and_is_resumed_without_a_repeated_call(
    folder: Path, entry: str, durability: str, fault: str, when: str
) -> None:
    code, error = enter(entry, durability, folder, DIAMOND, TIMES[when], fault)
    repair(folder / "home")
    if code == 0:
        assert (fault, when) == ("unwritable", "as it ends")
    else:
        assert code == 1
        assert error.startswith("StorageError: ")
        assert REASONS[fault] in error.lower()
    kept, before = await recorded(entry, folder), len(started(folder))
    assert enter(entry, durability, folder, DIAMOND).code == 0
    is_right(entry, folder, DIAMOND)
    assert not kept & set(started(folder)[before:])


@pytest.mark.crash
@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("entry", ["command", "sub-graph"])
def test_the_clock_may_jump_by_a_day_while_a_run_is_executed(tmp_path: Path, entry: str, jump: str) -> None:
    """It ends right, no lease is lost, and every duration that it records is the time that has passed."""
    assert enter(entry, "sync", tmp_path, DIAMOND, TIMES["while a file is stored"], jump) == (0, "")
    is_right(entry, tmp_path, DIAMOND)
    times = rows(tmp_path, "SELECT started_at, started_at + duration FROM tasks")
    ((began, ended),) = rows(tmp_path, "SELECT started_at, finished_at FROM runs")
    assert all(began <= task_began <= task_ended <= ended for task_began, task_ended in times)
    assert ended - began < 60


@pytest.mark.crash
@pytest.mark.nightly
async def test_a_run_is_resumed_after_the_clock_has_jumped_back_by_a_year(tmp_path: Path) -> None:
    assert enter("command", "sync", tmp_path, DIAMOND, Failpoint("ledger.put", "after", 2)).code < 0
    home, year = tmp_path / "home", 365 * 86400.0
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:  # as if all had been made before the jump
        db.execute("UPDATE runs SET started_at = started_at + ?", [year])
        db.execute("UPDATE resources SET created_at = created_at + ?", [year])
        db.commit()
    for file in home.rglob("*.txt"):
        os.utime(file, (time.time() + year,) * 2)
    kept, before = await recorded("command", tmp_path), len(started(tmp_path))
    assert enter("command", "sync", tmp_path, DIAMOND).code == 0
    is_right("command", tmp_path, DIAMOND)
    assert not kept & set(started(tmp_path)[before:])
