"""A home with a run of each ending, made by `golden_home.py` of an earlier format: each is shown, and goes on."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from golden_home import ENDINGS, plan
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.format import FORMAT
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from shell import Shell

GOLDEN = [home for home in sorted(Path(__file__).with_name("homes").iterdir()) if home.name[0].isdigit()]
STATUSES = {ending: "succeeded" if ending == "finished" else ending for ending in ENDINGS}


@pytest.fixture(params=GOLDEN, ids=lambda home: home.name)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(request.param, tmp_path / "home"))


def test_a_home_of_each_earlier_format_with_migrations_is_kept() -> None:
    """Before `FORMAT` is raised: `python tests/support/golden_home.py tests/checkpoints/homes/VERSION-format-N`."""
    kept, homes = set(), set[str]()
    for file in GOLDEN[0].parent.glob("*/hugginggpt.db"):
        with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as db:
            kept.add(db.execute("PRAGMA user_version").fetchone()[0])
            if "home" in {column for _, column, *_ in db.execute("PRAGMA table_info(runs)")}:
                homes |= {home for (home,) in db.execute("SELECT home FROM runs WHERE home IS NOT NULL")}
    assert kept >= set(range(2, FORMAT))
    assert homes == {"/srv/hugginggpt"}, "no folder of the machine that made them"


def test_the_command_shows_every_run_with_its_ending(home: Path, shell: Shell) -> None:
    runs = json.loads(shell("runs", "--json").out)
    assert {run["thread_id"]: run["status"] for run in runs} == STATUSES
    for run in runs:
        shown = shell("show", run["run_id"])
        assert shown.code == 0
        assert run["status"] in shown.out
        if run["status"] == "partial":
            assert "it is damaged" in shown.out


@pytest.mark.parametrize(
    ("ending", "calls"),
    [("partial", ["0[1]", "1[1]"]), ("waiting", ["0"]), ("interrupted", ["1"]), ("cancelled", ["1"])],
)
async def test_a_run_goes_on_and_only_what_is_not_recorded_is_called(home: Path, ending: str, calls: list[str]) -> None:
    backend = ScriptedBackend()
    async with open_world(
        Settings(home=home), controller=ScriptedController(plan, answer="done"), catalog=ScriptedCatalog(),
        backends=[backend],
    ) as world:  # fmt: skip
        session = Session(world)
        (run,) = await session.history.runs(thread_id=ending)
        going_on = session.retry(run) if ending == "partial" else session.resume(run, ending == "waiting" or None)
        *_, end = [event async for event in going_on]
    assert isinstance(end, RunFinished)
    assert (end.status, end.answer) == ("succeeded", "done")
    assert sorted(backend.calls) == calls
