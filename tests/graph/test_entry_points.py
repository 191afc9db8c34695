"""Every entry point: what stops a run gives its lease back, so that whoever resumes it can do so at once.

Each request builds the graph anew, as a web server may do: with a ledger of its own, which is not closed.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from hugginggpt import as_tool
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.open import Storage
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import RunBusy, RunChanged
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.state import GraphInput, State
from hugginggpt.graph.world import build_graph, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from scripting import step
from tool_child import CHAIN, agent

THREAD: Any = {"configurable": {"thread_id": "t"}}


class Stopping(ScriptedBackend):
    """Stops in task 1 the first time: with a question, with a bug of ours, or for ever."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how
        self.reached = asyncio.Event()

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        if call.key == "1" and self.how == "interrupt":
            interrupt("may it run?")
        if call.key == "1" and self.calls.count("1") == 1:
            self.reached.set()
            if self.how == "error":
                raise ZeroDivisionError("a bug, not an expert's failure")
            if self.how == "cancel":
                await asyncio.Event().wait()
        return made


PICTURE = [
    {"task": "text-to-image", "id": 0, "dep": [-1], "args": {"text": "a red square"}},
    {"task": "image-to-text", "id": 1, "dep": [0, 3], "args": {"image": "<resource>-0"}},
    step(2, 1),
    step(3),
]


def graph_of(home: Path, backend: ScriptedBackend, saver: Any = None, plan: Any = CHAIN) -> Any:
    """The graph of one request."""
    return build_graph(
        Settings(home=home),
        controller=ScriptedController(plan, answer="done"),
        catalog=ScriptedCatalog(),
        backends=[backend],
        checkpointer=saver,
    )


def alone(home: Path, backend: ScriptedBackend, saver: Any, plan: Any = CHAIN) -> Any:
    return graph_of(home, backend, saver, plan)


def as_a_tool(home: Path, backend: ScriptedBackend, saver: Any, plan: Any = CHAIN) -> Any:
    return agent(as_tool(graph_of(home, backend, plan=plan)), [{"request": "go"}], saver)


def as_a_sub_graph(home: Path, backend: ScriptedBackend, saver: Any, plan: Any = CHAIN) -> Any:
    parent: Any = StateGraph(State, input_schema=GraphInput)
    parent.add_node("hugginggpt", graph_of(home, backend, plan=plan))
    parent.add_edge(START, "hugginggpt")
    parent.add_edge("hugginggpt", END)
    return parent.compile(checkpointer=saver)


Entry = Callable[..., Any]
ENTRIES = [alone, as_a_tool, as_a_sub_graph]


def finished(saver: InMemorySaver) -> int:
    """How many tasks have ended for the root of the graph."""
    return sum(write[1] == "branch:to:respond" for saved in saver.writes.values() for write in saved.values())


async def stopped(graph: Any, backend: Stopping, saver: InMemorySaver) -> None:
    """Run until it stops; with a cancellation once all that was made before is in the checkpoint."""
    running = asyncio.ensure_future(graph.ainvoke({"request": "go", "messages": []}, THREAD))
    if backend.how == "cancel":
        await backend.reached.wait()
        while finished(saver) < len(backend.calls) - 1:  # noqa: ASYNC110  (the saver has no event for it)
            await asyncio.sleep(0.01)
        running.cancel()
    outcome = (await asyncio.gather(running, return_exceptions=True))[0]
    expected = {"interrupt": dict, "error": ZeroDivisionError, "cancel": asyncio.CancelledError}[backend.how]
    assert isinstance(outcome, expected)


async def execute(home: Path, query: str) -> list[Any]:
    """The rows of a query, or those that it changes."""
    storage = Storage(home)
    try:
        return await storage.ledger.database.write(lambda db: list(db.execute(query).fetchall()))
    finally:
        await asyncio.to_thread(storage.close)


async def owners(home: Path) -> list[Any]:
    return await execute(home, "SELECT status, owner FROM runs")


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[Session]:
    async with open_world(Settings(home=home), controller=ScriptedController([]), backends=[]) as world:
        yield Session(world)


