"""Which chat model a name means, which server it reaches, and which key that server sees."""

import asyncio
import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ControllerError, UsageError
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.result import Request
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.chat_models.models import LOCAL_SERVERS, ROUTER, ChatModel
from hugginggpt.tools.controllers.llm import LlmController
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedChatModel,
    Server,
    as_json,
    broken_off,
    chat,
    failing,
    garbage,
    in_turn,
    rate_limited,
    serve,
)

KEYS = {"openai_api_key": "sk-openai", "hf_token": "hf_token", "llm_api_key": "llm-key"}
PLAN = json.dumps(
    {"tasks": [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "ahoy"}}], "refusals": []}
)
REQUEST = Request(text="greet the crew")


def settings(**given: object) -> Settings:
    return Settings.model_validate({"home": Path("unused"), "retries": 0, "timeout": 10, **given})


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(in_turn(chat(PLAN))) as running:
        yield running


@pytest.mark.parametrize(
    ("spec", "place", "key"),
    [
        ("openai:gpt-5-mini", "api.openai.com", "sk-openai"),
        ("openai:my/model@http://10.0.0.7:9/v1", "http://10.0.0.7:9/v1", "llm-key"),
        ("ollama:qwen3:8b", LOCAL_SERVERS["ollama"], "llm-key"),
        ("vllm:m", LOCAL_SERVERS["vllm"], "llm-key"),
        ("llamacpp:m", LOCAL_SERVERS["llamacpp"], "llm-key"),
        ("lmstudio:m", LOCAL_SERVERS["lmstudio"], "llm-key"),
        ("ollama:m@http://10.0.0.7:11434/v1", "http://10.0.0.7:11434/v1", "llm-key"),
        ("hf:Qwen/Qwen3-32B", ROUTER, "hf_token"),
        ("huggingface:Qwen/Qwen3-32B", "huggingface.co", "hf_token"),
        ("huggingface:m@http://10.0.0.7:9/v1", "http://10.0.0.7:9/v1", "llm-key"),
        ("huggingface:m@https://x.huggingface.cloud.evil.org", "https://x.huggingface.cloud.evil.org", "llm-key"),
        ("huggingface:m@https://x.endpoints.huggingface.cloud", "https://x.endpoints.huggingface.cloud", "hf_token"),
    ],
)
def test_each_place_is_sent_the_key_that_belongs_there_and_no_other(spec: str, place: str, key: str) -> None:
    model = ChatModel.of(spec, settings(**KEYS))

    assert model.place == place
    assert model.key
    assert model.key.get_secret_value() == key


@pytest.mark.parametrize("spec", ["openai:m@{}/v1", "ollama:m@{}/v1", "vllm:m@{}/v1"])
async def test_a_server_named_by_its_address_never_sees_the_keys_of_others(spec: str, server: Server) -> None:
    keys = {name: key for name, key in KEYS.items() if name != "llm_api_key"}
    controller = LlmController(spec.format(server.url), settings(**keys))

    assert (await controller.plan(REQUEST)).plan.tasks
    (received,) = server.requests
    assert received.headers["authorization"] == "Bearer none-needed"
    assert received.json["model"] == "m"


