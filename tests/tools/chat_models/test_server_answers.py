"""Answers and errors in the forms that servers document: each takes effect, or its words reach the user."""

import gc
import json
import sys
import time
from contextlib import aclosing, nullcontext, suppress
from dataclasses import replace
from typing import Any

import pytest

from hugginggpt.graph.errors import ControllerError, IncompleteAnswer
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.result import Request
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.chat_models.thoughts import ThoughtFilter, without_thoughts
from hugginggpt.tools.chat_models.windows import PromptCut, check_not_cut
from hugginggpt.tools.controllers.llm.streamed_tasks import StreamedTasks
from hugginggpt.tools.controllers.llm.trial import trial
from hugginggpt.tools.scripted import Received, Reply, as_json, broken_off, chat, failing, garbage, in_turn, serve
from llm_controller import DraftedTasks, llm_controller, planned, settings

PLAN = planned(("text-to-speech", {"text": "ahoy"}))
REQUEST = Request(text="greet the crew", thread_id="t")
HARMONY = "<|channel|>analysis<|message|>Task 0 {is} ...<|end|><|start|>assistant<|channel|>final<|message|>"


def events(*values: object) -> Reply:
    """Server-sent events, with status 200."""
    chunks = tuple(f"data: {json.dumps(value)}\n\n".encode() for value in values)
    return Reply(headers={"content-type": "text/event-stream"}, chunks=chunks)


ERRORS: dict[str, tuple[Reply, str, str]] = {
    "an error object with status 200": (
        as_json({"error": {"message": "the model is overloaded", "code": 503}}),
        "answers 503: the model is overloaded",
        "Try again later",
    ),
    "an error object with status 200 and no code": (
        as_json({"error": {"message": "You exceeded your share of sunshine"}}),
        "answers with an error: ",
        "its own log says why",
    ),
    "an error object without a code in a stream": (
        events({"error": {"message": "engine died"}}),
        "answers with an error: ",
        "its own log says why",
    ),
    "an error object in a stream": (
        events({"error": {"message": "2048 tokens are too few", "code": 413}}),
        "answers 413: 2048 tokens are too few",
        "too long",
    ),
    "Google's list": (
        as_json([{"error": {"code": 401, "message": "API key not valid", "status": "UNAUTHENTICATED"}}], 401),
        "answers 401: API key not valid",
        "Is the key right",
    ),
    "FastAPI's detail": (as_json({"detail": "Model foo is not loaded"}, 404), "404: Model foo is not loaded", "name right"),
    "FastAPI's list of details": (
        as_json({"detail": [{"loc": ["body", "model"], "msg": "unknown model foo"}]}, 422),
        "422: unknown model foo",
        "",
    ),
    "plain text": (
        Reply(404, b"model 'm' not found, try pulling it first", {"content-type": "text/plain"}),
        "404: model 'm' not found, try pulling it first",
        "name right",
    ),
    "a gateway's page": (
        Reply(502, b"<html><TITLE>\n502 Bad Gateway</title><hr>nginx", {"content-type": "text/html"}),
        "answers 502: 502 Bad Gateway",
        "Try again later",
    ),
    "no balance": (
        as_json({"code": 403, "reason": "NOT_ENOUGH_BALANCE", "message": "see your account"}, 403),
        "403: see your account",
        "no credit left",
    ),
    "no quota": (
        as_json({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, 429),
        "429: You exceeded your current quota",
        "no credit left",
    ),
    "a content filter": (chat(PLAN[:40], finish_reason="content_filter"), "a content filter ended the answer", "Rephrase"),
    "Google's content filter": (chat("", finish_reason="SAFETY"), "a content filter ended the answer", "Rephrase"),
    "a failure that will happen again": (failing(500, "CUDA error"), "answers 500: CUDA error", "its own log says why"),
}  # fmt: skip


@pytest.mark.parametrize("reply", [garbage(), events(), Reply(200, b"")], ids=["web page", "empty stream", "nothing"])
async def test_what_is_no_chat_completion_is_named_in_words_and_not_in_those_of_a_client(reply: Reply) -> None:
    with llm_controller(in_turn(reply), retries=0) as (controller, _), pytest.raises(ControllerError) as raised:
        await controller.plan(REQUEST)
    assert "does not answer as a chat model: it sends" in raised.value.message
    assert not any(word in raised.value.message for word in ("attribute", "validation", "Expecting", "object"))


async def test_a_stream_that_stops_without_an_end_is_an_incomplete_answer() -> None:
    with serve(in_turn(broken_off("The review praises the"))) as server:
        client = ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings(None)), settings(None))
        with pytest.raises(IncompleteAnswer, match="broke off"):
            _ = [piece async for piece in client.stream("answer", [("user", "hello")], NoCallbacks())]
        with pytest.raises(IncompleteAnswer, match="broke off"):  # as an expert's text, or a summary of earlier turns
            await client.complete("expert", [("user", "hello")], NoCallbacks())