@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_run_of_another_version_of_the_graph_is_refused_by_name(home: Path, entry: Entry) -> None:
    """Its resume names both versions and what to do, and calls no expert; the run is still shown."""
    saver, backend = InMemorySaver(), Stopping("error")
    await stopped(entry(home, backend, saver), backend, saver)
    await execute(home, "UPDATE runs SET version = '0'")
    before = len(backend.calls)
    graph = entry(home, backend, saver)
    try:
        state = await graph.ainvoke(None, THREAD)
        reported = state["messages"][-1].content  # a tool reports its errors to the agent
    except RunChanged as error:
        reported = str(error)
    assert "was made by version 0 of the graph, this is 1" in reported
    assert "go on from what it has recorded, in a run of its own" in reported
    assert len(backend.calls) == before
    assert await owners(home) == [("interrupted", None)]


async def test_the_version_in_the_checkpoint_counts_where_the_stages_are_no_longer_the_same(home: Path) -> None:
    """LangGraph would skip a stage that this graph does not have; the run is refused before."""
    saver, backend = InMemorySaver(), Stopping("error")
    graph = graph_of(home, backend, saver)
    await stopped(graph, backend, saver)
    run = (await graph.aget_state(THREAD)).values["run"]
    await graph.aupdate_state(THREAD, {"run": run | {"version": "7"}}, as_node="review")
    with pytest.raises(RunChanged, match="version 7"):
        await graph_of(home, backend, saver).ainvoke(None, THREAD)


@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_host_without_the_ledger_goes_on_from_the_checkpoint(home: Path, tmp_path: Path, entry: Entry) -> None:
    """Two hosts share checkpoints and no ledger: what the first has done is not done again by the second."""
    saver, backend = InMemorySaver(), Stopping("cancel")
    await stopped(entry(home, backend, saver), backend, saver)
    state = await entry(tmp_path / "elsewhere", backend, saver).ainvoke(None, THREAD)
    assert state["messages"][-1].content == "done"
    assert backend.calls == ["0", "1", "1", "2"]
    async with opened(tmp_path / "elsewhere") as session:
        (run,) = await session.history.runs()
    assert run.status == "succeeded"
    assert [result.task_id for result in run.results] == [0, 1, 2]


async def test_a_task_that_was_to_begin_waits_on_a_host_that_lacks_its_inputs(home: Path, tmp_path: Path) -> None:
    """The first host ended when its ledger had a result, and the checkpoint only the choice of the task that needs it."""
    saver, backend = InMemorySaver(), ScriptedBackend(latency=0.1)
    for given in ({"request": "go"}, None):
        await graph_of(home, backend, saver).ainvoke(given, THREAD, interrupt_after=["select"])
    assert backend.calls == ["0"]
    forget_results(saver)
    state = await graph_of(tmp_path / "elsewhere", backend, saver).ainvoke(None, THREAD)
    assert state["run"]["status"] == "succeeded"
    assert backend.calls == ["0", "0", "1", "2"]


async def test_what_only_the_sub_graphs_of_a_host_have_is_recorded_by_the_next(home: Path, tmp_path: Path) -> None:
    """The first host ended when each task was done, and none of them for the root: no call is made again."""
    saver, backend = InMemorySaver(), ScriptedBackend()
    await graph_of(home, backend, saver).ainvoke({"request": "go"}, THREAD, interrupt_after=["execute"])
    state = await graph_of(tmp_path / "elsewhere", backend, saver).ainvoke(None, THREAD)
    assert state["answer"] == "done"
    assert backend.calls == ["0", "1", "2"]
    async with opened(tmp_path / "elsewhere") as session:
        (run,) = await session.history.runs()
    assert [result.status for result in run.results] == ["succeeded"] * 3