async def test_langchain_huggingface_plans_at_an_endpoint_of_its_own(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    controller = LlmController(f"huggingface:m@{server.url}/v1", settings(hf_token="hf_canary"))
    proposal = await controller.plan(REQUEST)

    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert (proposal.usage.llm_calls, proposal.usage.input_tokens, proposal.usage.output_tokens) == (1, 11, 7)
    assert all("hf_canary" not in str(received.headers) for received in server.requests)


async def test_langchain_huggingface_sends_an_endpoint_its_key(server: Server) -> None:
    await LlmController(f"huggingface:m@{server.url}/v1", settings(llm_api_key="llm-key")).plan(REQUEST)

    assert server.requests[-1].headers["authorization"] == "Bearer llm-key"


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
@pytest.mark.parametrize(
    ("status", "told"), [(401, "Is the key right"), (404, "Is the model's name right"), (503, "Try again later")]
)
async def test_every_client_fails_in_the_same_words(provider: str, status: int, told: str) -> None:
    with serve(in_turn(as_json({"error": {"message": "no"}}, status))) as broken:
        controller = LlmController(f"{provider}:m@{broken.url}/v1", settings())
        with pytest.raises(ControllerError, match=f"answers {status}") as raised:
            await controller.plan(REQUEST)

    assert told in raised.value.hint
    assert len(broken.requests) == 1


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
async def test_a_server_that_asks_to_wait_is_waited_for_and_tried_again(provider: str) -> None:
    slow = as_json({"error": {"message": "slow down"}}, 429, retry_after="0.05")
    with serve(in_turn(slow, slow, chat(PLAN))) as busy:
        proposal = await LlmController(f"{provider}:m@{busy.url}/v1", settings(retries=2)).plan(REQUEST)

    assert proposal.plan.tasks
    assert len(busy.requests) == 3


async def test_a_server_that_asks_for_an_hour_is_not_waited_for() -> None:
    with serve(in_turn(as_json({"error": {"message": "quota"}}, 429, retry_after="3600"))) as busy:
        controller = LlmController(f"openai:m@{busy.url}/v1", settings(retries=3))
        with pytest.raises(ControllerError) as raised:
            await controller.plan(REQUEST)

    assert "wait 3600 s" in raised.value.hint
    assert len(busy.requests) == 1


async def test_a_server_may_name_the_moment_until_which_to_wait() -> None:
    """RFC 9110 allows a date in Retry-After."""

    def busy(seconds: float) -> Reply:
        moment = formatdate(time.time() + seconds, usegmt=True)
        return as_json({"error": {"message": "no"}}, 429, retry_after=moment)

    with serve(in_turn(busy(0), chat(PLAN))) as server:
        assert (await LlmController(f"openai:m@{server.url}/v1", settings(retries=1)).plan(REQUEST)).plan.tasks
    with serve(in_turn(busy(3600), chat(PLAN))) as server:
        with pytest.raises(ControllerError) as raised:
            await LlmController(f"openai:m@{server.url}/v1", settings(retries=1)).plan(REQUEST)
        assert len(server.requests) == 1
    assert "wait 3" in raised.value.hint


JSON = {"content-type": "application/json"}
TROUBLE: dict[str, tuple[Reply, int, str]] = {
    "429 with Retry-After": (rate_limited(0.05), 2, ""),
    "500": (failing(500), 2, ""),
    "400": (failing(400), 4, "answers 400"),
    "401": (failing(401), 1, "answers 401"),
    "a model it does not have": (failing(404, "there is no model m"), 1, "there is no model m"),
    "a web page": (garbage(), 1, "does not answer as a chat model"),
    "slow": (chat(PLAN, seconds=3.5), 1, "gave no answer in 3 s"),
    "cut off by the token limit": (chat(PLAN[:40], finish_reason="length"), 1, "was cut off before its answer"),
    "JSON that ends in the middle": (
        Reply(body=b'{"id": "c", "ch', headers=JSON),
        1,
        "does not answer as a chat model",
    ),
    "a stream that ends in the middle": (broken_off(PLAN[:60]), 2, ""),
    "a stream that ends between two tasks": (broken_off(PLAN[: PLAN.index("}]") + 1]), 2, ""),
}
"""What a server may do instead of answering: how often it is asked, and what is told; where nothing is, it recovers."""


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
@pytest.mark.parametrize("trouble", TROUBLE)
async def test_each_kind_of_trouble_is_got_over_or_told_whichever_the_client(provider: str, trouble: str) -> None:
    reply, asked, told = TROUBLE[trouble]
    with serve(ScriptedChatModel(lambda _: PLAN, trouble=[reply] * 4 if told else [reply])) as server:
        controller = LlmController(
            f"{provider}:m@{server.url}/v1", settings(retries=1, timeout=3)
        )  # the first one imports the client
        if told:
            with pytest.raises(ControllerError, match=told):
                await controller.plan(REQUEST)
        else:
            assert [task.type for task in (await controller.plan(REQUEST)).plan.tasks] == ["text-to-speech"]

    assert len(server.requests) >= asked, [request.json for request in server.requests]


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    def refuse(received: Received) -> Reply:
        return as_json({"error": {"message": "no"}}, status)

    with serve(refuse) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings(retries=3))
        with pytest.raises(ControllerError, match=f"answers {status}"):
            await controller.plan(REQUEST)

    forms = 4 if status == 400 else 1  # a server may refuse each way of being held to a form
    assert len(server.requests) == forms


async def test_a_request_that_is_bad_for_other_reasons_costs_no_form() -> None:
    left = [as_json({"error": {"message": "too long"}}, 400)] * 4

    with serve(lambda _: left.pop() if left else chat(PLAN)) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        with pytest.raises(ControllerError, match="too long"):
            await controller.plan(REQUEST)
        assert (await controller.plan(REQUEST)).plan.tasks

    assert server.requests[-1].json["response_format"]["type"] == "json_schema"


async def test_many_at_once_give_up_only_the_form_that_was_refused() -> None:
    def answer(received: Received) -> Reply:
        refused = received.json.get("response_format", {}).get("type") == "json_schema"
        return as_json({"error": {"message": "no"}}, 400) if refused else chat(PLAN)

    with serve(answer) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        await asyncio.gather(*(controller.plan(REQUEST) for _ in range(6)))
        await controller.plan(REQUEST)

    assert "tools" in server.requests[-1].json