CUT = Reply(
    body=b'data: {"choices": [{"index": 0, "delta": {"content": "The review"}}]}\n\n',
    headers={"content-type": "text/event-stream", "content-length": "5000"},
)
"""A stream whose connection is lost in the middle."""


async def test_a_connection_that_is_lost_in_the_middle_is_an_incomplete_answer_and_not_a_silent_server() -> None:
    with llm_controller(in_turn(CUT), retries=2) as (controller, server):
        with pytest.raises(IncompleteAnswer, match="broke off"):
            await controller.plan(REQUEST)
        with pytest.raises(IncompleteAnswer, match="broke off"):
            _ = [piece async for piece in controller._client.stream("answer", [("user", "hello")], NoCallbacks())]
        assert len(server.requests) == 2


@pytest.mark.parametrize("first", [replace(CUT, body=b""), events()], ids=["closed after its head", "empty stream"])
async def test_a_connection_that_is_closed_before_an_answer_is_tried_again(first: Reply) -> None:
    with serve(in_turn(first, chat("Aye [0]."))) as server:
        client = ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings(None)), settings(None, retries=1))
        pieces = [piece async for piece in client.stream("answer", [("user", "hello")], NoCallbacks())]
    assert "".join(pieces) == "Aye [0]."


async def test_an_answer_in_one_piece_is_read_where_a_stream_was_requested() -> None:
    """Some servers know no streaming: they send the whole answer, also to a request that asks for a stream."""
    whole = chat("Aye [0].")._whole(None)
    with serve(in_turn(whole)) as server:
        client = ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings(None)), settings(None))
        for calls in (2, 3):  # the second answer is asked for in one piece at once
            pieces = [piece async for piece in client.stream("answer", [("user", "hello")], NoCallbacks())]
            assert ("".join(pieces), len(server.requests)) == ("Aye [0].", calls)


async def test_a_plan_that_is_written_as_the_call_of_a_function_in_the_text_is_read() -> None:
    text = f'<tool_call>\n{{"name": "plan", "arguments": {PLAN}}}\n</tool_call>'
    with llm_controller(in_turn(chat(text))) as (controller, server):
        proposal = await controller.plan(REQUEST)
    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert "the plan was written as a call of a function" in proposal.repairs
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ERRORS)
async def test_the_words_of_a_server_reach_the_user_with_what_can_be_done(name: str) -> None:
    reply, message, hint = ERRORS[name]
    with llm_controller(in_turn(reply)) as (controller, _), pytest.raises(ControllerError) as raised:
        await controller.plan(REQUEST)
    assert message in raised.value.message
    assert hint in raised.value.hint
    assert ("later" in raised.value.hint) == ("later" in hint)


@pytest.mark.parametrize("in_stream", [False, True])
async def test_an_error_without_a_status_is_not_given_one(in_stream: bool) -> None:
    error = {"error": {"message": "out of sunshine"}}
    reply = events(error) if in_stream else as_json(error)
    with llm_controller(in_turn(reply)) as (controller, _), pytest.raises(ControllerError) as raised:
        await controller.plan(REQUEST)
    assert "answers with an error: out of sunshine" in raised.value.message
    assert "500" not in raised.value.message


async def test_a_server_that_fails_at_any_form_of_answer_without_a_word_is_asked_once_without_one() -> None:
    def failing_at_forms(received: Received) -> Reply:
        return failing(500, "internal") if received.json.keys() & {"response_format", "tools"} else chat(PLAN)

    with llm_controller(failing_at_forms) as (controller, server):
        assert (await controller.plan(REQUEST)).plan.tasks
        assert (await controller.plan(REQUEST)).plan.tasks
    assert ["response_format" in received.json for received in server.requests] == [True, False, False]


