"""Lists killed by SIGKILL in the middle: recorded members, failed ones too, are not called again, and the end is right."""

import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.result import Result
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedCatalog, ScriptedController
from list_child import LOG, backend, failing
from list_plans import list_plan
from paths import SUPPORT

pytestmark = pytest.mark.crash
CHILD = SUPPORT / "list_child.py"


def killed(mode: str, home: Path, seed: int, calls: int) -> None:
    """A child that is killed once it has begun so many calls."""
    command = [sys.executable, str(CHILD), mode, str(home), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            calls -= line.strip() == "task_started"
            if not calls:
                break
        process.kill()


def recorded(home: Path) -> set[str]:
    """Keys of the rows that are committed."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        return {key for (key,) in db.execute("SELECT key FROM tasks")}


def calls(home: Path) -> list[str]:
    """Keys of the calls started, in order."""
    lines = [json.loads(line) for line in (home.parent / LOG).read_text().splitlines()]
    return [line["key"] for line in lines if line["event"] == "started"]


@pytest.mark.parametrize("seed", [6, 11, 23, 30])
async def test_a_list_killed_in_the_middle_ends_as_by_hand_and_repeats_no_recorded_member(
    home: Path, seed: int
) -> None:
    plan, rng = list_plan(seed), random.Random(seed)
    outcomes, every, _ = plan.by_hand(failing(plan, seed))
    killed("start", home, seed, rng.randint(1, len(every)))
    kept, before = recorded(home), len(calls(home))
    killed("resume", home, seed, rng.randint(1, len(every)))
    assert kept <= recorded(home)
    assert not kept & set(calls(home)[before:])
    kept, before = recorded(home), len(calls(home))
    async with open_world(
        Settings(home=home), controller=ScriptedController(plan.tasks), catalog=ScriptedCatalog(),
        backends=[backend(plan, seed, home)],
    ) as world:  # fmt: skip
        session = Session(world)
        run = await session.history.run()
        events = (
            [event async for event in session.resume(run)] if run.unfinished else [await session.closing(run.run_id)]
        )
    assert isinstance(events[-1], RunFinished)
    assert not kept & set(calls(home)[before:])
    assert set(calls(home)) == every
    for result in map(Result.model_validate, events[-1].results):
        texts = dict(zip(result.places("text"), (made.text or "" for made in result.resources), strict=True))
        expected = outcomes[result.task_id]
        assert (result.status, texts) == (expected.status, expected.texts)
