"""`prune` and `delete`, as real processes: they show, ask, delete, and report what is left."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hugginggpt.checkpoints.open import Storage
from hugginggpt.checkpoints.pruning import prune
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from paths import SUPPORT
from printed import wait_for
from scripting import CHAIN, ask
from shell import MARK, Shell


def runs(home: Path) -> list[str]:
    """Threads of the runs that are left, oldest first."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return [thread for (thread,) in db.execute("SELECT thread_id FROM runs ORDER BY rowid")]


@pytest.fixture
async def home(shell: Shell) -> Path:
    """Three runs in two conversations; the first is forty days old."""
    home = shell.folder / "home"
    world = open_world(
        Settings(home=home),
        controller=ScriptedController(CHAIN),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()],
    )
    async with world as opened:
        for thread in ("harbour", "orchard", "orchard"):
            await ask(opened, f"do it for {thread}", thread=thread)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        change = "started_at = started_at - 40 * 86400, finished_at = finished_at - 40 * 86400"
        db.execute(f"UPDATE runs SET {change} WHERE thread_id = 'harbour'")
        db.commit()
    return home


def test_a_prune_shows_what_it_would_delete_and_deletes_that_once_it_is_confirmed(shell: Shell, home: Path) -> None:
    words = ("prune", "--older", "30d", "--keep-last", "2")
    would = json.loads(shell(*words, "--dry-run", "--json").out)
    assert ([run["thread_id"] for run in would["runs"]], would["dry_run"]) == (["harbour"], True)
    asked = shell(*words)
    assert asked.code == 2
    assert "do it for harbour" in asked.err
    assert "--yes" in asked.err
    assert runs(home) == ["harbour", "orchard", "orchard"]

    size = (home / "hugginggpt.db").stat().st_size
    done = json.loads(shell(*words, "--yes", "--json").out)
    page = 4096  # the database may be a page smaller or larger when it is written
    assert abs(done.pop("database_bytes") - would.pop("database_bytes")) <= 2 * page
    assert {**done, "dry_run": True} == would
    assert runs(home) == ["orchard", "orchard"]
    assert (home / "hugginggpt.db").stat().st_size < size
    assert shell(*words).out == "deleted: 0 runs and 0 files, 0 bytes\n"


def test_a_prune_says_which_runs_can_be_resumed_and_keeps_them_where_that_is_requested(
    shell: Shell, home: Path
) -> None:
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("UPDATE runs SET status = 'interrupted' WHERE thread_id = 'harbour'")
        (run_id,) = db.execute("SELECT run_id FROM runs WHERE thread_id = 'harbour'").fetchone()
        db.commit()
    would = shell("prune", "--older", "30d", "--dry-run")
    assert f"one of these can be resumed: {run_id}; finish first what you need (hugginggpt resume RUN)" in would.err
    assert "or keep these runs with --keep-resumable" in would.err
    assert json.loads(shell("prune", "--older", "30d", "--dry-run", "--json").out)["runs"][0]["resumable"] is True
    kept = shell("prune", "--keep-last", "0", "--keep-resumable", "--yes")
    assert f"kept: run {run_id}, because it can be resumed: hugginggpt resume {run_id}" in kept.err
    assert runs(home) == ["harbour"]


def test_what_names_no_run_or_no_time_is_refused(shell: Shell, home: Path) -> None:
    wrong = [["prune"], ["prune", "--older", "soon"], ["delete"], ["delete", "nowhere", "--yes"], ["delete", "harbour"]]
    said = shell.each(wrong).err.split(MARK)[1:]
    assert [part.split()[-1] for part in said] == ["2"] * len(wrong)
    for part, words in zip(said, ["prune --older 30d", "30d", "hugginggpt runs", "nowhere", "--yes"], strict=True):
        assert words in part
    assert runs(home) == ["harbour", "orchard", "orchard"]


def test_a_run_that_a_living_process_works_on_is_kept_and_can_be_deleted_once_that_is_dead(
    shell: Shell, home: Path
) -> None:
    child = (SUPPORT / "crash_child.py").read_text()
    with shell.start("start", str(home), "1", "task", code=child) as process:
        try:
            wait_for(process, "stalled")
            refused = shell("delete", "crash", "--yes")
            assert refused.code == 2
            assert f"process {process.pid}" in refused.err
            pruned = shell("prune", "--keep-last", "0", "--yes")
            assert pruned.code == 0
            assert "is being worked on" in pruned.err
            assert runs(home) == ["crash"]
        finally:
            process.kill()
    gone = shell("delete", "crash", "--yes")
    assert gone.code == 0, gone.err
    assert gone.out.startswith("deleted: 1 run (1 of them unfinished) and ")
    assert runs(home) == []


def test_a_dry_run_needs_no_right_to_write_and_leaves_every_byte(shell: Shell, home: Path) -> None:
    words = ("prune", "--older", "30d", "--dry-run", "--json")
    expected = json.loads(shell(*words).out)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with closing(Storage(home, reading=True)) as storage:  # as a home that can't be written is opened
        report = prune(storage.ledger.database, older=30 * 86400.0, keep_last=None, trial=True)
    assert [head.run_id for head in report.runs] == [run["run_id"] for run in expected["runs"]]
    assert report.deleted.files == expected["files"]
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
