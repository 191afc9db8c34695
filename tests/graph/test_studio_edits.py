"""LangGraph Server: what a client edits in a thread's state takes effect, or is refused in words; never an error 500."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient

from studio_server import calls, client_of, served

pytestmark = pytest.mark.studio


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edits")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with served(folder) as (client, _):
        yield str(client.http.client.base_url)


async def finished(client: LangGraphClient) -> tuple[str, Any]:
    """A thread in which the three tasks are done, and its values."""
    thread = (await client.threads.create())["thread_id"]
    return thread, await client.runs.wait(thread, "scripted", input={"request": "go"})


async def edited(client: LangGraphClient, thread: str, values: dict[str, Any], as_node: str | None = None) -> Any:
    """The values after an edit and a run from the checkpoint that it made, as Studio does it."""
    update = await client.threads.update_state(thread, values, as_node=as_node)
    return await client.runs.wait(thread, "scripted", input=None, checkpoint=update["checkpoint"])


@pytest.mark.parametrize("as_node", [None, "review", "task"])
async def test_an_edited_result_decides_what_runs_again(server: str, folder: Path, as_node: str | None) -> None:
    client = client_of(server)
    thread, values = await finished(client)
    before, row = len(calls(folder)), values["results"]["0"]
    row["outputs"]["text"]["text"] = "by hand"
    after = await edited(client, thread, {"results": {"0": row}}, as_node)
    assert calls(folder)[before:] == ["1", "2"]
    assert after["results"]["0"]["notes"] == ["edited by hand"]
    assert after["answer"] == "done\n\n[0] edited by hand"
    assert after["results"]["1"]["inputs"] == [after["results"]["0"]["outputs"]["text"]["sha256"]]
    assert after["run"]["parent"] == values["run"]["run_id"]


@pytest.mark.parametrize("as_node", [None, "plan", "review", "task"])
async def test_an_impossible_plan_is_among_the_problems(server: str, folder: Path, as_node: str | None) -> None:
    client = client_of(server)
    thread, values = await finished(client)
    before, plan = len(calls(folder)), values["plan"]
    plan["tasks"][1]["type"] = "telepathy"
    after = await edited(client, thread, {"plan": plan}, as_node)
    assert "there is no task type 'telepathy'" in after["problems"][0]
    assert "telepathy" in after["answer"]
    assert calls(folder)[before:] == []


async def test_another_choice_of_model_counts(server: str, folder: Path) -> None:
    client = client_of(server)
    thread, values = await finished(client)
    before, run = len(calls(folder)), values["run"]
    run["options"]["models"] = {"1": "org/other"}
    after = await edited(client, thread, {"run": run})
    assert "org/other" in str(after["results"]["1"])
    assert after["run"]["repairs"] == ["the options were edited by hand"]
    assert calls(folder)[before:] in ([], ["1", "2"])


async def test_the_state_of_a_run_that_stopped_is_edited_before_it_goes_on(server: str, folder: Path) -> None:
    client = client_of(server)
    (folder / "home" / "bug").touch()
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "scripted", input={"request": "go"}, raise_error=False)
    (folder / "home" / "bug").unlink()
    before = len(calls(folder))
    after = await edited(client, thread, {"results": {"1": {"outputs": {"text": "in its stead"}}}})
    assert calls(folder)[before:] == ["2"]
    assert after["results"]["1"]["outputs"]["text"]["text"] == "in its stead"


async def test_a_run_of_another_version_of_the_graph_is_refused(server: str, folder: Path) -> None:
    client = client_of(server)
    (folder / "home" / "bug").touch()
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "scripted", input={"request": "go"}, raise_error=False)
    (folder / "home" / "bug").unlink()
    before, run = len(calls(folder)), (await client.threads.get_state(thread))["values"]["run"]
    await client.threads.update_state(thread, {"run": run | {"version": "0"}})
    with pytest.raises(Exception, match="made by version 0 of the graph, this is 1"):
        await client.runs.wait(thread, "scripted", input=None)
    assert calls(folder)[before:] == []
