"""`as_tool` by settings: one world for all tools of a home, closable; files of any form; errors as an agent reads them."""

import asyncio
import contextlib
import copy
import io
import os
import pickle
import select
import signal
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command
from pydantic import ValidationError

import hugginggpt
from hugginggpt import Settings, StorageError, UsageError, as_tool, read_event
from hugginggpt.apps.kept_worlds import kept_open
from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.scripted import ScriptedBackend
from paths import ROOT
from tool_child import CHAIN, AgentState, agent, scripted_tool

THREAD: Any = {"configurable": {"thread_id": "t"}}
COUNT = {"request": "How many words are in 'a b c'?"}


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Of a home whose world is closed at the end."""
    yield Settings(home=home, file_roots=(ROOT,))
    hugginggpt.close()


def answers(state: Any) -> list[ToolMessage]:
    return [message for message in state["messages"] if isinstance(message, ToolMessage)]


def of(name: str, args: dict[str, Any]) -> dict[str, Any]:
    """A tool call as a model makes it."""
    return {"name": name, "args": args, "id": "call", "type": "tool_call"}


# -- one world --------------------------------------------------------------------------------------------------------


def opened() -> tuple[int, int]:
    """Threads and descriptors of this process."""
    return threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def databases() -> int:
    """Open ones of this process."""
    return [thread.name for thread in threading.enumerate()].count("database")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_hundred_tools_of_a_home_open_no_more_than_one(settings: Settings) -> None:
    with as_tool(settings=settings) as first:
        first.invoke(COUNT)
        before = opened()
        tools = [as_tool(settings=settings) for _ in range(100)]
        assert all("3" in tool.invoke(COUNT) for tool in tools[:5])
        threads, files = opened()
    assert threads <= before[0] + 1  # the thread of a lease that ends just now
    assert files <= before[1]


def test_the_last_tool_that_is_closed_closes_the_world(settings: Settings) -> None:
    before = databases()
    one, other = as_tool(settings=settings), as_tool(settings=settings)
    one.invoke(COUNT)
    other.invoke(COUNT)
    one.close()
    one.close()
    assert "3" in other.invoke(COUNT)
    assert "was closed" in one.invoke(COUNT)
    other.close()
    assert databases() == before


def test_tools_of_other_settings_share_the_database(settings: Settings) -> None:
    before = databases()
    with as_tool(settings=settings) as one, as_tool(settings=settings, where="embedded") as other:
        one.invoke(COUNT)
        other.invoke(COUNT)
        assert databases() == before + 1


async def test_it_runs_synchronously_inside_a_running_loop_and_beside_itself(settings: Settings) -> None:
    tool = as_tool(settings=settings)
    assert "3" in tool.invoke(COUNT)
    both = await asyncio.gather(tool.ainvoke(COUNT), asyncio.to_thread(tool.invoke, COUNT), tool.ainvoke(COUNT))
    assert all("3" in content for content in both)


def test_two_event_loops_use_one_tool(settings: Settings) -> None:
    tool = as_tool(settings=settings)
    for _ in range(2):
        assert "3" in asyncio.run(tool.ainvoke(COUNT))


def in_a_fork(call: Callable[[], str]) -> str:
    """What `call` returns, or the error that it raises, in a forked child, as servers that load the program first make."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            said = call()
        except BaseException as error:  # handed on in words
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    try:
        assert select.select([read], [], [], 60)[0], "it hangs"
        return os.read(read, 10_000).decode()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(read)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_tool_that_was_used_before_a_fork_is_used_after_it_too(settings: Settings) -> None:
    """In the child with a world of its own, and the parent's goes on; a graph is refused there in words."""
    with as_tool(settings=settings) as tool:
        assert "3" in tool.invoke(COUNT)
        assert "3" in in_a_fork(lambda: str(tool.invoke(COUNT)))
        graph = kept_open(settings).graph
        assert "before this process was forked" in in_a_fork(lambda: str(as_tool(graph).invoke(COUNT)))
        assert "3" in tool.invoke(COUNT)


def test_a_copy_of_a_tool_calls_what_the_tool_does_and_a_pickled_one_is_refused(settings: Settings) -> None:
    """Agents copy their tools, deeply too; what this process keeps open can't go elsewhere."""
    with as_tool(settings=settings) as tool:
        assert "3" in copy.deepcopy([tool])[0].invoke(COUNT)
        with pytest.raises(TypeError, match=r"make it with as_tool\(\)"):
            pickle.dumps(tool)


