"""Migrations: homes of earlier formats get today's tables and columns, once, however many processes open them."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database as SqliteUtils

from hugginggpt.checkpoints.migrations import FORMAT, migrate, migrations
from hugginggpt.checkpoints.open import Storage
from hugginggpt.graph.options import Options
from hugginggpt.graph.result import Request, Run

RUN = Run(run_id="new", thread_id="t", request=Request(text="go"), options=Options(max_llm_calls=3), version="1")
OLD_RUNS = """
    CREATE TABLE runs (run_id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, parent TEXT, status TEXT NOT NULL,
        controller TEXT, request TEXT NOT NULL, files TEXT, plan TEXT, epoch TEXT, refusals TEXT, mends TEXT, answer TEXT,
        started_at FLOAT, finished_at FLOAT, version TEXT, owner TEXT);
    INSERT INTO runs (run_id, thread_id, status, request) VALUES ('old', 't', 'succeeded', 'do it');
"""
"""Without the columns `usage`, `options` and `heartbeat`, and without the other tables."""


def old_home(home: Path, user_version: int) -> Path:
    home.mkdir(mode=0o700)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.executescript(f"{OLD_RUNS}; PRAGMA user_version = {user_version};")
    return home


@pytest.mark.parametrize("user_version", [1, 2], ids=["format 1", "stamped as format 2, its columns never made"])
async def test_a_home_without_columns_of_today_gets_them_and_keeps_its_rows(home: Path, user_version: int) -> None:
    storage = Storage(old_home(home, user_version))
    try:
        await storage.ledger.runs.start(RUN)
        assert await storage.ledger.llm_calls.start("new", "plan", "m") == 1
    finally:
        storage.close()
    with closing(SqliteUtils(sqlite3.connect(home / "hugginggpt.db"))) as db:
        rows = {row["run_id"]: row for row in db.query("SELECT * FROM runs")}
        assert rows["old"]["request"] == "do it"
        assert Options.model_validate_json(rows["new"]["options"]).max_llm_calls == 3
        assert db.execute("PRAGMA user_version").fetchone()[0] == FORMAT


def test_of_several_that_open_a_home_at_once_one_migrates_it(home: Path) -> None:
    file = old_home(home, 1) / "hugginggpt.db"

    def open_it(_: int) -> Sequence[str]:
        with closing(SqliteUtils(sqlite3.connect(file, timeout=30))) as db:
            migrate(db.conn)
            return [migration.name for migration in migrations.applied(db)]

    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(open_it, range(8)))
    names = ["tables", "state_parts", "repairs", "short_rows", "caveats", "seconds", "numbered_states", "readable"]
    names += ["estimates", "work"]
    assert seen == [[f"{name}_of_format_{number}" for number, name in enumerate(names, 2)]] * 8


def test_the_format_counts_the_migrations() -> None:
    """Format 2 is the first that has migrations: a new migration needs a new format, which older versions refuse."""
    with closing(SqliteUtils(memory=True)) as db:
        assert 1 + len(migrations.pending(db)) == FORMAT
