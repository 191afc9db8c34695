"""A parent's checkpointer of any kind, driven either way: the graph and its tool keep their state there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command

from hugginggpt import as_tool
from hugginggpt.checkpoints.open import open_checkpointer, url_of
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.state import GraphInput, State
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from postgres import postgres, why_none
from tool_child import CHAIN, agent

THREAD: Any = {"configurable": {"thread_id": "t"}}
needs_postgres = pytest.mark.skipif(bool(why_none()), reason=why_none())


class Broken(ScriptedBackend):
    """Has a bug in task 1, once."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        if call.key == "1" and self.calls.count("1") == 1:
            raise ZeroDivisionError("a bug, not an expert's failure")
        return made


def graph_of(home: Path, backend: ScriptedBackend, saver: Any = None) -> Any:
    """The graph as a request builds it."""
    controller = ScriptedController(CHAIN, answer="done")
    return build_graph(
        Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=[backend], checkpointer=saver
    )


def parent_of(home: Path, backend: ScriptedBackend, saver: Any, approve: Any = None) -> Any:
    """An agent that calls the tool once; agent, graph and tool are built anew."""
    return agent(as_tool(graph_of(home, backend), approve=approve), [{"request": "go"}], saver)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


Synchronous = Callable[..., AbstractContextManager[Any]]


@contextmanager
def in_memory(_: Any) -> Iterator[Any]:
    yield InMemorySaver()


@contextmanager
def in_sqlite(request: Any) -> Iterator[Any]:
    with SqliteSaver.from_conn_string(str(request.getfixturevalue("tmp_path") / "parent.db")) as saver:
        yield saver


@contextmanager
def in_postgres(request: Any) -> Iterator[Any]:
    from langgraph.checkpoint.postgres import PostgresSaver

    with PostgresSaver.from_conn_string(request.getfixturevalue("server")) as saver:
        saver.setup()
        saver.delete_thread("t")
        yield saver


@pytest.mark.covers(
    "graph, synchronous: resume after an end by force", "as_tool, synchronous: resume after an end by force"
)
@pytest.mark.parametrize("opened", [in_memory, in_sqlite, pytest.param(in_postgres, marks=needs_postgres)])
def test_a_synchronous_parent_stops_at_a_bug_goes_on_and_repeats_nothing(
    home: Path, opened: Synchronous, request: pytest.FixtureRequest
) -> None:
    with opened(request) as saver:
        backend = Broken()
        with pytest.raises(ZeroDivisionError):
            parent_of(home, backend, saver).invoke({"messages": []}, THREAD)
        state = parent_of(home, backend, saver).invoke(None, THREAD)
    assert state["messages"][-1].content == "done"
    assert backend.calls == ["0", "1", "1", "2"]


@pytest.mark.covers("as_tool, synchronous: question")
@pytest.mark.parametrize("opened", [in_memory, in_sqlite, pytest.param(in_postgres, marks=needs_postgres)])
def test_a_synchronous_parent_answers_the_tool_s_question(
    home: Path, opened: Synchronous, request: pytest.FixtureRequest
) -> None:
    with opened(request) as saver:
        backend = ScriptedBackend()
        state = parent_of(home, backend, saver, "always").invoke({"messages": []}, THREAD)
        (question,) = state["__interrupt__"]
        assert question.value["question"] == "run this plan?"
        assert backend.calls == []
        state = parent_of(home, backend, saver, "always").invoke(Command(resume=True), THREAD)
    assert state["messages"][-1].content == "done"
    assert backend.calls == ["0", "1", "2"]


@pytest.mark.covers("graph, synchronous: stream")
@pytest.mark.parametrize("opened", [in_memory, in_sqlite])
def test_the_graph_itself_runs_and_is_read_synchronously(
    home: Path, opened: Synchronous, request: pytest.FixtureRequest
) -> None:
    with opened(request) as saver:
        graph = graph_of(home, ScriptedBackend(), saver)
        assert graph.invoke({"request": "go"}, THREAD)["answer"] == "done"
        assert graph.get_state(THREAD).values["answer"] == "done"
        parts = list(graph.stream({"request": "again"}, THREAD, stream_mode="custom", subgraphs=True))
    assert parts[-1][1]["event"] == "run_finished"


