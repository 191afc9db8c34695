"""Streams as odd servers send them: each is read as its writer means it, or its words reach the user."""

import json
from typing import Any

import pytest

from hugginggpt.graph.errors import ControllerError
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.result import Request
from hugginggpt.tools.chat_models.arrived import joined
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.scripted import Reply, as_json, in_turn, serve
from llm_controller import llm_controller, planned, settings

Piece = dict[str, Any]


def piece(delta: Piece | None, end: str | None = None, **more: object) -> Piece:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": end, **more}]}


def events(*values: Piece | bytes) -> Reply:
    chunks = tuple(each if isinstance(each, bytes) else b"data: %s\n\n" % json.dumps(each).encode() for each in values)
    return Reply(headers={"content-type": "text/event-stream"}, chunks=(*chunks, b"data: [DONE]\n\n"))


AYE, END = piece({"content": "Aye "}), piece({"content": "[0]."}, "stop")
STREAMS: dict[str, Reply] = {
    "a second choice between the first": events(
        AYE, piece({"content": "No."}, index=1), END, piece({}, "stop", index=1)
    ),
    "a second choice before the first": events(
        {"choices": [*piece({"content": "No"}, index=1)["choices"], *AYE["choices"]]}, END
    ),
    "an end without a delta": events(
        AYE, piece({"content": "[0]."}), {"choices": [{"index": 0, "finish_reason": "stop"}]}
    ),
    "an end whose delta is null": events(AYE, piece({"content": "[0]."}), piece(None, "stop")),
    "a message for a delta": events({"choices": [{"index": 0, "message": {"content": "Aye [0]."}}]}, piece({}, "stop")),
    "parts for a text": events(piece({"content": [{"type": "text", "text": "Aye [0]."}]}), piece({}, "stop")),
    "comments and empty events": events(b": ping\n\n", AYE, b"event: ping\ndata: {}\n\n", END),
    "no blank behind data:, an event in two lines, CRLF": events(
        b'data:{"choices": [{"index": 0, "delta":\r\ndata:{"content": "Aye "}}]}\r\n\r\n', END
    ),
}
FAILURES: dict[str, tuple[Reply, str]] = {
    "vLLM's error": (
        events(AYE, {"object": "error", "message": "engine died", "code": 503}),
        "answers 503: engine died",
    ),
    "an event of an error": (events(AYE, b'event: error\ndata: {"message": "engine died"}\n\n'), "error: engine died"),
    "an error in a choice": (events(AYE, piece({}, "error", error={"code": 502, "message": "no one"})), "502: no one"),
    "a refusal": (
        events(piece({"refusal": "I can't help "}), piece({"refusal": "you."}, "stop")),
        "refuses to answer: I can't help you.",
    ),
    "a refusal in one piece": (
        as_json(
            {"choices": [{"index": 0, "message": {"role": "assistant", "refusal": "Not I."}, "finish_reason": "stop"}]}
        ),
        "refuses to answer: Not I.",
    ),
    "an answer that was given up": (
        events(AYE, piece({}, "abort")),
        "gave up its answer before the end, for the reason 'abort'",
    ),
    "a broken event": (events(AYE, b'data: {"choices": [{"ind\n\n', END), "does not answer as a chat model"),
}


async def answer_of(reply: Reply) -> tuple[str, ChatClient]:
    pieces, client = await pieces_of(reply)
    return "".join(pieces), client


async def pieces_of(reply: Reply) -> tuple[list[str], ChatClient]:
    with serve(in_turn(reply)) as server:
        client = ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings(None)), settings(None))
        pieces = [piece async for piece in client.stream("answer", [("user", "hello")], NoCallbacks())]
    return pieces, client


@pytest.mark.parametrize("name", STREAMS)
async def test_the_first_choice_of_a_stream_is_read_in_every_form(name: str) -> None:
    assert (await answer_of(STREAMS[name]))[0] == "Aye [0]."


@pytest.mark.parametrize("name", FAILURES)
async def test_an_answer_that_was_refused_or_given_up_is_never_a_whole_one(name: str) -> None:
    reply, words = FAILURES[name]
    with pytest.raises(ControllerError) as raised:
        await answer_of(reply)
    assert words in raised.value.message


def test_only_text_that_follows_text_is_put_together_and_what_counts_or_ends_stays_a_piece_of_its_own() -> None:
    usage, call = {"choices": [], "usage": {"prompt_tokens": 3}}, piece({"tool_calls": [{"index": 0}]})
    thought, counted = piece({"content": "", "reasoning_content": "Hm"}), {**AYE, "usage": {"completion_tokens": 1}}
    more = [AYE, piece({"role": "assistant", "content": "aye "}), thought, counted, AYE, call, END, usage]
    assert list(joined(more)) == [piece({"content": "Aye aye "}), *more[2:]]


async def test_text_that_comes_at_once_is_handed_on_together() -> None:
    written = json.dumps(piece({"content": "ab "}))
    pieces, _ = await pieces_of(events(f"data: {written}\n\n".encode() * 200, END))
    assert "".join(pieces) == "ab " * 200 + "[0]."
    assert len(pieces) < 100


async def test_a_character_that_is_cut_in_two_is_put_together() -> None:
    halves = (
        b'{"choices": [{"index": 0, "delta": {"content": "\\ud83d"}}]}',
        b'{"choices": [{"index": 0, "delta": {"content": "\\ude00"}}]}',
    )
    text, _ = await answer_of(events(AYE, *(b"data: %s\n\n" % half for half in halves), END))
    assert text == "Aye \U0001f600[0]."


@pytest.mark.parametrize("form", ["tool_calls", "function_call"])
async def test_a_plan_in_a_call_of_a_function_is_read_without_an_index_and_in_its_old_form(form: str) -> None:
    plan = planned(("text-to-speech", {"text": "ahoy"}))
    called = [{"function": {"name": "plan", "arguments": plan[:9]}}, {"function": {"arguments": plan[9:]}}]
    deltas = [{form: [each]} if form == "tool_calls" else {form: each["function"]} for each in called]
    with llm_controller(in_turn(events(*map(piece, deltas), piece({}, form)))) as (controller, _):
        proposal = await controller.plan(Request(text="greet the crew", thread_id="t"))
    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]


async def test_tokens_that_a_server_does_not_count_are_estimated_also_where_it_counts_the_prompt() -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 5}}
    _, client = await answer_of(events(AYE, END, usage))
    assert (client.usage.input_tokens, client.usage.output_tokens > 0, client.usage.estimated) == (5, True, True)
