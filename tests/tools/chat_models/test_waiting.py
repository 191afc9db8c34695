"""The time of a call: its limits for the first token, between tokens and for the whole, and what is waited for."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from hugginggpt.graph.call_progress import CallProgress
from hugginggpt.graph.errors import ControllerError, IncompleteAnswer
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.result import Request
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.chat_models.sampling import Sampling
from hugginggpt.tools.scripted import Received, Reply, Server, chat, failing, in_turn, serve
from llm_controller import llm_controller, planned, settings

MESSAGES = [("user", "hello")]
SPEAK = Request(text="Say 'ahoy' aloud", thread_id="t")
PLAN = planned(("text-to-speech", {"text": "ahoy"}))


def streamed(*deltas: dict[str, object], seconds: float = 0.0) -> Reply:
    """A stream of these deltas, each after `seconds`."""

    def event(delta: object, reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        row = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return f"data: {json.dumps(row)}\n\n".encode()

    chunks = (*map(event, deltas), event({}, "stop"), b"data: [DONE]\n\n")
    return Reply(headers={"content-type": "text/event-stream"}, chunks=chunks, seconds=seconds)


@contextmanager
def client(
    answer: Callable[[Received], Reply], model: str = "m", **given: object
) -> Iterator[tuple[ChatClient, Server]]:
    with serve(answer) as server:
        chosen = settings(None, **given)
        yield ChatClient(ChatModel.of(f"openai:{model}@{server.url}/v1", chosen), chosen), server


async def asked(model: ChatClient, *, streams: bool) -> str:
    if streams:
        return "".join([piece async for piece in model.stream("answer", MESSAGES, NoCallbacks())])
    return (await model.complete("plan", MESSAGES, NoCallbacks())).text


class Seen(NoCallbacks):
    """Callbacks that keep what was reported."""

    def __init__(self) -> None:
        self.progress: list[CallProgress] = []

    async def on_progress(self, progress: CallProgress) -> None:
        self.progress.append(progress)


async def test_the_first_token_may_take_longer_than_the_time_between_two() -> None:
    def slow_to_begin(received: Received) -> Reply:
        time.sleep(2)
        return chat("ahoy")

    with client(slow_to_begin, llm_next_token=1.5) as (model, _):
        assert (await model.complete("plan", MESSAGES, NoCallbacks())).text == "ahoy"


@pytest.mark.parametrize("streams", [True, False], ids=["answer", "plan"])
async def test_a_model_that_stops_in_the_middle_is_given_up_with_what_came_and_the_setting(streams: bool) -> None:
    what = r"stopped after about 2 tokens: nothing came for 0\.3 s\n.*llm_next_token=1"
    stops = chat("It is ", "a boat", seconds=0.6)
    with (
        client(in_turn(stops), llm_first_token=5, llm_next_token=0.3) as (model, _),
        pytest.raises(IncompleteAnswer, match=what),
    ):
        await asked(model, streams=streams)


async def test_steady_writing_is_limited_as_a_whole_only() -> None:
    text = "abcdefgh" * 4
    steady = chat(*text, seconds=0.1)
    with client(in_turn(steady), llm_first_token=2.9, llm_next_token=2.5) as (model, _):
        assert (await model.complete("plan", MESSAGES, NoCallbacks())).text == text
    what = r"gave no whole answer in 2 s \(about \d tokens came\)"
    with client(in_turn(steady), llm_timeout=2) as (model, _), pytest.raises(IncompleteAnswer, match=what):
        await model.complete("plan", MESSAGES, NoCallbacks())


async def test_thoughts_that_a_server_sends_apart_are_signs_of_life() -> None:
    """langchain-openai drops them: a model that thinks for minutes would seem silent."""
    deltas = [{"reasoning_content": "Let me see. "}] * 6 + [{"content": "Three boats."}]
    with client(in_turn(streamed(*deltas, seconds=0.6)), llm_first_token=3, llm_next_token=3) as (model, _):
        assert [piece async for piece in model.stream("answer", MESSAGES, NoCallbacks())] == ["Three boats."]


async def test_each_second_of_a_call_it_is_reported_what_is_waited_for() -> None:
    seen = Seen()
    thinking = [
        {"reasoning_content": "Let me see. "},
        {"reasoning_content": "Three?"},
        {"content": "Three "},
        {"content": "boats."},
    ]
    with client(in_turn(streamed(*thinking, seconds=1.1))) as (model, _):
        await model.complete("answer", MESSAGES, seen)
    first = {each.phase: str(each) for each in reversed(seen.progress)}
    phases = dict.fromkeys(each.phase for each in seen.progress)
    assert [phase for phase in phases if phase != "called"] == [
        "reading",
        "thinking",
        "writing",
    ]  # the client is imported
    tokens = [each.tokens for each in seen.progress]
    assert tokens == sorted(tokens)
    assert tokens[-1] >= 6
    assert first["reading"].startswith("openai:m is connected and reads the prompt, ")
    assert first["thinking"].startswith("openai:m thinks: ")


@pytest.mark.parametrize(
    ("name", "greedy"),
    [
        ("llama3.2", True), ("Qwen/Qwen2.5-7B-Instruct", True), ("qwen3-4b-instruct-2507", True), ("gpt-4o-mini", True),
        ("mistral-small", True), ("gemma3:4b", True), ("qwen3:8b", False), ("gpt-5-mini", False), ("o3", False),
        ("gpt-oss:20b", False), ("deepseek-r1:7b", False), ("QwQ-32B", False), ("magistral:24b", False),
        ("Kimi-K2-Thinking", False), ("phi4-reasoning", False),
    ],
)  # fmt: skip
def test_only_models_that_do_not_think_are_sent_temperature_0(name: str, greedy: bool) -> None:
    model = ChatModel.of(f"openai:{name}@http://127.0.0.1:1/v1", settings(None))
    assert Sampling(model).options("plan") == ({"temperature": 0} if greedy else {})
    assert Sampling(model).options("expert") == {}


@pytest.mark.parametrize(
    "thought", [chat("<think>Well.</think>ahoy"), streamed({"reasoning_content": "Well."}, {"content": "ahoy"})]
)
async def test_a_model_that_has_thought_is_sent_none_any_more(thought: Reply) -> None:
    with client(in_turn(thought)) as (model, server):
        await model.complete("plan", MESSAGES, NoCallbacks())
        await model.complete("plan", MESSAGES, NoCallbacks())
    assert ["temperature" in received.json for received in server.requests] == [True, False]


@pytest.mark.parametrize("streams", [True, False], ids=["answer", "plan"])
async def test_a_server_that_refuses_a_temperature_is_asked_without_one(streams: bool) -> None:
    def strict(received: Received) -> Reply:
        wrong = "temperature" in received.json
        return failing(400, "Unsupported value: 'temperature' does not support 0") if wrong else chat("ahoy")

    with client(strict) as (model, server):
        for _ in range(2):
            assert await asked(model, streams=streams) == "ahoy"
    assert ["temperature" in received.json for received in server.requests] == [True, False, False]


DRAFTS = {
    "cut off": (chat(PLAN[:40], finish_reason="length"), "was cut off before its answer was complete"),
    "repeats itself": (
        chat('{"tasks": [{"task": "x", "goal": "', "and so on, " * 5_000),
        "repeats itself without an end",
    ),
    "too slow": (chat(*PLAN, seconds=0.1), "gave no whole answer in 4 s"),
}


@pytest.mark.parametrize("name", DRAFTS)
async def test_a_draft_without_an_end_gives_way_to_the_rule_based_plan_and_this_is_reported(name: str) -> None:
    draft, why = DRAFTS[name]
    with llm_controller(in_turn(draft), llm_timeout=4 if "slow" in name else 30) as (controller, server):
        proposal = await controller.plan(SPEAK)
    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert why in proposal.refusals[0]
    assert "a plan by rules was run instead" in proposal.refusals[0]
    assert len(server.requests) == 1


async def test_a_draft_without_an_end_is_an_error_where_the_rules_have_no_plan() -> None:
    cut_off = in_turn(DRAFTS["cut off"][0])
    with llm_controller(cut_off) as (controller, _), pytest.raises(ControllerError, match="was cut off"):
        await controller.plan(Request(text="greet the crew", thread_id="t"))
