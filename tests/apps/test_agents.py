"""Real `create_agent` loops, led by the scripted chat server: the tool is called, read, and answered with."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolMessage
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

import hugginggpt
from hugginggpt import Settings, as_tool, read_event
from hugginggpt.tools.scripted import ScriptedAgentModel, ScriptedBackend, serve
from paths import SUPPORT
from scripting import Together
from tool_child import scripted_tool

THREAD: Any = {"configurable": {"thread_id": "t"}}
GO: Any = {"messages": [{"role": "user", "content": "go"}]}
TURNS = [[("hugginggpt", {"request": "this"})], "It did that."]


def model(url: str) -> ChatOpenAI:
    return ChatOpenAI(model="scripted", base_url=f"{url}/v1", api_key="any", max_retries=0)  # type: ignore[arg-type]


@pytest.fixture
def url() -> Iterator[str]:
    with serve(ScriptedAgentModel(TURNS)) as server:
        yield server.url


async def test_an_agent_calls_the_tool_and_ends_its_loop(home: Path, url: str) -> None:
    state = await create_agent(model(url), [scripted_tool(home, ScriptedBackend())]).ainvoke(GO)
    assert [type(message).__name__ for message in state["messages"]] == [
        "HumanMessage",
        "AIMessage",
        "ToolMessage",
        "AIMessage",
    ]
    assert state["messages"][2].content == "did this"
    assert state["messages"][-1].content == "It did that."


def test_an_agent_driven_synchronously_does_too(home: Path, url: str) -> None:
    state = create_agent(model(url), [scripted_tool(home, ScriptedBackend())]).invoke(GO)
    assert state["messages"][-1].content == "It did that."


@pytest.mark.covers("as_tool in an agent: stream")
async def test_its_stream_has_the_progress_of_the_tool(home: Path, url: str) -> None:
    agent = create_agent(model(url), [scripted_tool(home, ScriptedBackend())])
    events = [read_event(part["hugginggpt"]).event async for part in agent.astream(GO, stream_mode="custom")]
    assert events[0] == "run_started"
    assert events[-1] == "run_finished"


async def test_two_calls_of_one_turn_are_made_side_by_side(home: Path) -> None:
    turns = [[("hugginggpt", {"request": "this"}), ("hugginggpt", {"request": "that"})], "Both."]
    backend = Together(2)
    with serve(ScriptedAgentModel(turns)) as server:
        state = await create_agent(model(server.url), [scripted_tool(home, backend)]).ainvoke(GO)
    assert [message.content for message in state["messages"] if isinstance(message, ToolMessage)] == [
        "did this",
        "did that",
    ]
    assert backend.most_running == 2


@pytest.mark.covers("as_tool in an agent: question")
async def test_a_question_of_the_tool_waits_for_whoever_runs_the_agent(home: Path, url: str) -> None:
    saver, backend = InMemorySaver(), ScriptedBackend()

    def agent() -> Any:
        return create_agent(model(url), [scripted_tool(home, backend, approve="always")], checkpointer=saver)

    state = await agent().ainvoke(GO, THREAD)
    assert state["__interrupt__"][0].value["question"] == "run this plan?"
    state = await agent().ainvoke(Command(resume=True), THREAD)
    assert state["messages"][-1].content == "It did that."
    assert backend.calls == ["0", "1", "2"]


@pytest.mark.covers("as_tool in an agent: errors")
async def test_an_agent_reads_why_a_call_failed_and_goes_on(home: Path) -> None:
    turns = [[("hugginggpt", {"request": "read it", "files": ["/no/such.png"]})], "It is not there."]
    with serve(ScriptedAgentModel(turns)) as server:
        state = await create_agent(model(server.url), [scripted_tool(home, ScriptedBackend())]).ainvoke(GO)
    assert state["messages"][2].status == "error"
    assert "/no/such.png" in state["messages"][2].content
    assert state["messages"][-1].content == "It is not there."


async def test_wrong_arguments_of_a_model_are_an_error_that_it_reads(home: Path) -> None:
    turns = [[("hugginggpt", {"request": "go", "files": [3]})], "Well."]
    with serve(ScriptedAgentModel(turns)) as server:
        state = await create_agent(model(server.url), [scripted_tool(home, ScriptedBackend())]).ainvoke(GO)
    assert state["messages"][2].status == "error"
    assert "file 0 is of type int" in state["messages"][2].content


def test_the_controller_of_a_tool_may_be_a_chat_model_of_its_own(home: Path) -> None:
    """Agent and controller are two models; the tool is used in two event loops."""
    from hugginggpt.tools.scripted import ScriptedChatModel

    plan = [{"task": "count", "id": 0, "dep": [-1], "args": {"text": ["a b"]}, "parameters": {"look_for": "words"}}]
    with serve(ScriptedAgentModel(TURNS)) as one, serve(ScriptedChatModel(plan, answer="Two [0].")) as other:
        settings = Settings(home=home, openai_api_key="any")
        with as_tool(settings=settings, llm=f"openai:scripted@{other.url}/v1") as tool:
            for _ in range(2):
                state = create_agent(model(one.url), [tool]).invoke(GO)
                assert "Two [0]" in state["messages"][2].content
    hugginggpt.close()


@pytest.mark.covers("as_tool in an agent: resume after an end by force")
def test_an_agent_that_was_killed_in_a_call_goes_on_and_repeats_nothing(tmp_path: Path, url: str) -> None:
    """The process of a `create_agent` loop is killed while the second of three tasks runs."""
    child = SUPPORT / "agent_child.py"
    with subprocess.Popen(
        [sys.executable, str(child), str(tmp_path), url], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "stalled\n"
        process.kill()
    backend = ScriptedBackend(log=tmp_path / "calls.jsonl")
    with SqliteSaver.from_conn_string(str(tmp_path / "agent.db")) as saver:
        agent = create_agent(model(url), [scripted_tool(tmp_path / "inner", backend)], checkpointer=saver)
        state = agent.invoke(None, THREAD)
    assert isinstance(state["messages"][-1], AIMessage)
    assert state["messages"][-1].content == "It did that."
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [line["key"] for line in lines if line["event"] == "started"] == ["0", "1", "1", "2"]