def test_making_a_tool_opens_nothing(home: Path) -> None:
    as_tool(settings=Settings(home=home))
    assert not home.exists()


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"where": "moon"}, "there is no place moon"),
        ({"where": ["moon"]}, "there is no place moon"),
        ({"llm": "opnai:gpt"}, "there is no controller 'opnai:gpt'"),
        ({"file_roots": ["/no/such/folder"]}, "there is no folder /no/such/folder"),
        ({"graph": ..., "llm": "openai:x"}, "takes no settings, llm or file_roots"),
        ({"thread": 5}, "thread is 5, and must be a text"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_when_the_tool_is_made(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        as_tool(**given)


def test_only_the_folders_that_were_named_are_read(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a b")
    call = {"request": "How many words are in the file?", "files": [str(tmp_path / "secret.txt")]}
    bare = settings.model_copy(update={"file_roots": None})
    assert "outside the folders" in as_tool(settings=bare).invoke(call)
    assert "2" in as_tool(settings=bare, file_roots=[tmp_path]).invoke(call)
    assert "2" in as_tool(settings=bare, file_roots=str(tmp_path)).invoke(call)


def test_approval_without_a_checkpointer_ends_the_agent_with_what_to_do(home: Path) -> None:
    with pytest.raises(UsageError, match="checkpointer"):
        scripted_tool(home, ScriptedBackend(), approve="always").invoke({"request": "go"})


async def test_a_plan_that_is_refused_is_an_error_of_the_call(home: Path) -> None:
    parent = agent(
        scripted_tool(home, backend := ScriptedBackend(), approve="always"), [{"request": "go"}], InMemorySaver()
    )
    await parent.ainvoke({"messages": []}, THREAD)
    (message,) = answers(await parent.ainvoke(Command(resume=False), THREAD))
    assert message.status == "error"
    assert "refused" in message.content
    assert backend.calls == []


async def test_two_questions_side_by_side_are_answered_one_by_one(home: Path) -> None:
    tool = scripted_tool(home, backend := ScriptedBackend(), approve="always")
    parent = agent(tool, [{"request": "this"}, {"request": "that"}], InMemorySaver())
    state = await parent.ainvoke({"messages": []}, THREAD)
    while questions := state.get("__interrupt__"):
        state = await parent.ainvoke(Command(resume={questions[0].id: True}), THREAD)
    assert [message.content for message in answers(state)] == ["did this", "did that"]
    assert sorted(backend.calls) == ["0", "0", "1", "1", "2", "2"]


async def test_a_call_goes_on_with_its_own_run_whichever_begins_first(home: Path) -> None:
    """A node calls the tool twice, and in another order when it is resumed."""

    class Broken(ScriptedBackend):
        async def run(self, call: Call) -> Any:
            if len(self.calls) == 4:
                self.calls.append("bug")
                raise ZeroDivisionError("a bug")
            return await super().run(call)

    tool, orders = scripted_tool(home, backend := Broken()), [("this", "that"), ("that", "this")]

    async def node(_: Any) -> Any:
        order = orders.pop(0)
        said = {
            text: await tool.ainvoke({"name": tool.name, "args": {"request": text}, "id": text, "type": "tool_call"})
            for text in order
        }
        return {"messages": [said["this"], said["that"]]}

    graph: Any = StateGraph(AgentState)
    graph.add_node("node", node)
    graph.add_edge(START, "node")
    parent = graph.compile(checkpointer=InMemorySaver())
    with pytest.raises(ZeroDivisionError):
        await parent.ainvoke({"messages": []}, THREAD)
    state = await parent.ainvoke(None, THREAD)
    assert [message.content for message in answers(state)] == ["did this", "did that"]
    assert backend.calls == ["0", "1", "2", "0", "bug", "1", "2"]


async def test_a_named_conversation_knows_what_was_made_in_it(home: Path) -> None:
    seen: list[Any] = []

    def plan(request: Any) -> Any:
        seen.append((request.thread_id, [resource.text for resource in request.resources]))
        return CHAIN

    tool = scripted_tool(home, ScriptedBackend(), plan, thread="mine")
    await asyncio.gather(tool.ainvoke({"request": "this"}), tool.ainvoke({"request": "that"}))
    await tool.ainvoke({"request": "again"})
    assert [thread for thread, _ in seen] == ["mine"] * 3
    assert len(seen[2][1]) == 6


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.covers("as_tool in an agent: files in")
@pytest.mark.parametrize(
    "files",
    [
        [b"a b c d"],
        b"a b c d",
        "data:text/plain;base64," + b64encode(b"a b c d").decode(),
        [{"type": "file", "base64": b64encode(b"a b c d").decode(), "mime_type": "text/plain"}],
    ],
    ids=["bytes", "one", "data URL", "block"],
)
def test_a_file_is_given_as_it_is_at_hand(settings: Settings, files: Any) -> None:
    assert "4" in as_tool(settings=settings).invoke({"request": "How many words are in the file?", "files": files})


def test_an_argument_that_the_tool_does_not_have_is_refused(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        as_tool(settings=settings).invoke({**COUNT, "wher": "hf"})


def test_what_is_no_file_is_refused_by_the_arguments() -> None:
    with pytest.raises(ValidationError, match="file 0 is of type int"):
        as_tool().invoke({"request": "go", "files": [3]})


def test_a_model_is_offered_names_of_files_only() -> None:
    schema = as_tool().tool_call_schema.model_json_schema()
    assert schema["properties"]["files"]["items"] == {"type": "string"}


@pytest.mark.covers("as_tool in an agent: media out")
def test_what_the_tool_made_is_read_by_its_path(settings: Settings) -> None:
    tool = as_tool(settings=settings)
    first = tool.invoke(of(tool.name, {"request": "make examples/hills.jpg 20 pixels wide", "files": []}))
    made = [resource["path"] for resource in first.artifact["resources"] if resource["producer"]]
    for call in ({"request": "rotate it by 90 degrees", "files": made}, {"request": f"rotate {made[0]} by 90 degrees"}):
        again = tool.invoke(of(tool.name, call))
        assert again.artifact["status"] == "succeeded", again.content
    other = as_tool(settings=settings)
    assert "outside the folders" in other.invoke({"request": "rotate it by 90 degrees", "files": made})


async def test_what_was_made_in_a_conversation_is_read_by_its_path_by_a_tool_that_is_made_anew(home: Path) -> None:
    first = await agent(scripted_tool(home, ScriptedBackend()), [{"request": "this"}], InMemorySaver()).ainvoke(
        {"messages": []}, THREAD
    )
    made = answers(first)[0].artifact["resources"][0]["path"]
    for thread, status in (("t", "success"), ("another", "error")):
        tool = scripted_tool(home, ScriptedBackend())
        config: Any = {"configurable": {"thread_id": thread}}
        state = await agent(tool, [{"request": "that", "files": [made]}], InMemorySaver()).ainvoke(
            {"messages": []}, config
        )
        assert answers(state)[0].status == status


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.covers("as_tool, synchronous: errors")
def test_a_run_that_failed_is_an_error_of_the_call_with_its_artifact(home: Path) -> None:
    tool = scripted_tool(home, ScriptedBackend(failures={0: ExpertError("no luck")}))
    message = tool.invoke(of(tool.name, {"request": "go"}))
    assert message.status == "error"
    assert message.content.startswith("The run failed.")
    assert message.artifact["results"][0]["error"] == "no luck"


def test_a_run_that_is_done_in_part_is_no_error_of_the_call(home: Path) -> None:
    tool = scripted_tool(home, ScriptedBackend(failures={2: ExpertError("no luck")}))
    message = tool.invoke(of(tool.name, {"request": "go"}))
    assert (message.status, message.artifact["status"]) == ("success", "partial")


class OutOfDisk(ScriptedBackend):
    """Loses the home while it works."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home

    async def run(self, call: Call) -> Any:
        self._home.rename(self._home.with_name("gone"))
        return await super().run(call)


def test_a_home_that_is_lost_ends_the_agent(home: Path) -> None:
    """Whatever it did from then on would not be kept."""
    with pytest.raises(StorageError):
        scripted_tool(home, OutOfDisk(home)).invoke({"request": "go"})


def test_retries_print_nothing_whatever_the_host_logs_with(home: Path) -> None:
    pytest.importorskip("structlog")
    failure = ExpertError("later", retryable=True, retry_after=0.01)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        assert scripted_tool(home, ScriptedBackend(failures={0: [failure, None]})).invoke({"request": "go"}) == "did go"
    assert printed.getvalue() == ""


# -- progress and traces ----------------------------------------------------------------------------------------------


@pytest.mark.covers("as_tool, synchronous: stream")
def test_progress_reaches_a_synchronous_parent_too(home: Path) -> None:
    parent = agent(scripted_tool(home, ScriptedBackend()), [{"request": "go"}], InMemorySaver())
    parts = list(parent.stream({"messages": []}, THREAD, stream_mode="custom"))
    assert [read_event(part["hugginggpt"]).event for part in parts][-1] == "run_finished"


class Names(BaseCallbackHandler):
    """The names of what is traced."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_chain_start(self, *_: Any, name: str = "", **__: Any) -> None:
        self.seen.append(name)


def test_traces_have_names(home: Path) -> None:
    scripted_tool(home, ScriptedBackend()).invoke({"request": "go"}, {"callbacks": [names := Names()]})
    assert set(names.seen) >= {"hugginggpt", "plan", "review", "task", "select", "execute", "respond"}
    assert not {name for name in names.seen if not name or "LangGraph" in name or "Runnable" in name}
