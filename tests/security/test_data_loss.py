"""Recorded runs are not lost

A home has one SQLite file, which any number of processes share, and any number of users of it within one process.
"""

import asyncio
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from fences import Fence
from home_child import HomeProcess
from hugginggpt.checkpoints.database import Database
from hugginggpt.graph.errors import StorageError
from shell import Shell

FENCES = (
    Fence(
        "the database file is not opened beside SQLite",
        "checkpoints/home.py",
        "os.O_RDWR | os.O_CREAT | os.O_EXCL",
        "os.O_RDWR | os.O_CREAT",
        "test_data_loss.py::test_no_reported_run_is_lost_by_openings_closings_and_kills[0]",
    ),
    Fence(
        "one connection a process",
        "checkpoints/database.py",
        "if known is None or known.moved:",
        "if True:",
        "test_data_loss.py::test_all_openers_of_a_process_share_one_connection",
    ),
    Fence(
        "a file moved away is not written to",
        "checkpoints/connection.py",
        "                    self._check_place()\n",
        "",
        "test_data_loss.py::test_a_write_to_a_replaced_database_is_an_error",
    ),
)

WORDS = ["open", "close", "read", "prepare", "write", "write"]


def trial(home: Path, seed: int, rounds: int) -> None:
    """Three processes at once, a few random words to each a round; every other round one is killed while it works."""
    chance, acknowledged = random.Random(seed), set[str]()
    processes = [HomeProcess(home) for _ in range(3)]
    try:
        for number in range(rounds):
            commands = [chance.choices(WORDS, k=chance.randrange(1, 5)) for _ in processes]
            lines = [
                [f"write run-{number}-{who}-{step}" if word == "write" else word for step, word in enumerate(words)]
                for who, words in enumerate(commands)
            ]
            victim = chance.randrange(3) if chance.random() < 0.5 else None
            for process, each in zip(processes, lines, strict=True):
                process.ask(each)
            for who, (process, each) in enumerate(zip(processes, lines, strict=True)):
                for line in each[: chance.randrange(len(each))] if who == victim else each:
                    expected = line.removeprefix("write ")
                    answer = process.answer()
                    assert answer == expected, f"seed {seed}, round {number}: {line!r} was answered with {answer!r}"
                    if line != expected:
                        acknowledged.add(expected)
            if victim is not None:
                processes[victim].kill()
                processes[victim].start()
            check(home, acknowledged, f"seed {seed}, round {number}")
    finally:
        for process in processes:
            process.kill()
    check(home, acknowledged, f"seed {seed}, at the end")


def check(home: Path, acknowledged: set[str], where: str) -> None:
    """The file is whole, and holds every run that was answered for."""
    if not (home / "hugginggpt.db").exists():
        assert not acknowledged
        return
    with closing(sqlite3.connect(home / "hugginggpt.db", timeout=30)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",), where
        lost = acknowledged - {run_id for (run_id,) in db.execute("SELECT run_id FROM runs")}
    assert not lost, f"{where}: {sorted(lost)}"


@pytest.mark.parametrize("seed", range(8))
def test_no_reported_run_is_lost_by_openings_closings_and_kills(home: Path, seed: int) -> None:
    """A run that was reported as recorded exists after any number of openings, closings and kills of three processes."""
    trial(home, seed, rounds=50)


def test_all_openers_of_a_process_share_one_connection(home: Path) -> None:
    """A process opens the database of a home once, however many graphs, tools and servers use that home."""

    async def use(database: Database) -> int:
        await database.read(lambda db: db.execute("SELECT count(*) FROM runs").fetchone())
        return sum(file.path == str(home / "hugginggpt.db") for file in psutil.Process().open_files())

    openers = [Database(home), Database(home.parent / "home" / "."), Database(home)]
    before = [asyncio.run(use(opener)) for opener in openers]
    assert before == [before[0]] * 3
    openers[0].close()
    assert asyncio.run(use(openers[1])) == before[0]
    for opener in openers[1:]:
        opener.close()
    last = Database(home)
    assert asyncio.run(use(last)) == before[0]
    last.close()


def test_a_write_to_a_replaced_database_is_an_error(home: Path) -> None:
    """Where a home is deleted or replaced while in use, the next write is an error; a new opener gets the new home."""
    first, second = Database(home), Database(home)

    def forget(database: Database) -> None:
        database.submit(lambda db: db.execute("DELETE FROM runs"), writes=True).result(30)

    forget(first)
    shutil.rmtree(home)
    with pytest.raises(StorageError, match="moved away or replaced"):
        forget(first)
    forget(second)  # opened only now
    assert (home / "hugginggpt.db").is_file()
    first.close()
    forget(second)
    second.close()


AGENT = """
import sys
from hugginggpt import as_tool
tools = [as_tool(), as_tool()]
for number, line in enumerate(sys.stdin):
    answer = tools[number % 2].invoke({"request": line})
    print(answer.splitlines()[0], flush=True)
"""


def test_a_run_of_a_tool_survives_other_tools_and_commands_on_its_home(tmp_path: Path, shell: Shell) -> None:
    """Two tools in one agent and commands in other terminals share a home; a later kill loses no finished run."""
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=shell.env
    )
    assert agent.stdin
    assert agent.stdout
    for number in range(3):
        agent.stdin.write(f"What language is 'this is request number {number}'?\n")
        agent.stdin.flush()
        assert agent.stdout.readline().startswith("Language [0]: English")
        assert shell("runs").code == 0
    agent.kill()
    agent.wait()
    agent.stdin.close()
    agent.stdout.close()
    runs = json.loads(shell("runs", "--json").out)
    assert [run["status"] for run in runs] == ["succeeded"] * 3
