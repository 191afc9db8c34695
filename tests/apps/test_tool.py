"""The graph as a tool of another agent: typed, with progress, durable with its parent."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from hugginggpt import as_tool
from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.ledger import SqliteLedger
from hugginggpt.checkpoints.open import open_checkpointer, url_of
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.events import read_event
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from paths import SUPPORT
from tool_child import CHAIN, agent

THREAD: Any = {"configurable": {"thread_id": "t"}}
CHILD = SUPPORT / "tool_child.py"


@contextmanager
def scripted_tool(home: Path, backend: ScriptedBackend, plan: Any = CHAIN) -> Iterator[Any]:
    ledger = SqliteLedger(Database(home))
    try:
        yield as_tool(
            build_graph(
                Settings(home=home),
                controller=ScriptedController(plan, answer=lambda run: f"did {run.request.text}"),
                catalog=ScriptedCatalog(),
                backends=[backend],
                ledger=ledger,
            )
        )
    finally:
        ledger.close()
        ledger.database.close()


def answers(state: Any) -> list[ToolMessage]:
    return [message for message in state["messages"] if isinstance(message, ToolMessage)]


def test_its_arguments_are_typed(home: Path) -> None:
    with scripted_tool(home, ScriptedBackend()) as tool:
        schema = tool.tool_call_schema.model_json_schema()
    assert set(schema["properties"]) == {"request", "files"}
    assert schema["required"] == ["request"]
    assert all(field["description"] for field in schema["properties"].values())
    assert "images, sound or video" in tool.description


async def test_the_agent_reads_the_answer_and_keeps_the_rest_as_artifact(home: Path) -> None:
    with scripted_tool(home, ScriptedBackend()) as tool:
        state = await agent(tool, [{"request": "this"}], InMemorySaver()).ainvoke({"messages": []}, THREAD)
    (message,) = answers(state)
    assert message.content == "did this"
    assert message.status == "success"
    assert message.artifact["status"] == "succeeded"
    assert [result["task_id"] for result in message.artifact["results"]] == [0, 1, 2]
    assert all(Path(resource["path"]).is_file() for resource in message.artifact["resources"])


async def test_its_progress_is_on_the_agent_s_own_stream(home: Path) -> None:
    with scripted_tool(home, ScriptedBackend()) as tool:
        parent = agent(tool, [{"request": "this"}], InMemorySaver())
        parts = [part async for part in parent.astream({"messages": []}, THREAD, stream_mode="custom")]
    names = [read_event(part["hugginggpt"]).event for part in parts]
    assert names[0] == "run_started"
    assert names.count("task_finished") == 3
    assert names[-1] == "run_finished"


async def test_two_calls_side_by_side_do_not_mix(home: Path) -> None:
    def plan(request: Any) -> Any:
        return [task | {"args": {"text": f"{request.text} {task['args']['text']}"}} for task in CHAIN]

    with scripted_tool(home, backend := ScriptedBackend(latency=0.01), plan) as tool:
        parent = agent(tool, [{"request": "this"}, {"request": "that"}], InMemorySaver())
        state = await parent.ainvoke({"messages": []}, THREAD)
    assert [message.content for message in answers(state)] == ["did this", "did that"]
    for message, word, other in zip(answers(state), ("this", "that"), ("that", "this"), strict=True):
        texts = [resource["text"] for resource in message.artifact["resources"]]
        assert len(texts) == 3
        assert all(word in text and other not in text for text in texts)
    assert len(backend.calls) == 6


async def test_a_missing_file_is_reported_to_the_agent(home: Path) -> None:
    with scripted_tool(home, backend := ScriptedBackend()) as tool:
        call = {"request": "read it", "files": ["/no/such/file.png"]}
        state = await agent(tool, [call], InMemorySaver()).ainvoke({"messages": []}, THREAD)
    (message,) = answers(state)
    assert message.status == "error"
    assert "/no/such/file.png" in message.content
    assert backend.calls == []


class Broken(ScriptedBackend):
    """Has a bug in task 1, once."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        if self.calls.count("1") == 1 and call.key == "1":
            raise ZeroDivisionError("a bug, not an expert's failure")
        return made


async def test_after_a_bug_the_agent_goes_on_and_nothing_recorded_is_run_again(home: Path) -> None:
    with scripted_tool(home, backend := Broken()) as tool:
        parent = agent(tool, [{"request": "this"}], InMemorySaver())
        with pytest.raises(ZeroDivisionError):
            await parent.ainvoke({"messages": []}, THREAD)
        state = await parent.ainvoke(None, THREAD)
    assert [message.content for message in answers(state)] == ["did this"]
    assert backend.calls == ["0", "1", "1", "2"]


def kill_during_a_run(folder: Path) -> None:
    with subprocess.Popen([sys.executable, str(CHILD), str(folder)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "stalled\n"
        child.kill()


async def test_after_a_kill_the_agent_goes_on_and_nothing_recorded_is_run_again(tmp_path: Path) -> None:
    kill_during_a_run(tmp_path)
    backend = ScriptedBackend(log=tmp_path / "calls.jsonl")
    with scripted_tool(tmp_path / "inner", backend) as tool:
        async with open_checkpointer(url_of(tmp_path / "outer")) as saver:
            state = await agent(tool, [{"request": "go"}], saver).ainvoke(None, THREAD)
    assert [message.content for message in answers(state)] == ["did go"]
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [line["key"] for line in lines if line["event"] == "started"] == ["0", "1", "1", "2"]
