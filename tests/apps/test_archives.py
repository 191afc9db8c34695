"""`export RUN out.zip` and `import`: a run moves to another home, and goes on there; all of it, or nothing."""

import asyncio
import json
import shutil
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

import hugginggpt
from archives import made_archive
from golden_home import ENDINGS, plan
from hugginggpt import UsageError
from hugginggpt.apps.changes import Changes
from hugginggpt.apps.fork import start_fork
from hugginggpt.apps.session import Session
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from in_process import as_json, files_of_at_most, typed
from paths import ROOT
from scripting import CHAIN, OpenScripted, ask, last, step

HOMES = ROOT / "tests" / "checkpoints" / "homes"
GOLDEN = sorted((ROOT / "tests" / "checkpoints" / "archives").glob("*.zip"))
GOES_ON = {"partial": ["0[1]", "1[1]"], "waiting": ["0"], "interrupted": ["1"], "cancelled": ["1"]}
"""What is called when the golden run of that ending goes on."""


def tree(home: Path) -> dict[str, bytes]:
    """Every stored file, and what of the home is not SQLite's."""
    files = (file for file in home.rglob("*") if file.is_file() and not file.name.startswith("hugginggpt.db"))
    return {str(file.relative_to(home)): file.read_bytes() for file in files}


@pytest.fixture
async def archive(tmp_path: Path, home: Path, scripted: OpenScripted) -> Path:
    return await made_archive(tmp_path, home, scripted)


def opened(
    home: Path, controller: ScriptedController, backend: ScriptedBackend | None = None
) -> AbstractAsyncContextManager[World]:
    backends = [backend or ScriptedBackend()]
    return open_world(Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=backends)


async def went_on(home: Path, thread: str, verdict: bool | None = None) -> tuple[RunFinished, list[str]]:
    """The end of the newest run of a conversation, resumed or retried, and the calls that this took."""
    backend = ScriptedBackend()
    async with opened(home, ScriptedController(plan, answer="done"), backend) as world:
        session = Session(world)
        run = (await session.history.runs(thread_id=thread))[0]
        events = session.retry(run) if run.status == "partial" else session.resume(run, verdict)
        return last([event async for event in events]), sorted(backend.calls)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_run_of_any_ending_moves_and_only_what_is_not_recorded_is_called_there(
    tmp_path: Path, ending: str
) -> None:
    """From a home of an earlier format, too."""
    old, new, out = tmp_path / "old", tmp_path / "new", tmp_path / "run.zip"
    shutil.copytree(HOMES / "0.1.0-format-9", old)
    (run,) = [run for run in await as_json("runs", home=old) if run["thread_id"] == ending]
    before = tree(old)
    exported = await as_json("export", run["run_id"], out, home=old)
    assert (exported["runs"], exported["missing"]) == (1, [])
    imported = await as_json("import", out, home=new)
    assert (imported["imported"], imported["status"]) == ([run["run_id"]], run["status"])
    assert tree(old) == before
    shown = [await as_json("show", run["run_id"], home=home) for home in (old, new)]
    assert shown[0] == shown[1]
    assert len((await as_json("history", run["run_id"], home=new))["checkpoints"]) > 2
    if ending in GOES_ON:
        end, calls = await went_on(new, ending, True if ending == "waiting" else None)
        assert (end.status, end.answer, calls) == ("succeeded", "done", GOES_ON[ending])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
async def test_an_archive_of_each_earlier_version_is_imported_and_goes_on(path: Path, home: Path) -> None:
    """Made by `export` of the conversation `interrupted` of a golden home; one is added where ARCHIVE_FORMAT is raised."""
    assert (await as_json("import", path, home=home))["status"] == "interrupted"
    end, calls = await went_on(home, "interrupted")
    assert (end.status, calls) == ("succeeded", ["1"])


async def test_an_unfinished_fork_moves_with_the_results_that_it_takes_from_another_conversation(
    tmp_path: Path, home: Path, scripted: OpenScripted
) -> None:
    steps, new, out = [step(0), step(1, 0), step(2, 1)], tmp_path / "new", tmp_path / "fork.zip"
    async with scripted(steps) as world:
        await ask(world)
        fork = await start_fork(world, await Session(world).run(), Changes(redo=(2,)))
    assert (await as_json("export", fork.run_id, out, home=home))["runs"] == 2
    assert len((await as_json("import", out, home=new))["imported"]) == 2
    end, calls = await went_on(new, fork.thread_id)
    assert (end.status, calls) == ("succeeded", ["2"])


async def test_a_conversation_goes_on_where_it_was_moved(tmp_path: Path, home: Path, scripted: OpenScripted) -> None:
    new, out = tmp_path / "new", tmp_path / "run.zip"
    async with scripted(CHAIN) as world:
        await ask(world, "first")
        await ask(world, "second")
    assert (await as_json("export", (await as_json("runs", home=home))[0]["run_id"], out, home=home))["runs"] == 2
    await as_json("import", out, home=new)
    async with opened(new, ScriptedController([step(0)])) as world:
        assert last(await ask(world, "third")).status == "succeeded"
        assert [run.request.text for run in await Session(world).history.runs()] == ["third", "second", "first"]


async def test_an_import_that_is_repeated_changes_nothing_and_says_so(tmp_path: Path, archive: Path) -> None:
    new = tmp_path / "new"
    await as_json("import", archive, home=new)
    before = tree(new)
    again = await typed("import", archive, home=new)
    assert (again.exit_code, tree(new)) == (0, before)
    assert "it is here already, as it is in the file; nothing was changed" in again.output