async def test_a_wrong_key_is_named_by_the_variable_that_it_came_from() -> None:
    with serve(in_turn(as_json({"error": {"message": "no"}}, 401))) as server:
        for spec, given, name in (
            (f"openai:m@{server.url}/v1", {}, "HUGGINGGPT_LLM_API_KEY"),
            ("openai:m", {"openai_base_url": f"{server.url}/v1"}, "OPENAI_API_KEY"),
        ):
            with pytest.raises(ControllerError) as raised:
                await LlmController(spec, settings(**given)).plan(REQUEST)
            assert raised.value.hint == f"Is the key right? Set {name}."


async def test_a_server_is_held_to_the_form_by_what_it_understands() -> None:
    model = ScriptedChatModel(lambda _: PLAN, refuses={"json_schema"})
    with serve(model) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        for _ in range(2):
            assert (await controller.plan(REQUEST)).plan.tasks

    assert ["tools" in received.json for received in server.requests] == [False, True, True]


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
@pytest.mark.parametrize("refused", [0, 1, 2, 3])
async def test_a_plan_is_told_task_by_task_while_it_is_written(provider: str, refused: int) -> None:
    forms = ("json_schema", "tools", "json_object")
    tasks = [{"task": name, "id": n, "dep": [-1], "args": {"text": "a long text " * 20}}
             for n, name in enumerate(("summarization", "text-to-speech"))]  # fmt: skip
    hesitant = f"<think>or {{'task': 'text-to-video'}}?</think>{json.dumps({'tasks': tasks, 'refusals': []})}"
    told = Told()
    with serve(ScriptedChatModel(lambda _: hesitant, refuses=forms[:refused])) as server:
        proposal = await LlmController(f"{provider}:m@{server.url}/v1", settings()).plan(REQUEST, told)

    assert told.drafted == [(0, "summarization"), (1, "text-to-speech")]
    assert [task.type for task in proposal.plan.tasks] == ["summarization", "text-to-speech"]
    assert (proposal.usage.input_tokens, proposal.usage.output_tokens) == (11, 7)


class Told(NoCallbacks):
    """Keeps what was drafted."""

    def __init__(self) -> None:
        self.drafted: list[tuple[int, str]] = []

    async def on_task_drafted(self, place: int, task_type: str) -> None:
        self.drafted.append((place, task_type))


async def test_a_server_that_does_not_stream_is_found_out_once() -> None:
    def answer(received: Received) -> Reply:
        call = {"id": "1", "type": "function", "function": {"name": "plan", "arguments": PLAN}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return as_json({"id": "c", "object": "chat.completion", "created": 1, "model": "m",
                        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]})  # fmt: skip

    with serve(answer) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        for _ in range(2):
            assert (await controller.plan(REQUEST)).plan.tasks

    assert [bool(received.json.get("stream")) for received in server.requests] == [True, False, False]


async def test_any_other_provider_of_langchain_is_called_by_its_own_client(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.url)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")
    monkeypatch.setenv("OPENAI_API_VERSION", "2026-01-01")
    proposal = await LlmController("azure_openai:m", settings(openai_api_key="sk-canary", hf_token="hf_c")).plan(
        REQUEST
    )

    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert server.requests[0].headers["api-key"] == "azure-key"
    assert server.requests[0].path.startswith("/openai/deployments/m/chat/completions")
    assert "canary" not in str(server.requests[0].headers)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("openai:m", "OPENAI_API_KEY"),
        ("hf:m", "HF_TOKEN"),
        ("anthropic:claude", "pip install langchain-anthropic"),
        ("gpt-5", "Name one as openai:MODEL"),
        ("olama:m", "Did you mean ollama:MODEL?"),
        ("nobody-knows:m", "There are openai, ollama"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(spec: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        LlmController(spec, settings())
    assert told in raised.value.hint


async def test_a_key_that_no_header_may_hold_is_not_repeated() -> None:
    with serve(in_turn(chat(PLAN))) as server:
        spec = f"openai:m@{server.url}/v1"
        await LlmController(spec, settings(llm_api_key="sk-mine\n")).plan(Request(text="Hi"))
        assert server.requests[0].headers["authorization"] == "Bearer sk-mine"
        with pytest.raises(ControllerError, match="the key holds characters that no header may have") as raised:
            await LlmController(spec, settings(llm_api_key="sk-\nmine", retries=0)).plan(Request(text="Hi"))
    assert "mine" not in str(raised.value)
