"""What a run makes stands in the last message: small files themselves, others by reference; no state holds bytes."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, BaseMessageChunk
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import MessagesState, StateGraph

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph, open_world
from hugginggpt.nodes.result_media import SMALL
from hugginggpt.tools.scripted import (
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedChatModel,
    ScriptedController,
    serve,
)
from scripting import OpenScripted, step

CONFIG: Any = {"configurable": {"thread_id": "t"}}
SPEAK = [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "hello"}}]


class Loud(ScriptedBackend):
    """Its sound is larger than what a message holds itself."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        for artifact in made:
            if artifact.path:
                artifact.path.write_bytes(artifact.path.read_bytes() + bytes(SMALL))
        return made


def blocks(message: BaseMessage) -> list[Any]:
    assert isinstance(message.content, list)
    return message.content


@pytest.mark.covers("graph, asynchronous: media out")
async def test_a_small_result_is_a_block_of_the_answer_and_not_of_the_database(
    home: Path, scripted: OpenScripted
) -> None:
    async with scripted(SPEAK) as world:
        values = await world.graph.ainvoke({"request": "say it"}, CONFIG)
        text, sound = blocks(values["messages"][-1])
        data = base64.b64decode(sound["base64"])
        assert (text["text"], sound["type"], sound["mime_type"]) == (values["answer"], "audio", "audio/wav")
        assert hashlib.sha256(data).hexdigest() == sound["file_id"]
        state = await world.graph.aget_state(CONFIG)
        history = [snapshot async for snapshot in world.graph.aget_state_history(CONFIG)]
        assert blocks(state.values["messages"][-1])[1] == blocks(history[0].values["messages"][-1])[1] == sound
        kept = b"".join(path.read_bytes() for path in home.glob("hugginggpt.db*"))
        assert sound["base64"][200:300].encode() not in kept
        assert data[200:300] not in kept
        again = await world.graph.ainvoke({"messages": [*values["messages"], ("user", "again")]}, CONFIG)
        assert len(again["messages"]) == 4


async def test_a_large_result_is_a_reference_with_a_url_where_there_is_a_server(scripted: OpenScripted) -> None:
    async with scripted(SPEAK, backend=Loud(), public_url="https://agents.example/") as world:
        values = await world.graph.ainvoke({"request": "say it"}, CONFIG)
    _, sound = blocks(values["messages"][-1])
    assert "base64" not in sound
    assert sound["url"] == f"https://agents.example/hugginggpt/files/{sound['file_id']}"


@pytest.mark.covers("sub-graph: media out")
async def test_a_parent_graph_keeps_references_only(home: Path) -> None:
    saver = InMemorySaver()
    inner = build_graph(
        Settings(home=home),
        controller=ScriptedController(SPEAK),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()],
    )
    outer = StateGraph(MessagesState)
    outer.add_node("inner", inner)
    outer.set_entry_point("inner")
    graph = outer.compile(checkpointer=saver)
    values = await graph.ainvoke({"messages": [("user", "say it")]}, CONFIG)
    _, sound = blocks(values["messages"][-1])
    assert "base64" not in sound
    assert (home / "resources" / sound["file_id"][:2] / f"{sound['file_id'][2:]}.wav").is_file()


async def streamed(graph: Any, mode: str = "messages") -> list[Any]:
    return [part async for part in graph.astream({"request": "do it"}, CONFIG, stream_mode=mode, subgraphs=True)]


@pytest.mark.covers("graph, asynchronous: stream")
async def test_the_stream_of_messages_has_the_answer_once_under_one_id(scripted: OpenScripted) -> None:
    async with scripted(SPEAK) as world:
        parts = [message for _, (message, _) in await streamed(world.graph)]
        last = (await world.graph.aget_state(CONFIG)).values["messages"][-1]
    answers = [message for message in parts if isinstance(message, AIMessage)]
    assert {message.id for message in answers} == {last.id}
    whole = answers[0]
    for chunk in answers[1:]:
        assert isinstance(chunk, BaseMessageChunk)
        whole = whole + chunk
    assert str(whole.text).strip() == str(last.text)
    assert [block["file_id"] for block in blocks(whole) if isinstance(block, dict) and "file_id" in block] == [
        blocks(last)[1]["file_id"]
    ]


async def test_what_a_chat_model_plans_and_chooses_is_no_part_of_the_stream_of_messages(home: Path) -> None:
    plan = [step(0, task="text-generation")]
    with serve(ScriptedChatModel(plan, answer="All done [0].")) as server:
        settings = Settings(home=home, llm=f"openai:scripted@{server.url}/v1", llm_window=100_000)
        catalog = ScriptedCatalog()
        async with open_world(settings, catalog=catalog, backends=[ScriptedBackend()]) as world:
            parts = [message for _, (message, _) in await streamed(world.graph)]
            answer = (await world.graph.aget_state(CONFIG)).values["answer"]
    texts = [str(message.text) for message in parts if message.type != "human"]
    assert "".join(texts).strip() == answer
    assert {message.id for message in parts if message.type != "human"} == {parts[-1].id}