async def test_a_lack_of_credit_is_not_waited_out() -> None:
    quota = as_json({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, 429)
    with llm_controller(in_turn(quota), retries=3) as (controller, server), pytest.raises(ControllerError):
        await controller.plan(REQUEST)
    assert len(server.requests) == 1


async def test_a_server_that_fails_at_a_form_of_answer_is_asked_for_the_next_one_at_once() -> None:
    """llama-cpp-python answers 500 to `json_schema`; the second plan begins with the form that it took."""

    def llama_cpp_python(received: Received) -> Reply:
        if received.json.get("response_format", {}).get("type") == "json_schema":
            return failing(500, "[{'type': 'literal_error', 'msg': \"Input should be 'text' or 'json_object'\"}]")
        return chat(PLAN)

    with llm_controller(llama_cpp_python, retries=3) as (controller, server):
        assert (await controller.plan(REQUEST)).plan.tasks
        assert (await controller.plan(REQUEST)).plan.tasks
    assert ["tools" in received.json for received in server.requests] == [False, True, True]


async def test_a_form_of_answer_that_a_server_ignores_is_reported_and_another_one_asked_for() -> None:
    """`transformers serve` ignores `response_format`; what it writes in words names a task type, so it is no answer."""

    def ignoring(received: Received) -> Reply:
        return chat(PLAN) if "tools" in received.json else chat("I would use text-to-speech.")

    with llm_controller(ignoring) as (controller, _):
        proposal = await controller.plan(REQUEST)
    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert "ignored the form of the answer (json_schema)" in proposal.repairs[0]


async def test_an_endpoint_is_sent_the_models_name_and_nothing_that_the_user_did_not_choose() -> None:
    with serve(in_turn(chat(PLAN))) as server:
        client = ChatClient(ChatModel.of(f"huggingface:my-model@{server.url}/v1", settings(None)), settings(None))
        await client.complete("plan", [("user", "hello")], NoCallbacks())
    sent: dict[str, Any] = server.requests[0].json
    assert sent["model"] == "my-model"
    assert not {"max_tokens", "top_p"} & sent.keys()


THOUGHTS = {
    "a tag": "<think>Maybe [0] {x}?</think>",
    "two thoughts": "<think>one</think> <thinking>two</thinking>",
    "an end without a beginning": "Maybe not...</think>",
    "Harmony's channels": HARMONY,
}


@pytest.mark.parametrize("name", THOUGHTS)
def test_thoughts_and_channels_are_no_part_of_an_answer(name: str) -> None:
    end = "<|return|>" if "Harmony" in name else ""
    assert without_thoughts(f"{THOUGHTS[name]}It is < 3 <b>boats</b>.{end}") == "It is < 3 <b>boats</b>."


@pytest.mark.parametrize("size", [1, 2, 5, 400])
@pytest.mark.parametrize("name", THOUGHTS)
def test_they_are_left_out_of_a_stream_however_it_is_cut(name: str, size: int) -> None:
    text = f"{THOUGHTS[name]}It is < 3 <b>boats</b>."
    thoughts = ThoughtFilter(thinking="without" in name)
    pieces = [thoughts.feed(text[start : start + size]) for start in range(0, len(text), size)]
    assert "".join([*pieces, thoughts.end()]).strip() == "It is < 3 <b>boats</b>."


def test_an_answer_that_was_expected_to_begin_in_thoughts_and_has_none_is_kept() -> None:
    thoughts = ThoughtFilter(thinking=True)
    assert thoughts.feed("Three ") + thoughts.feed("boats.") + thoughts.end() == "Three boats."


async def test_a_stream_of_thoughts_without_a_beginning_is_known_from_the_answer_before() -> None:
    thinking = chat("Let me see: ", "three? ", "</think>", "Three ", "boats.")
    with serve(in_turn(thinking)) as server:
        client = ChatClient(ChatModel.of("openai:m", settings(f"{server.url}/v1")), settings(f"{server.url}/v1"))
        await client.complete("plan", [("user", "hello")], NoCallbacks())
        streamed = [piece async for piece in client.stream("answer", [("user", "hello")], NoCallbacks())]
    assert "".join(streamed) == "Three boats."


async def test_drafted_tasks_are_found_in_linear_time_and_not_in_thoughts() -> None:
    """A plan of 200,000 characters in pieces of four took 50 s when all of it was searched at each piece."""
    drafted = DraftedTasks()
    tasks = StreamedTasks(drafted)
    text = '<think>"task": "translation"</think>' + '{"task": "summarization", "goal": "' + "x" * 200_000 + '"}'
    began = time.process_time()
    for start in range(0, len(text), 4):
        await tasks(text[start : start + 4])
    assert drafted.drafted == [(0, "summarization")]
    assert time.process_time() - began < 15


TWO_TASKS = planned(
    ("translation", {"text": "good morning", "target_language": "fr"}), ("text-to-speech", {"text": "<resource>-0"})
)
TRIALS = {
    "right": (TWO_TASKS, True, "plans two linked tasks"),
    "unlinked": (TWO_TASKS.replace("<resource>-0", "bonjour"), False, "in place of translation, then text-to-speech"),
    "none that can be run": (planned(("text-to-speach-of-all", {})), False, "does not plan two tasks"),
    "in words": ("Good morning is bonjour.", False, "the answer holds no JSON"),
}


@pytest.mark.parametrize("name", TRIALS)
async def test_the_doctor_has_a_plan_of_two_tasks_made(name: str) -> None:
    """A model that can say "ok" need not be able to plan."""
    answer, ok, what = TRIALS[name]
    with llm_controller(in_turn(chat(answer))) as (controller, _):
        found = await trial(controller)
    assert found.ok == ok
    assert what in found.what


async def test_only_our_own_timeout_ends_a_silent_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """langchain-openai has a timeout of its own between two pieces, of two minutes, or of this variable."""
    monkeypatch.setenv("LANGCHAIN_OPENAI_STREAM_CHUNK_TIMEOUT_S", "0.1")
    with llm_controller(in_turn(chat(PLAN[:30], PLAN[30:], seconds=0.4))) as (controller, _):
        assert (await controller.plan(REQUEST)).plan.tasks


ENDLESS = '{"tasks": [{"task": "translation", "id": 0, "args": {"text": "' + "and so on, " * 40_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENDLESS, "repeats itself without an end ('"),
        ('{"tasks": [' + ", ".join(str(number) for number in range(30_000)), "where a short JSON was asked for"),
    ],
)
async def test_a_plan_without_an_end_is_not_waited_for(text: str, message: str) -> None:
    """A small model wrote 2,100 tokens of it; each piece of this one takes a while."""
    pieces = [text[start : start + 2_000] for start in range(0, len(text), 2_000)]
    endless = chat(*pieces, seconds=0.02)
    with llm_controller(in_turn(endless)) as (controller, _), pytest.raises(ControllerError) as raised:
        await controller.plan(REQUEST)
    assert message in raised.value.message


