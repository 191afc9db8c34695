"""LangGraph Server as chat front ends and Studio use it: media both ways, assistants, steps, approval, errors."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.pregel.remote import RemoteGraph
from langgraph.types import Command, interrupt
from langgraph_sdk.client import LangGraphClient
from typing_extensions import TypedDict

from hugginggpt.apps import langgraph_server
from hugginggpt.graph.advice import advise_in_process
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.options import CHANGEABLE
from paths import EXAMPLES
from studio_server import calls, client_of, served

PICTURE = (EXAMPLES / "receipt.jpg").read_bytes()
LANGUAGE = {"request": "What language is 'bonjour tout le monde'?"}
pytestmark = pytest.mark.studio


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clients")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with served(folder) as (client, _):
        yield str(client.http.client.base_url)


async def new_thread(client: LangGraphClient) -> str:
    return str((await client.threads.create())["thread_id"])


async def fetched(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(url, headers=headers)


@pytest.mark.covers("LangGraph Server: files in")
async def test_a_picture_in_a_message_is_a_file_of_the_run_and_not_of_the_database(server: str, folder: Path) -> None:
    client = client_of(server)
    thread, data = await new_thread(client), base64.b64encode(PICTURE).decode()
    block = {"type": "image", "base64": data, "mime_type": "image/jpeg"}
    content = [{"type": "text", "text": "read the text in this picture"}, block]
    values: Any = await client.runs.wait(
        thread, "hugginggpt", input={"messages": [{"role": "user", "content": content}]}
    )
    assert "CAFE AM HAFEN" in values["answer"]
    reference = values["messages"][0]["content"][1]
    assert (reference["extras"]["name"], "base64" in reference) == ("image.jpg", False)
    kept = b"".join(path.read_bytes() for path in (folder / "home").glob("hugginggpt.db*"))
    assert data[1000:1100].encode() not in kept
    sent = await fetched(f"{server}/hugginggpt/files/{reference['file_id']}")
    assert sent.content == PICTURE
    assert sent.headers["content-type"] == "image/jpeg"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "image.jpg" in sent.headers["content-disposition"]


@pytest.mark.covers("LangGraph Server: media out")
async def test_results_are_blocks_of_the_last_message_small_ones_with_content_others_with_a_url(server: str) -> None:
    client = client_of(server)
    values: Any = await client.runs.wait(await new_thread(client), "speaking", input={"request": "say and show it"})
    text, sound, image = values["messages"][-1]["content"]
    assert text == {"type": "text", "text": "Here."}
    assert base64.b64decode(image["base64"]).startswith(b"\x89PNG")
    assert "base64" not in sound
    sent = await fetched(sound["url"], range="bytes=0-3")
    assert (sent.status_code, sent.content, sent.headers["content-type"]) == (206, b"RIFF", "audio/wav")


@pytest.mark.parametrize(
    "name", ["0" * 64, "hugginggpt.db", "..%2Fhugginggpt.db", "%2Fetc%2Fpasswd", "0" * 64 + "/x.png"]
)
async def test_the_route_of_files_gives_nothing_but_files_of_runs(server: str, name: str) -> None:
    assert (await fetched(f"{server}/hugginggpt/files/{name}")).status_code == 404


async def test_the_input_form_is_typed_described_and_has_nothing_internal(server: str) -> None:
    client = client_of(server)
    (assistant,) = await client.assistants.search(graph_id="hugginggpt")
    schemas: Any = await client.assistants.get_schemas(assistant["assistant_id"])
    form = schemas["input_schema"]
    assert set(form["properties"]) == {"request", "files", "options", "messages", "given_plan"}
    assert all("description" in form["properties"][name] for name in ("request", "files", "options", "given_plan"))
    for options in (form["$defs"]["Options"], schemas["context_schema"]):
        assert set(options["properties"]) == {
            "approve", "where", "models", "select", "llm", "redo", *CHANGEABLE,
        }  # fmt: skip
        assert all({"description", "default"} <= field.keys() for field in options["properties"].values())


@pytest.mark.covers("LangGraph Server: question")
async def test_an_assistant_chooses_and_its_approval_is_given_by_a_word(server: str) -> None:
    client = client_of(server)
    assistant = await client.assistants.create("hugginggpt", context={"approve": "always", "select": "rank"})
    thread = await new_thread(client)
    asked: Any = await client.runs.wait(thread, assistant["assistant_id"], input=LANGUAGE)
    (question,) = asked["__interrupt__"]
    assert question["value"]["response_schema"]["anyOf"]
    again: Any = await client.runs.wait(thread, assistant["assistant_id"], command={"resume": "hm"})
    assert "neither approval nor refusal" in again["__interrupt__"][0]["value"]["problems"][0]
    done: Any = await client.runs.wait(thread, assistant["assistant_id"], command={"resume": "yes"})
    assert "French" in done["answer"]
    assert done["run"]["options"]["select"] == "rank"


async def test_a_run_is_stepped_through_inside_its_tasks(server: str, folder: Path) -> None:
    client, where = client_of(server), {"interrupt_before": ["execute"]}
    (folder / "calls.jsonl").touch()
    thread, before = await new_thread(client), len(calls(folder))
    await client.runs.wait(thread, "scripted", input={"request": "go"}, **where)
    state: Any = await client.threads.get_state(thread, subgraphs=True)
    assert state["tasks"][0]["state"]["next"] == ["execute"]
    assert calls(folder)[before:] == []
    await client.runs.wait(thread, "scripted", input=None, **where)
    assert calls(folder)[before:] == ["0"]
    values: Any = await client.runs.wait(thread, "scripted", input=None)
    assert (values["answer"], calls(folder)[before:]) == ("done", ["0", "1", "2"])


@pytest.mark.covers("LangGraph Server: stream")
async def test_the_stream_of_messages_carries_the_answer_once(server: str) -> None:
    client = client_of(server)
    parts: list[Any] = []
    question = {"messages": [{"role": "user", "content": LANGUAGE["request"]}]}
    async for part in client.runs.stream(
        await new_thread(client), "hugginggpt", input=question, stream_mode="messages-tuple", stream_subgraphs=True
    ):
        if part.event.startswith("messages"):
            parts.append(part.data[0])
    assert {part["type"] for part in parts} == {"AIMessageChunk"}
    assert len({part["id"] for part in parts}) == 1
    assert "".join(part["content"] for part in parts).count("French") == 1


BAD: list[tuple[dict[str, Any], str]] = [
    ({"input": {"request": "x", "files": ["lost.png"]}}, "there is no file lost.png\nThe folder is "),
    ({"input": LANGUAGE, "context": {"llm": "nonsense"}}, "there is no controller 'nonsense'\nName one as"),
]


@pytest.mark.covers("LangGraph Server: errors")
@pytest.mark.parametrize(("given", "message"), BAD)
async def test_an_error_reaches_the_client_with_words_and_hint(
    server: str, given: dict[str, Any], message: str
) -> None:
    client = client_of(server)
    last: Any = None
    async for part in client.runs.stream(await new_thread(client), "hugginggpt", **given):
        last = part
    assert last.event == "error"
    assert message in last.data["message"]
    assert len(last.data["message"]) < 500


async def test_a_value_of_a_wrong_type_in_an_edit_is_refused_in_words(server: str) -> None:
    client = client_of(server)
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "hugginggpt", input=LANGUAGE)
    wrong: dict[str, tuple[Any, str]] = {
        "messages": (5, "`messages` holds something that is no message"),
        "results": (5, "`results` is of type int"),
        "anser": ("x", "the state has no field"),
    }
    async with httpx.AsyncClient(base_url=server) as http:
        for name, (value, said) in wrong.items():
            done = await http.post(f"/threads/{thread}/state", json={"values": {name: value}})
            assert (done.status_code, said in done.json()["detail"]) == (422, True), done.text


async def test_a_misspelt_key_of_a_context_is_refused_and_another_reported(server: str) -> None:
    """LangGraph Server would drop both, and say so in its log only."""
    client = client_of(server)
    thread = (await client.threads.create())["thread_id"]
    with pytest.raises(Exception, match="did you mean approve"):
        await client.runs.wait(thread, "hugginggpt", input=LANGUAGE, context={"aprove": "always"})
    values: Any = await client.runs.wait(thread, "hugginggpt", input=LANGUAGE, context={"colour": "red"})
    assert "context.colour was not used" in values["run"]["repairs"][0]


@pytest.mark.covers("RemoteGraph: stream", "RemoteGraph: question")
async def test_a_remote_graph_invokes_streams_and_resumes(server: str) -> None:
    remote = RemoteGraph("hugginggpt", url=server)
    config: Any = {"configurable": {"thread_id": await new_thread(client_of(server))}}
    asked = await remote.ainvoke({**LANGUAGE, "options": {"approve": "always"}}, config)
    assert asked["__interrupt__"]
    done = await remote.ainvoke(Command(resume=True), config)
    assert "French" in done["answer"]
    assert (await remote.aget_state(config)).values["answer"] == done["answer"]


class Parent(TypedDict, total=False):
    answer: Any


async def asked_and_answered(node: Any) -> Any:
    """A parent graph of one node is invoked and, when that asks, resumed with True."""
    graph = StateGraph(Parent)
    graph.add_node("remote", node)
    graph.add_edge(START, "remote")
    parent, config = graph.compile(checkpointer=InMemorySaver()), {"configurable": {"thread_id": str(uuid4())}}
    assert "__interrupt__" in await parent.ainvoke({}, config)  # type: ignore[arg-type]
    return await parent.ainvoke(Command(resume=True), config)  # type: ignore[call-overload]


async def test_a_remote_graph_as_a_node_asks_again_whatever_it_serves(server: str) -> None:
    """LangGraph's own, with a graph that has nothing of ours; where this fails, `docs/entry_points.md` is out of date."""
    assert "__interrupt__" in await asked_and_answered(RemoteGraph("asking", url=server))