async def test_a_run_or_conversation_that_is_here_and_differs_is_not_overwritten(
    tmp_path: Path, home: Path, archive: Path, scripted: OpenScripted
) -> None:
    async with scripted(CHAIN) as world:
        await world.ledger.database.write(lambda db: db.execute("UPDATE runs SET answer = 'another'"))
    refused = await typed("import", archive, home=home)
    assert refused.exit_code == 2
    assert "is here already, and is not as" in refused.output
    other = tmp_path / "other"
    async with opened(other, ScriptedController([step(0)])) as world:
        await ask(world)
    before = tree(other)
    refused = await typed("import", archive, home=other)
    assert refused.exit_code == 2
    assert "conversation t is here already, with other runs" in refused.output
    assert tree(other) == before


# -- the disk ----------------------------------------------------------------------------------------------------------


async def test_on_a_full_disk_nothing_is_left_of_an_archive(tmp_path: Path, home: Path, archive: Path) -> None:
    run_id, out = (await as_json("runs", home=home))[0]["run_id"], tmp_path / "two.zip"
    folder = set(tmp_path.iterdir())
    with files_of_at_most(2000):
        refused = await typed("export", run_id, out, home=home)
    assert refused.exit_code == 1
    assert f"{out} can't be written: File too large" in refused.output
    assert set(tmp_path.iterdir()) == folder


async def test_on_a_full_disk_nothing_is_left_of_an_import(tmp_path: Path, archive: Path) -> None:
    new = tmp_path / "new"
    await as_json("runs", home=await made(new))
    before = tree(new)
    for size in (0, 9000):  # as the files are written; as the rows are
        with files_of_at_most(size):
            refused = await typed("import", archive, home=new)
        assert refused.exit_code == 1
        assert (
            "can't be imported" in refused.output
            or "can't grow" in refused.output
            or "can't be written" in refused.output
        )
        assert tree(new) == before
        assert await as_json("runs", home=new) == []
    assert (await typed("import", archive, home=new)).exit_code == 0


async def made(home: Path) -> Path:
    async with opened(home, ScriptedController([])) as world:
        await world.ledger.database.write(lambda db: db.execute("SELECT 1"))
    return home


async def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, home: Path, archive: Path) -> None:
    run_id = (await as_json("runs", home=home))[0]["run_id"]
    before = archive.read_bytes()
    refused = await typed("export", run_id, archive, home=home)
    assert (refused.exit_code, archive.read_bytes()) == (2, before)
    assert "is there already" in refused.output
    for name, words in (
        ("no/such/x.zip", "there is no folder"),
        ("run.pdf", "suffix"),
        ("run", "suffix"),
        ("", "suffix"),
    ):
        refused = await typed("export", run_id, tmp_path / name, home=home)
        assert refused.exit_code == 2
        assert words in refused.output


async def test_a_file_that_is_gone_is_reported_at_both_ends(tmp_path: Path, home: Path, archive: Path) -> None:
    run, out = (await as_json("runs", home=home))[0], tmp_path / "two.zip"
    speech = next(path for path in (home / "resources").rglob("*.wav"))
    speech.unlink()
    exported = await typed("export", run["run_id"], out, "--json", home=home)
    assert exported.exit_code == 3
    assert len(json.loads(exported.stdout)["missing"]) == 1
    imported = await typed("import", out, home=tmp_path / "new")
    assert imported.exit_code == 3
    assert "missing where it was exported" in imported.output


async def test_a_run_under_way_is_not_moved(tmp_path: Path, home: Path, scripted: OpenScripted) -> None:
    async with scripted(CHAIN, backend=ScriptedBackend(latency=3600.0)) as world:
        running = asyncio.ensure_future(ask(world))
        while not await _running(world):  # noqa: ASYNC110  (rows of a file)
            await asyncio.sleep(0.02)
        refused = await typed("export", (await Session(world).run()).run_id, tmp_path / "x.zip", home=home)
        running.cancel()
    assert refused.exit_code == 2
    assert "it can be moved once it has stopped" in refused.output


async def _running(world: World) -> bool:
    return any(run.plan.tasks for run in await Session(world).history.runs())


async def test_python_moves_a_run_to_another_home_where_it_goes_on(tmp_path: Path) -> None:
    """As an archive and as a page; a wrong file is refused before anything is written."""
    old, new = Settings(home=tmp_path / "old"), Settings(home=tmp_path / "new")
    run = await hugginggpt.arun("How many words are in 'a b c'?", options={"approve": "always"}, settings=old)
    written = await hugginggpt.aexport_run(run, tmp_path / "run.zip", settings=old)
    assert (written.missing, written.size) == ((), written.path.stat().st_size)
    moved = await hugginggpt.aimport_run(written.path, settings=new)
    done = await moved.aresume(True)
    assert (done.run_id, done.status, done.results[0].text) == (run.run_id, "succeeded", "3")
    page = await hugginggpt.aexport_run(done.run_id[:6], str(tmp_path / "run.html"), settings=new)
    assert page.path.read_text().startswith("<!doctype html>")
    for wrong, why in ((tmp_path / "run.zip", "is there already"), (tmp_path / "run.txt", "no suffix")):
        with pytest.raises(UsageError, match=why):
            await hugginggpt.aexport_run(done, wrong, settings=new)
    with pytest.raises(UsageError, match=r"run\.html"):
        await hugginggpt.aimport_run(page.path, settings=Settings(home=tmp_path / "none"))
    assert not (tmp_path / "none").exists()
    await asyncio.to_thread(hugginggpt.close)