Asynchronous = Callable[..., AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def async_sqlite(request: Any) -> AsyncIterator[Any]:
    async with AsyncSqliteSaver.from_conn_string(str(request.getfixturevalue("tmp_path") / "parent.db")) as saver:
        yield saver


@asynccontextmanager
async def async_postgres(request: Any) -> AsyncIterator[Any]:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    async with AsyncPostgresSaver.from_conn_string(request.getfixturevalue("server")) as saver:
        await saver.setup()
        await saver.adelete_thread("t")
        yield saver


def ours(request: Any) -> Any:
    return open_checkpointer(url_of(request.getfixturevalue("tmp_path") / "outer"))


ASYNCHRONOUS = [async_sqlite, ours, pytest.param(async_postgres, marks=needs_postgres)]


@pytest.mark.parametrize("opened", ASYNCHRONOUS)
async def test_an_asynchronous_parent_stops_at_a_bug_goes_on_and_repeats_nothing(
    home: Path, opened: Asynchronous, request: pytest.FixtureRequest
) -> None:
    async with opened(request) as saver:
        backend = Broken()
        with pytest.raises(ZeroDivisionError):
            await parent_of(home, backend, saver).ainvoke({"messages": []}, THREAD)
        state = await parent_of(home, backend, saver).ainvoke(None, THREAD)
    assert state["messages"][-1].content == "done"
    assert backend.calls == ["0", "1", "1", "2"]


@pytest.mark.parametrize("opened", ASYNCHRONOUS)
async def test_an_asynchronous_parent_answers_the_tool_s_question(
    home: Path, opened: Asynchronous, request: pytest.FixtureRequest
) -> None:
    async with opened(request) as saver:
        backend = ScriptedBackend()
        state = await parent_of(home, backend, saver, "always").ainvoke({"messages": []}, THREAD)
        assert state["__interrupt__"][0].value["question"] == "run this plan?"
        state = await parent_of(home, backend, saver, "always").ainvoke(Command(resume=True), THREAD)
    assert state["messages"][-1].content == "done"
    assert backend.calls == ["0", "1", "2"]


@pytest.mark.parametrize("opened", ASYNCHRONOUS)
async def test_a_parent_driven_synchronously_in_a_thread_uses_the_saver_of_another_loop(
    home: Path, opened: Asynchronous, request: pytest.FixtureRequest
) -> None:
    async with opened(request) as saver:
        backend = Broken()
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(parent_of(home, backend, saver).invoke, {"messages": []}, THREAD)
        state = await asyncio.to_thread(parent_of(home, backend, saver).invoke, None, THREAD)
    assert state["messages"][-1].content == "done"
    assert backend.calls == ["0", "1", "1", "2"]


def sub_graph_of(home: Path, backend: ScriptedBackend, saver: Any, seen: list[Any] | None = None) -> Any:
    """A parent with the graph itself as a node."""

    def planned(request: Any) -> Any:
        if seen is not None:
            seen.append(request)
        return CHAIN

    controller = ScriptedController(planned, answer="done")
    inner = build_graph(Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=[backend])
    parent: Any = StateGraph(State, input_schema=GraphInput)
    parent.add_node("hugginggpt", inner)
    parent.add_edge(START, "hugginggpt")
    return parent.compile(checkpointer=saver)


ASKING: Any = {"request": "go", "options": {"approve": "always"}}


@pytest.mark.covers("graph, synchronous: question")
@pytest.mark.parametrize("opened", [in_memory, in_sqlite, pytest.param(in_postgres, marks=needs_postgres)])
def test_a_synchronous_sub_graph_asks_once_and_plans_once(
    home: Path, opened: Synchronous, request: pytest.FixtureRequest
) -> None:
    with opened(request) as saver:
        backend, seen = ScriptedBackend(), list[Any]()
        state = sub_graph_of(home, backend, saver, seen).invoke(ASKING, THREAD)
        assert state["__interrupt__"][0].value["question"] == "run this plan?"
        state = sub_graph_of(home, backend, saver, seen).invoke(Command(resume=True), THREAD)
    assert state["answer"] == "done"
    assert "__interrupt__" not in state
    assert (len(seen), backend.calls) == (1, ["0", "1", "2"])


@pytest.mark.covers("sub-graph: question")
@pytest.mark.parametrize("opened", ASYNCHRONOUS)
async def test_an_asynchronous_sub_graph_asks_once_and_plans_once(
    home: Path, opened: Asynchronous, request: pytest.FixtureRequest
) -> None:
    async with opened(request) as saver:
        backend, seen = ScriptedBackend(), list[Any]()
        state = await sub_graph_of(home, backend, saver, seen).ainvoke(ASKING, THREAD)
        assert state["__interrupt__"][0].value["question"] == "run this plan?"
        state = await sub_graph_of(home, backend, saver, seen).ainvoke(Command(resume=True), THREAD)
    assert state["answer"] == "done"
    assert (len(seen), backend.calls) == (1, ["0", "1", "2"])


@pytest.mark.covers("sub-graph: files in", "sub-graph: stream")
async def test_a_sub_graph_takes_files_gives_results_and_streams_to_its_parent(home: Path) -> None:
    seen = list[Any]()
    parent = sub_graph_of(home, ScriptedBackend(), InMemorySaver(), seen)
    brought = {"request": "go", "files": ["data:text/plain;base64,YSBiIGM="]}
    parts = [part async for part in parent.astream(brought, THREAD, stream_mode="custom", subgraphs=True)]
    assert parts[-1][1]["event"] == "run_finished"
    assert [file.text for file in seen[0].files] == ["a b c"]
    state = (await parent.aget_state(THREAD)).values
    assert state["results"]["2"]["outputs"]["text"]["kind"] == "text"
    assert state["messages"][-1].type == "ai"


@pytest.mark.covers("sub-graph: errors")
async def test_an_error_of_a_sub_graph_reaches_its_parent_with_words_and_hint(home: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no file"):
        await sub_graph_of(home, ScriptedBackend(), InMemorySaver()).ainvoke(
            {"request": "go", "files": ["/no.png"]}, THREAD
        )
