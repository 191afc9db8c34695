"""Which chat model a name means, which server it reaches, and which key that server receives."""

import asyncio
import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ControllerError, UsageError
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
from llm_controller import DraftedTasks, planned

KEYS = {"openai_api_key": "sk-openai", "hf_token": "hf_token", "llm_api_key": "llm-key"}
PLAN = planned(("text-to-speech", {"text": "ahoy"}))
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
def test_each_server_is_sent_its_own_key_and_no_other(spec: str, place: str, key: str) -> None:
    model = ChatModel.of(spec, settings(**KEYS))

    assert model.place == place
    assert model.key
    assert model.key.get_secret_value() == key


@pytest.mark.parametrize("spec", ["openai:m@{}/v1", "lmstudio:m@{}/v1", "vllm:m@{}/v1"])
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
    ("status", "hint"), [(401, "Is the key right"), (404, "Is the model's name right"), (503, "Try again later")]
)
async def test_every_client_fails_with_the_same_hint(provider: str, status: int, hint: str) -> None:
    with serve(in_turn(failing(status))) as broken:
        controller = LlmController(f"{provider}:m@{broken.url}/v1", settings())
        with pytest.raises(ControllerError, match=f"answers {status}") as raised:
            await controller.plan(REQUEST)

    assert hint in raised.value.hint
    assert len(broken.requests) == 1


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
async def test_a_call_is_retried_after_the_time_that_a_server_requests(provider: str) -> None:
    slow = as_json({"error": {"message": "slow down"}}, 429, retry_after="0.05")
    with serve(in_turn(slow, slow, chat(PLAN))) as busy:
        proposal = await LlmController(f"{provider}:m@{busy.url}/v1", settings(retries=2)).plan(REQUEST)

    assert proposal.plan.tasks
    assert len(busy.requests) == 3


async def test_a_call_is_not_retried_where_a_server_requests_an_hour() -> None:
    with serve(in_turn(as_json({"error": {"message": "quota"}}, 429, retry_after="3600"))) as busy:
        controller = LlmController(f"openai:m@{busy.url}/v1", settings(retries=3))
        with pytest.raises(ControllerError) as raised:
            await controller.plan(REQUEST)

    assert "wait 3600 s" in raised.value.hint
    assert len(busy.requests) == 1


async def test_a_server_may_request_a_time_of_day() -> None:
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
FAILURES: dict[str, tuple[Reply, int, str]] = {
    "429 with Retry-After": (rate_limited(0.05), 2, ""),
    "500": (failing(500), 2, ""),
    "400": (failing(400), 4, "answers 400"),
    "401": (failing(401), 1, "answers 401"),
    "a model it does not have": (failing(404, "there is no model m"), 1, "there is no model m"),
    "a web page": (garbage(), 1, "does not answer as a chat model"),
    "slow": (chat(PLAN, seconds=3.5), 1, "wrote nothing in 3 s"),
    "cut off by the token limit": (chat(PLAN[:40], finish_reason="length"), 1, "was cut off before its answer"),
    "JSON that ends in the middle": (Reply(body=b'{"id": "c", "ch', headers=JSON), 1, "does not answer as a chat"),
    "a stream that ends in the middle": (broken_off(PLAN[:60]), 2, ""),
    "a stream that ends between two tasks": (broken_off(PLAN[: PLAN.index("}]") + 1]), 2, ""),
}
"""What a server may do instead of answering: the number of calls, and the error; without an error the call recovers."""


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
@pytest.mark.parametrize("failure", FAILURES)
async def test_each_failure_is_recovered_from_or_reported_with_every_client(provider: str, failure: str) -> None:
    reply, calls, error = FAILURES[failure]
    with serve(ScriptedChatModel(lambda _: PLAN, trouble=[reply] * 4 if error else [reply])) as server:
        # the first one imports the client
        controller = LlmController(f"{provider}:m@{server.url}/v1", settings(retries=1, llm_first_token=3))
        if error:
            with pytest.raises(ControllerError, match=error):
                await controller.plan(REQUEST)
        else:
            assert [task.type for task in (await controller.plan(REQUEST)).plan.tasks] == ["text-to-speech"]

    assert len(server.requests) >= calls, [request.json for request in server.requests]


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_permanent_failure_is_not_retried(status: int) -> None:
    with serve(in_turn(failing(status))) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings(retries=3))
        with pytest.raises(ControllerError, match=f"answers {status}"):
            await controller.plan(REQUEST)

    methods = 4 if status == 400 else 1  # a server may refuse each method of structured output
    assert len(server.requests) == methods


async def test_a_plan_is_requested_without_the_part_of_openai_that_parses_answers() -> None:
    """It takes longer to import than all else that a call needs."""
    async with ChatModel.of("openai:m@http://127.0.0.1:9/v1", settings()).connected(1.0) as client:
        payload = client._get_request_payload([("user", "plan")], response_format={"type": "json_object"})  # type: ignore[attr-defined]
    assert "response_format" not in payload
    assert payload["extra_body"] == {"response_format": {"type": "json_object"}}