async def test_a_node_of_the_parent_that_calls_the_server_asks_once_and_plans_once(server: str) -> None:
    """The way round: the node looks whether the remote thread waits, and passes the answer on."""
    client = client_of(server)
    thread = await new_thread(client)

    async def call(state: Parent) -> Parent:
        questions = [
            each for task in (await client.threads.get(thread)).get("interrupts", {}).values() for each in task
        ]
        if not questions:
            done: Any = await client.runs.wait(
                thread, "hugginggpt", input={**LANGUAGE, "options": {"approve": "always"}}
            )
            questions = done.get("__interrupt__", [])
        if questions:
            reply = interrupt(questions[0]["value"])
            done = await client.runs.wait(thread, "hugginggpt", command={"resume": reply})
        return {"answer": done["answer"]}

    done = await asked_and_answered(call)
    assert "French" in done["answer"]
    assert len(await client.runs.list(thread)) == 2


async def test_with_a_bad_model_states_are_read_and_runs_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUGGINGGPT_LLM", "nonsense")
    for cached in (langgraph_server._the_graph, langgraph_server.open_storage_once):
        cached.cache_clear()
    try:
        graph = await langgraph_server.make_graph()
        config: Any = {"configurable": {"thread_id": "t"}}
        async with langgraph_server.make_checkpointer() as saver:
            graph.checkpointer = saver
            assert (await graph.aget_state(config)).values == {}
            with pytest.raises(UsageError, match="there is no controller 'nonsense'"):
                await graph.ainvoke(LANGUAGE, config)
    finally:
        advise_in_process("python")
        for cached in (langgraph_server._the_graph, langgraph_server.open_storage_once):
            cached.cache_clear()