async def test_a_file_that_only_another_host_has_is_made_again_and_the_result_says_so(
    home: Path, tmp_path: Path
) -> None:
    """The first host ended when each task was done, and none of them for the root."""
    saver, backend = InMemorySaver(), ScriptedBackend()
    await graph_of(home, backend, saver, PICTURE).ainvoke({"request": "go"}, THREAD, interrupt_after=["execute"])
    state = await graph_of(tmp_path / "elsewhere", backend, saver, PICTURE).ainvoke(None, THREAD)
    assert sorted(backend.calls) == ["0", "0", "1", "2", "3"]
    assert "is not in this home: the task is done again" in state["results"]["0"]["notes"][-1]


def forget_results(saver: InMemorySaver) -> None:
    """As after a kill before what the experts made was saved."""
    for (_, space, step_id), writes in saver.writes.items():
        made = {task for (task, _), write in writes.items() if write[1] == "results"}
        made -= {task for (task, _), write in writes.items() if write[1] == "plan"}
        for key in [key for key in writes if key[0] in made]:
            del writes[key]
        steps = saver.storage["t"][space]
        for later in [each for each in steps if made and each > step_id]:
            del steps[later]


@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_file_that_the_second_host_lacks_is_named_and_made_again(
    home: Path, tmp_path: Path, entry: Entry
) -> None:
    """A result whose file is not there is reported by name, and only its task runs again."""
    saver, backend = InMemorySaver(), Stopping("cancel")
    await stopped(entry(home, backend, saver, PICTURE), backend, saver)
    state = await entry(tmp_path / "elsewhere", backend, saver, PICTURE).ainvoke(None, THREAD)
    assert state["messages"][-1].text == "done"
    assert sorted(backend.calls) == ["0", "0", "1", "1", "2", "3"]
    async with opened(tmp_path / "elsewhere") as session:
        (run,) = await session.history.runs()
    assert "made by task 0 (text-to-image), is not in this home: the task is done again" in run.repairs[-1]


@pytest.mark.covers("graph, asynchronous: question", "sub-graph: cancel")
@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("how", ["interrupt", "error", "cancel"])
async def test_a_run_that_stopped_is_resumed_at_once_by_a_graph_that_is_built_anew(
    home: Path, entry: Entry, how: str
) -> None:
    """After an interrupt, an error or a cancellation, no lease remains, and the next request resumes the run."""
    saver, backend = InMemorySaver(), Stopping(how)
    await stopped(entry(home, backend, saver), backend, saver)
    assert await owners(home) == [("interrupted", None)]
    state = await entry(home, backend, saver).ainvoke(Command(resume="yes") if how == "interrupt" else None, THREAD)
    assert state["messages"][-1].content == "done"
    assert await owners(home) == [("succeeded", None)]
    assert backend.calls == ["0", "1", "1", "2"]


async def test_an_edit_inside_a_parent_graph_takes_effect(home: Path) -> None:
    """The state of the sub-graph is edited through its parent, which then goes on."""
    saver, backend = InMemorySaver(), Stopping("error")
    parent = as_a_sub_graph(home, backend, saver)
    await stopped(parent, backend, saver)
    inner = (await parent.aget_state(THREAD, subgraphs=True)).tasks[0].state.config
    await parent.aupdate_state(inner, {"results": {"1": {"outputs": {"text": "by hand"}}}})
    state = await as_a_sub_graph(home, backend, saver).ainvoke(None, THREAD)
    assert backend.calls == ["0", "1", "2"]
    assert state["results"]["1"]["outputs"]["text"]["text"] == "by hand"
    assert state["messages"][-1].content == "done\n\n[1] edited by hand"


async def test_a_run_that_stopped_at_a_breakpoint_is_resumed_at_once(home: Path) -> None:
    """A breakpoint before the tasks leaves no lease behind."""
    saver, backend = InMemorySaver(), ScriptedBackend()
    await graph_of(home, backend, saver).ainvoke({"request": "go"}, THREAD, interrupt_before=["task"])
    assert await owners(home) == [("interrupted", None)]
    state = await graph_of(home, backend, saver).ainvoke(None, THREAD)
    assert state["answer"] == "done"


