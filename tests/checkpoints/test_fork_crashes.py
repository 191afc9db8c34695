"""A fork killed at any call: it is not there, or is resumed to the right end; nothing recorded is repeated, nothing lost."""

import asyncio
import json
import signal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from failpoints import MOMENTS, Failpoint
from fork_child import CALLS, LOG, SEEN, fork_in_a_process
from hugginggpt.apps.changes import Changes
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.history import History
from hugginggpt.checkpoints.open import open_storage
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from scripting import step

pytestmark = pytest.mark.crash
TASKS = [step(0), step(1, 0), step(2, 1), step(3), step(4, 3), step(5, 2, 4)]
CHANGES = Changes(outputs={"1.text": "by hand"}, redo=[3])
TABLES = ("runs", "tasks", "resources", "assignments", "llm_calls")


async def a_run_in(folder: Path) -> None:
    async with open_world(
        Settings(home=folder / "home"),
        controller=ScriptedController(TASKS),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()],
    ) as world:
        async for _ in Session(world).start("do it", thread_id="t"):
            pass


async def rows_of_the_parent(folder: Path) -> dict[str, Any]:
    async with open_storage(folder / "home", reading=True) as storage:
        query = "SELECT * FROM {} WHERE run_id = (SELECT run_id FROM runs WHERE parent IS NULL) ORDER BY rowid"
        return await storage.ledger.database.read(lambda db: {t: list(db.execute(query.format(t))) for t in TABLES})


def calls_in(folder: Path) -> list[str]:
    """The keys of the calls that were made, and not those that were killed before they came to an end."""
    log = folder / LOG
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return sorted(line["key"] for line in lines if line["event"] == "started")


@cache
def counted() -> dict[str, int]:
    """How often each call is made by a fork that is not killed."""

    with TemporaryDirectory() as folder:
        asyncio.run(a_run_in(Path(folder)))
        assert fork_in_a_process(Path(folder), CHANGES) == 0
        assert calls_in(Path(folder)) == ["2", "3", "5"]
        return dict(json.loads((Path(folder) / SEEN).read_text()))


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_fork_killed_at_a_call_ends_right(tmp_path: Path, call: str, moment: str, place: str) -> None:

    times = counted()[call]
    asyncio.run(a_run_in(tmp_path))
    before = asyncio.run(rows_of_the_parent(tmp_path))
    killed = fork_in_a_process(tmp_path, CHANGES, Failpoint(call, moment, 1 if place == "first" else times))
    assert killed == -signal.SIGKILL
    assert asyncio.run(rows_of_the_parent(tmp_path)) == before
    recorded = asyncio.run(keys_of_the_fork(tmp_path))
    made = calls_in(tmp_path)
    assert fork_in_a_process(tmp_path, CHANGES) == 0
    again = calls_in(tmp_path)
    for key in made:
        again.remove(key)
    assert not recorded & set(again), "what was recorded is not called again"
    assert asyncio.run(rows_of_the_parent(tmp_path)) == before
    asyncio.run(the_fork_is_right(tmp_path))


async def keys_of_the_fork(folder: Path) -> set[str]:
    async with open_storage(folder / "home", reading=True) as storage:
        *forks, _ = await History(storage.ledger).runs()
        return {row.key for fork in forks for row in fork.results}


async def the_fork_is_right(folder: Path) -> None:
    async with open_storage(folder / "home", reading=True) as storage:
        fork, parent = await History(storage.ledger).runs()
    assert (fork.status, fork.parent) == ("succeeded", parent.run_id)
    texts = {row.task_id: row.resources[0].text for row in fork.results}
    head = "text2text-generation of step"
    assert texts[1] == "by hand"
    assert texts[2] == f"{head} 2 by hand"
    assert texts[5] == f"{head} 5 {head} 2 by hand {head} 4 {head} 3"
    assert "[1] edited by hand" in fork.answer