async def test_a_request_refused_for_other_reasons_excludes_no_method() -> None:
    left = [failing(400, "too long")] * 4

    with serve(lambda _: left.pop() if left else chat(PLAN)) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        with pytest.raises(ControllerError, match="too long"):
            await controller.plan(REQUEST)
        assert (await controller.plan(REQUEST)).plan.tasks

    assert server.requests[-1].json["response_format"]["type"] == "json_schema"


async def test_concurrent_calls_exclude_only_the_method_that_was_refused() -> None:
    def answer(received: Received) -> Reply:
        refused = received.json.get("response_format", {}).get("type") == "json_schema"
        return failing(400) if refused else chat(PLAN)

    with serve(answer) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        await asyncio.gather(*(controller.plan(REQUEST) for _ in range(6)))
        await controller.plan(REQUEST)

    assert "tools" in server.requests[-1].json


async def test_a_wrong_key_is_named_by_the_variable_that_it_came_from() -> None:
    with serve(in_turn(failing(401))) as server:
        for spec, given, name in (
            (f"openai:m@{server.url}/v1", {}, "HUGGINGGPT_LLM_API_KEY"),
            ("openai:m", {"openai_base_url": f"{server.url}/v1"}, "OPENAI_API_KEY"),
        ):
            with pytest.raises(ControllerError) as raised:
                await LlmController(spec, settings(**given)).plan(REQUEST)
            assert raised.value.hint == f"Is the key right? Set {name}."


async def test_structured_output_uses_the_strictest_method_that_the_server_accepts() -> None:
    model = ScriptedChatModel(lambda _: PLAN, refuses={"json_schema"})
    with serve(model) as server:
        controller = LlmController(f"openai:m@{server.url}/v1", settings())
        for _ in range(2):
            assert (await controller.plan(REQUEST)).plan.tasks

    assert ["tools" in received.json for received in server.requests] == [False, True, True]


@pytest.mark.parametrize("provider", ["openai", "huggingface"])
@pytest.mark.parametrize("refused", [0, 1, 2, 3])
async def test_a_plan_is_reported_task_by_task_while_it_is_written(provider: str, refused: int) -> None:
    methods = ("json_schema", "tools", "json_object")
    tasks = [{"task": name, "id": n, "dep": [-1], "args": {"text": "a long text " * 20}}
             for n, name in enumerate(("summarization", "text-to-speech"))]  # fmt: skip
    text = f"<think>or {{'task': 'text-to-video'}}?</think>{json.dumps({'tasks': tasks, 'refusals': []})}"
    callbacks = DraftedTasks()
    with serve(ScriptedChatModel(lambda _: text, refuses=methods[:refused])) as server:
        proposal = await LlmController(f"{provider}:m@{server.url}/v1", settings()).plan(REQUEST, callbacks)

    assert callbacks.drafted == [(0, "summarization"), (1, "text-to-speech")]
    assert [task.type for task in proposal.plan.tasks] == ["summarization", "text-to-speech"]
    assert (proposal.usage.input_tokens, proposal.usage.output_tokens) == (11, 7)


async def test_a_server_that_does_not_stream_is_asked_for_a_stream_once() -> None:
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
    controller = LlmController("azure_openai:m", settings(openai_api_key="sk-canary", hf_token="hf_c"))
    proposal = await controller.plan(REQUEST)

    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert server.requests[0].headers["api-key"] == "azure-key"
    assert server.requests[0].path.startswith("/openai/deployments/m/chat/completions")
    assert "canary" not in str(server.requests[0].headers)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("openai:m", "OPENAI_API_KEY"),
        ("hf:m", "HF_TOKEN"),
        ("anthropic:claude", "pip install langchain-anthropic"),
        ("gpt-5", "Name one as openai:MODEL"),
        ("olama:m", "Did you mean ollama:MODEL?"),
        ("unknown-provider:m", "There are openai, ollama"),
    ],
)
def test_a_missing_key_package_or_provider_is_reported_with_what_to_do(spec: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        LlmController(spec, settings())
    assert hint in raised.value.hint


async def test_a_key_with_characters_that_no_header_may_have_is_not_repeated() -> None:
    with serve(in_turn(chat(PLAN))) as server:
        spec = f"openai:m@{server.url}/v1"
        await LlmController(spec, settings(llm_api_key="sk-mine\n")).plan(Request(text="Hi"))
        assert server.requests[0].headers["authorization"] == "Bearer sk-mine"
        with pytest.raises(ControllerError, match="the key holds characters that no header may have") as raised:
            await LlmController(spec, settings(llm_api_key="sk-\nmine", retries=0)).plan(Request(text="Hi"))
    assert "mine" not in str(raised.value)


@pytest.mark.parametrize("spec", ["/models/Tiny Chat.gguf", "./tiny.gguf"])
def test_a_file_for_llama_cpp_is_answered_with_the_line_that_serves_it(spec: str) -> None:
    with pytest.raises(UsageError) as raised:
        ChatModel.of(spec, Settings(home=Path("home")))
    assert "llama-server -m " in raised.value.hint
    assert f"--llm llamacpp:{Path(spec).stem}" in raised.value.hint
