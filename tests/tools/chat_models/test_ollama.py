"""Ollama by its own API: it is asked for the window that a prompt needs, and never sent the keys of others."""

import pytest

from hugginggpt.graph.errors import ControllerError
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.result import Request
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.controllers.llm import LlmController
from hugginggpt.tools.scripted import serve
from llm_controller import planned, settings
from ollama_server import Ollama

PLAN = planned(("text-to-speech", {"text": "ahoy"}))
SPEAK = Request(text="Say 'ahoy' aloud", thread_id="t")


async def windows_for(server: Ollama, *lengths: int, **given: object) -> list[int]:
    """What is asked for when prompts of so many characters are sent one after the other."""
    with serve(server) as at:
        chosen = settings(None, **given)
        for length in lengths:
            client = ChatClient(ChatModel.of(f"ollama:m@{at.url}/v1", chosen), chosen)
            await client.complete("plan", [("user", "word " * (length // 5))], NoCallbacks())
    return [body["options"]["num_ctx"] for body in server.asked]


async def test_a_plan_is_asked_for_by_its_schema_and_counted() -> None:
    server = Ollama(PLAN[:20], PLAN[20:])
    with serve(server) as at:
        proposal = await LlmController(f"ollama:m@{at.url}/v1", settings(None)).plan(SPEAK)
    assert [task.type for task in proposal.plan.tasks] == ["text-to-speech"]
    assert proposal.usage.input_tokens > 500
    (body,) = server.asked
    assert body["format"]["properties"]["tasks"]
    assert body["options"]["temperature"] == 0
    assert body["stream"]


async def test_each_prompt_gets_a_window_in_which_it_fits_and_no_smaller_one_than_is_loaded() -> None:
    """Another window than the one before makes Ollama load the model anew."""
    assert await windows_for(Ollama("x"), 4_000, 20_000, 4_000) == [4_096, 16_384, 16_384]
    assert await windows_for(Ollama("x", loaded=32_768), 4_000) == [32_768]


async def test_the_window_grows_up_to_that_of_the_model_or_of_the_user() -> None:
    assert await windows_for(Ollama("x", most=8_192), 24_000) == [8_192]
    assert await windows_for(Ollama("x"), 40_000, llm_window=32_768) == [16_384]
    assert await windows_for(Ollama("x"), 80_000, llm_window=32_768) == [32_768]


async def test_the_window_of_the_model_decides_what_fits_into_a_prompt() -> None:
    with serve(Ollama("x", most=8_192)) as at:
        chosen = settings(None)
        assert await ChatClient(ChatModel.of(f"ollama:m@{at.url}", chosen), chosen).window() == 8_192


async def test_a_prompt_that_fits_into_no_window_is_noticed() -> None:
    with pytest.raises(ControllerError, match="read only 4,096 tokens of them") as raised:
        await windows_for(Ollama("x", most=4_096), 60_000)
    assert "ollama show" in raised.value.hint


async def test_thoughts_are_asked_for_where_the_model_has_them_and_kept_out_of_the_answer() -> None:
    server = Ollama("Three boats.", thoughts=("Let me see. ", "Three?"))
    with serve(server) as at:
        chosen = settings(None)
        client = ChatClient(ChatModel.of(f"ollama:m@{at.url}/v1", chosen), chosen)
        for _ in range(2):
            streamed = [piece async for piece in client.stream("answer", [("user", "hello")], NoCallbacks())]
    assert streamed == ["Three boats."]
    assert [body["think"] for body in server.asked] == [True, True]
    assert ["temperature" in body["options"] for body in server.asked] == [True, False]


async def test_no_key_of_the_environment_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OLLAMA_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "canary")
    with serve(Ollama(PLAN)) as at:
        await LlmController(f"ollama:m@{at.url}/v1", settings(None)).plan(SPEAK)
        assert {received.headers["authorization"] for received in at.requests} == {"Bearer none-needed"}
        at.requests.clear()
        await LlmController(f"ollama:m@{at.url}/v1", settings(None, llm_api_key="mine")).plan(SPEAK)
        assert {received.headers["authorization"] for received in at.requests} == {"Bearer mine"}


async def test_the_words_of_its_errors_reach_the_user() -> None:
    with serve(Ollama(PLAN)) as at, pytest.raises(ControllerError, match="404: model 'other' not found"):
        await LlmController(f"ollama:other@{at.url}/v1", settings(None)).plan(SPEAK)
    with pytest.raises(ControllerError, match="can't be reached at"):
        await LlmController("ollama:m@http://127.0.0.1:9/v1", settings(None)).plan(SPEAK)


async def test_the_words_of_an_error_in_the_middle_of_its_answer_reach_the_user() -> None:
    with (
        serve(Ollama(PLAN[:20], failure="llama runner process has terminated")) as at,
        pytest.raises(ControllerError) as raised,
    ):
        await LlmController(f"ollama:m@{at.url}/v1", settings(None)).plan(SPEAK)
    assert "answers with an error: llama runner process has terminated" in raised.value.message
