"""A migration killed at any statement: the home is whole, is migrated at the next opening, and its runs are shown."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from golden_home import ENDINGS
from hugginggpt.checkpoints.format import FORMAT
from hugginggpt.checkpoints.history import History
from hugginggpt.checkpoints.migrations import migrate
from hugginggpt.checkpoints.open import open_storage

OLD = Path(__file__).with_name("homes") / "0.1.0"
"""Of format 3."""


class Counting(sqlite3.Connection):
    """Counts statements and commits; ends the process before or after the nth."""

    seen, nth, moment = 0, 0, ""

    def _around(self, call: Any, *given: Any) -> Any:
        self.seen += 1
        for moment in ("before", "after"):
            if moment == "after":
                made = call(*given)
            if (self.seen, moment) == (self.nth, self.moment):
                os.kill(os.getpid(), signal.SIGKILL)
        return made

    def execute(self, *given: Any) -> Any:
        return self._around(super().execute, *given)

    def commit(self) -> None:
        self._around(super().commit)


def migrated(file: Path, nth: int = 0, moment: str = "") -> int:
    """Migrate a database; returns the number of statements."""
    with closing(sqlite3.connect(file, factory=Counting)) as db:
        db.nth, db.moment = nth, moment
        migrate(db)
        return db.seen


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "home"))


@pytest.mark.crash
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.9, 1.0])
async def test_a_home_whose_migration_was_killed_is_migrated_at_the_next_opening(
    home: Path, tmp_path: Path, part: float, moment: str
) -> None:
    shutil.copy(home / "hugginggpt.db", tmp_path / "copy.db")
    nth = max(1, round(part * migrated(tmp_path / "copy.db")))
    process = multiprocessing.get_context("fork").Process(target=migrated, args=(home / "hugginggpt.db", nth, moment))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    async with open_storage(home) as storage:
        runs = await History(storage.ledger).runs()
        await storage.ledger.runs.recorded(runs[0].run_id)
    assert sorted(run.thread_id for run in runs) == sorted(ENDINGS)
    assert "damaged" not in {run.status for run in runs}
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == FORMAT
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