async def test_thoughts_may_be_long_and_repeat() -> None:
    with llm_controller(in_turn(chat("<think>", "Wait. " * 20_000, "</think>", PLAN))) as (controller, _):
        assert (await controller.plan(REQUEST)).plan.tasks


CHINESE = "请把这段文字翻译成法语并说明理由。" * 630
RUSSIAN = "Переведите, пожалуйста, этот текст на французский язык. " * 200
RULED = f"a table\n{'-' * 20_000}\n{' ' * 20_000}\nits end"


@pytest.mark.parametrize(
    ("text", "read", "known", "cut"),
    [
        ("some words " * 600, 50, False, True),  # a window of 64 tokens, or none at all
        ("some words " * 600, 50, True, False),  # the user has said that the window is larger: it counts wrongly
        ("some words " * 600, 11, True, False),  # no window is so small
        ("some words " * 600, 1_400, False, False),
        (CHINESE, 4_096, False, True),
        (CHINESE, 7_200, False, False),
        (RUSSIAN, 2_600, False, False),
        (RULED, 600, False, False),
    ],
)
def test_a_prompt_that_was_cut_is_noticed_in_every_script_and_no_other_is(
    text: str, read: int, known: bool, cut: bool
) -> None:
    with pytest.raises(PromptCut) if cut else nullcontext():
        check_not_cut("openai:m", [("user", text)], read, known_window=known)


@pytest.mark.parametrize("how", ["given up by us", "given up by the reader"])
async def test_a_stream_that_is_given_up_in_the_middle_is_closed_at_once(how: str) -> None:
    """Left to the garbage collector, it may be closed while it is read. One of langchain-openai's own is left to it."""
    left_over = list[Any]()
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(finalizer=left_over.append)
    try:
        text = "and so on, " * 20_000
        with serve(in_turn(chat(*(text[start : start + 500] for start in range(0, len(text), 500))))) as server:
            client = ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings(None)), settings(None))
            async with aclosing(client.stream("answer", [("user", "hello")], NoCallbacks())) as pieces:
                with suppress(IncompleteAnswer):
                    async for _ in pieces:
                        if how == "given up by the reader":
                            break
            del pieces
            gc.collect()
        assert [each for each in left_over if "langchain_openai" not in each.ag_code.co_filename] == []
    finally:
        sys.set_asyncgen_hooks(*hooks)
