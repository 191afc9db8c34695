"""Homes that earlier versions made are opened, shown, and their unfinished runs resumed.

`homes/before_structure` was made by the version before stages and folders got their present names (graph version 1):
a finished run `chairs` with a model of a chair (glTF, kept under `.bin`), and a run `squares` interrupted in its last
task, whose pictures are TIFF, kept under `.bin` too. `homes/before_lists` was made when a list was all or nothing: of
three members one failed, so that the whole list is recorded as failed, and the tasks that need it as skipped.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController

HOMES = Path(__file__).with_name("homes")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOMES / "before_structure", tmp_path / "home"))


async def test_a_finished_run_is_shown_with_the_files_it_made(home: Path) -> None:
    async with open_world(Settings(home=home), backends=[], catalog=ScriptedCatalog()) as world:
        run = (await Session(world).history.runs(thread_id="chairs"))[0]
        mesh, picture, text = (world.store.path(out).read_bytes() for result in run.results for out in result.resources)
    assert run.status == "succeeded"
    assert mesh.startswith(b"glTF")
    assert picture.startswith(b"II*\0")
    assert text.startswith(b"image-to-text of ")


async def test_its_unfinished_run_is_resumed_from_the_files_it_made(home: Path) -> None:
    last = ScriptedBackend()
    async with open_world(
        Settings(home=home), controller=ScriptedController([]), catalog=ScriptedCatalog(), backends=[last]
    ) as world:
        session = Session(world)
        events = [event.event async for event in session.resume((await session.history.runs(thread_id="squares"))[0])]
        run = (await session.history.runs(thread_id="squares"))[0]
    assert events[-1] == "run_finished"
    assert run.status == "succeeded"
    assert last.calls == ["2"]


async def test_its_finished_run_is_edited_and_goes_on(home: Path) -> None:
    backend = ScriptedBackend()
    async with open_world(
        Settings(home=home), controller=ScriptedController([], answer="done"), catalog=ScriptedCatalog(),
        backends=[backend],
    ) as world:  # fmt: skip
        session = Session(world)
        before = (await session.history.runs(thread_id="chairs"))[0]
        thread: Any = {"configurable": {"thread_id": "chairs"}}
        last = before.results[-1]
        edit = {"results": {last.key: {"outputs": {"text": "a stool"}}}}
        state = await world.graph.ainvoke(None, await world.graph.aupdate_state(thread, edit))
        run = (await session.history.runs(thread_id="chairs"))[0]
    assert backend.calls == []
    assert state["problems"] == []
    assert run.repairs == (f"the result of task {last.key} ({last.task_type}) was edited by hand",)
    assert run.results[-1].resources[0].text == "a stool"
    assert run.results[:-1] == before.results[:-1]


async def test_a_run_whose_expert_has_no_place_here_fails_with_the_reason(home: Path) -> None:
    async with open_world(Settings(home=home), controller=ScriptedController([]), backends=[]) as world:
        session = Session(world)
        events = [event async for event in session.resume((await session.history.runs(thread_id="squares"))[0])]
        run = (await session.history.runs(thread_id="squares"))[0]
    assert events[-1].event == "run_finished"
    assert run.results[2].status == "failed"
    assert "was chosen at scripted, which is no place here" in (run.results[2].error or "")


async def test_a_list_that_was_recorded_as_failed_is_retried_for_the_member_that_failed(tmp_path: Path) -> None:
    home = Path(shutil.copytree(HOMES / "before_lists", tmp_path / "home"))
    backend = ScriptedBackend()
    async with open_world(
        Settings(home=home), controller=ScriptedController([]), catalog=ScriptedCatalog(), backends=[backend]
    ) as world:
        session = Session(world)
        run = await session.history.run()
        assert run.status == "failed"
        assert run.results[0].error == "1 of 3 failed: 0[1]: it is damaged"
        assert [resource.producer for resource in run.results[0].resources] == ["0[0]", "0[2]"]
        events = [event async for event in session.retry(run)]
    assert events[-1].event == "run_finished"
    assert events[-1].status == "succeeded"
    assert sorted(backend.calls) == ["0[1]", "1[0]", "1[1]", "1[2]", "2"]