async def test_a_stream_that_its_reader_leaves_gives_the_lease_back(home: Path) -> None:
    """A reader that closes the stream in the middle of a run leaves no lease behind."""
    saver, backend = InMemorySaver(), ScriptedBackend()
    stream = graph_of(home, backend, saver).astream({"request": "go"}, THREAD, stream_mode="updates")
    async for part in stream:
        if "review" in part:
            break
    await stream.aclose()
    assert await owners(home) == [("interrupted", None)]
    assert (await graph_of(home, backend, saver).ainvoke(None, THREAD))["answer"] == "done"


@pytest.mark.covers("graph, asynchronous: cancel")
@pytest.mark.parametrize("event", ["run_started", "plan_ready", "task_started", "task_finished", "answer_delta"])
async def test_a_stream_that_is_left_at_any_event_leaves_a_run_that_goes_on(home: Path, event: str) -> None:
    """Also where the stage had returned, and the edge after it had not decided yet what comes next."""
    saver, backend = InMemorySaver(), ScriptedBackend(latency=0.01)
    stream = graph_of(home, backend, saver).astream({"request": "go"}, THREAD, stream_mode="custom", subgraphs=True)
    async for _, part in stream:
        if part["event"] == event:
            break
    await stream.aclose()
    assert (await graph_of(home, backend, saver).ainvoke(None, THREAD))["answer"] == "done"
    assert (await owners(home))[0] == ("succeeded", None)


async def test_two_executions_of_one_process_do_not_work_on_one_run(home: Path) -> None:
    """A second resume while the first is at work is refused, also where both use the same graph."""
    saver, backend = InMemorySaver(), Stopping("cancel")
    graph = graph_of(home, backend, saver)
    await stopped(graph, backend, saver)
    backend.calls.clear()
    backend.reached.clear()
    first = asyncio.ensure_future(graph.ainvoke(None, THREAD))
    await backend.reached.wait()
    with pytest.raises(Exception, match="is being worked on by this process"):
        await graph.ainvoke(None, THREAD)
    assert (await owners(home))[0][0] == "running"
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_run_that_is_cancelled_again_while_it_returns_its_lease_is_resumed_at_once(home: Path) -> None:
    """A caller that loses patience cancels at any moment, and as often as it likes; this process does not keep the run."""
    saver, backend = InMemorySaver(), Stopping("cancel")
    graph = graph_of(home, backend, saver)
    running = asyncio.ensure_future(graph.ainvoke({"request": "go"}, THREAD))
    await backend.reached.wait()
    while not running.done():
        running.cancel()
        await asyncio.sleep(0)
    assert (await graph.ainvoke(None, THREAD))["answer"] == "done"
    assert await owners(home) == [("succeeded", None)]


async def test_a_process_that_has_lost_its_run_to_another_host_stops_before_its_next_call(home: Path) -> None:
    """One that stood still for too long (a suspended machine, SIGSTOP) wakes up, and spends nothing on a run of others."""
    backend = Stopping("cancel")
    running = asyncio.ensure_future(graph_of(home, backend, InMemorySaver()).ainvoke({"request": "go"}, THREAD))
    await backend.reached.wait()
    other = '{"host": "elsewhere", "place": "other", "pid": 1, "start": 5.0, "nonce": "x"}'
    with closing(sqlite3.connect(home / "hugginggpt.db", timeout=30)) as db:
        db.execute("UPDATE runs SET owner = ?", [other])
        db.commit()
    with pytest.raises(RunBusy, match="was taken over or deleted by another process"):
        await asyncio.wait_for(running, 30)
    assert backend.calls.count("2") == 0
    assert await owners(home) == [("running", other)]


async def test_the_first_use_of_a_new_home_may_be_a_file(home: Path, tmp_path: Path) -> None:
    """A request with a file works through a tool whose home does not exist yet."""
    (tmp_path / "note.txt").write_text("hello")
    tool = as_tool(graph_of(home, ScriptedBackend()))
    call = {"request": "go", "files": [str(tmp_path / "note.txt")]}
    assert await tool.ainvoke(call) == "done"
