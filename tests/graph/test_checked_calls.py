"""What a caller gives the graph and it does not know is refused in words, where LangGraph would drop it without a word."""

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from hugginggpt.graph.advice import call_advises
from hugginggpt.graph.errors import InvalidInput, UsageError
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph
from hugginggpt.nodes.checked_calls import known_context
from hugginggpt.nodes.given_plan import read_given_plan
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from scripting import step

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CONFIG: Any = {"configurable": {"thread_id": "t"}}


@pytest.fixture
def graph(home: Path) -> Any:
    return build_graph(
        Settings(home=home), controller=ScriptedController([step(0)]), catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()], checkpointer=InMemorySaver(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"requst": "go"}, "the input has no field 'requst'\nDid you mean request?"),
        ({"request": "go", "plan": {}}, "the input has no field 'plan'"),
        ({"request": ["go"]}, "`request` is of type list"),
        ({"request": "go \ud83d"}, "the request is no UTF-8 text: half a character (U+D83D) behind 'go '"),
        ({"request": "go", "files": ["\udce9.png"]}, "is no UTF-8 text: the byte E9 at its beginning"),
        ({"messages": 5}, "`messages` holds something that is no message"),
        ("go", "the input is of type str, and must be an object"),
        (["go"], "the input is of type list"),
        ({"request": "go", "given_plan": 5}, "the plan can't be run: Input should be a valid dictionary"),
        ({"request": "go", "given_plan": [{"task": "moon"}]}, "moon"),
        (None, "thread t has no run to go on with"),
        (Command(resume=True), "thread t has no run to go on with"),
        (Command(resume=None), "the command is empty: `resume` has no reply in it"),
        (Command(resume=True, goto="respond"), "the command's `goto` can't be followed"),
        (Command(update={"plan": {}}), "thread t has no run to go on with"),
        (Command(update={"pln": {}, "plan": {}}), "the state has no field 'pln'\nDid you mean plan?"),
    ],
    ids=str,
)
async def test_an_input_that_says_nothing_to_the_graph_is_refused(graph: Any, given: Any, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        await graph.ainvoke(given, CONFIG)
    assert said in str(refused.value)
    assert "run" not in (await graph.aget_state(CONFIG)).values


async def test_a_thread_of_a_name_that_can_t_be_stored_is_refused(graph: Any) -> None:
    with pytest.raises(InvalidInput, match=r"the thread_id is no UTF-8 text: half a character \(U\+D800\)"):
        await graph.ainvoke({"request": "go"}, {"configurable": {"thread_id": "t\ud800"}})


async def test_a_run_is_taken_up_by_its_id_in_its_own_conversation_only(graph: Any) -> None:
    first = (await graph.ainvoke({"request": "go"}, CONFIG))["run"]
    other: Any = {"configurable": {"thread_id": "u", "hugginggpt_run_id": first["run_id"]}}
    with pytest.raises(InvalidInput, match="is no unfinished run of this conversation"):
        await graph.ainvoke({"request": "take it over"}, other)
    recorded = await graph.ledger.runs.recorded(first["run_id"])
    assert (recorded.thread_id, recorded.status, recorded.request.text) == ("t", "succeeded", "go")


async def test_a_field_that_a_form_leaves_empty_is_as_none(graph: Any) -> None:
    given = {"request": "go", "files": None, "messages": None, "options": None, "given_plan": None}
    assert (await graph.ainvoke(given, CONFIG))["run"]["status"] == "succeeded"


async def test_a_plan_in_the_papers_json_is_taken_as_input(graph: Any) -> None:
    values = await graph.ainvoke({"request": "go", "given_plan": [step(4)]}, CONFIG)
    assert list(values["results"]) == ["4"]


@pytest.mark.parametrize("name", ["interrupt_before", "interrupt_after"])
async def test_a_stop_at_a_node_that_does_not_exist_is_refused(graph: Any, name: str) -> None:
    with pytest.raises(UsageError, match="there is no node 'exekute'"):
        await graph.ainvoke({"request": "go"}, CONFIG, **{name: ["review", "exekute"]})
    await graph.ainvoke({"request": "go"}, CONFIG, **{name: "*"})


async def test_a_reply_to_a_run_that_does_not_wait_is_refused(graph: Any) -> None:
    await graph.ainvoke({"request": "go"}, CONFIG)
    with pytest.raises(UsageError, match=r"no question .* open \(its run has ended: succeeded\)"):
        await graph.ainvoke(Command(resume=False), CONFIG)


async def test_an_edit_of_a_field_that_does_not_exist_is_refused(graph: Any) -> None:
    await graph.ainvoke({"request": "go"}, CONFIG)
    with pytest.raises(InvalidInput, match="the state has no field 'anser'\nDid you mean answer"):
        await graph.aupdate_state(CONFIG, {"anser": "x"})


def test_what_a_server_mixes_into_a_context_is_no_choice_and_the_rest_is_reported() -> None:
    mixed = {
        "approve": "always",
        "thread_id": "t",
        "langgraph_request_id": "r",
        "__x": 1,
        "x-user": "u",
        "colour": "red",
    }
    known, unused = known_context(mixed, served=True)
    assert known == {"approve": "always"}
    assert len(unused) == 1
    assert "context.colour was not used" in unused[0]
    with pytest.raises(UsageError, match="did you mean approve"):
        known_context({"aprove": "always"}, served=True)


async def test_an_empty_reply_is_asked_again_with_the_reason(graph: Any) -> None:
    """LangGraph takes `{}` for replies to no question, and would ask as if nothing had been said."""
    await graph.ainvoke({"request": "go", "options": {"approve": "always"}}, CONFIG)
    values = await graph.ainvoke(Command(resume={}), CONFIG)
    assert "the reply {} is neither approval nor refusal" in values["__interrupt__"][0].value["problems"][0]
    assert (await graph.ainvoke(Command(resume=True), CONFIG))["run"]["status"] == "succeeded"


def test_a_synchronous_update_is_checked_as_an_asynchronous_one_is_and_its_data_stored(graph: Any, home: Path) -> None:
    graph.invoke({"request": "go"}, CONFIG)
    with pytest.raises(InvalidInput, match="the state has no field 'answr'"):
        graph.update_state(CONFIG, {"answr": "so"})
    picture = {"type": "image", "base64": PIXEL, "mime_type": "image/png"}
    graph.update_state(CONFIG, {"messages": [{"role": "user", "content": [picture]}]})
    block = graph.get_state(CONFIG).values["messages"][-1].content[0]
    assert (block["type"], "base64" in block, len(block["file_id"])) == ("image", False, 64)


def test_no_client_of_a_server_learns_from_a_plan_what_its_working_folder_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "payroll").write_text("secret")
    monkeypatch.chdir(tmp_path)
    plan = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "payroll"}}]

    def given() -> Any:
        read = read_given_plan(plan)
        return read and read.tasks[0].inputs["text"]

    assert given().name == "payroll"
    with call_advises("server"):
        assert given() == "payroll"
