"""Calls to the outside never block the event loop: `langgraph dev` refuses nodes that do."""

from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from fetchers import fetcher
from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.embedded.backend import EmbeddedBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.places import backends_for
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedController,
    ScriptedHub,
    chat,
    in_turn,
    redirect_hub_to,
    serve,
)
from hugginggpt.tools.scripted.task_answers import right_answer
from llm_controller import GOOD, NOTES, REQUEST, done, finished, llm_controller
from media import png
from samples import call_of
from scripting import ask, last


async def test_reading_calling_planning_and_answering_leave_the_loop_free(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png())
    store = tmp_path / "store"
    store.mkdir()
    reader, guarded = fetcher(store, allow_private_urls=True), fetcher(store)
    with (
        llm_controller(in_turn(chat(GOOD), chat("hi a/one"))) as (controller, _),
        serve(lambda _request: Reply(body=png())) as pictures,
        blockbuster_ctx(),
    ):
        await controller.plan(REQUEST)
        assert [piece async for piece in controller.answer(finished(done(0, NOTES, "a/one")), {})]
        gathered = await reader.gather(f"{tmp_path}/x.png, y.png, {pictures.url}/z.png", [])
        with pytest.raises(InvalidInput):
            await guarded.fetch(f"{pictures.url}/z.png")

    assert [resource.missing for resource in gathered] == [False, True, False]


async def test_calls_to_providers_servers_and_chat_models_leave_the_loop_free(home: Path, tmp_path: Path) -> None:
    def answers(received: Received) -> Reply:
        return chat("Short.").to(received) if "chat" in received.path else right_answer("summarization", received)

    with serve(ScriptedHub()) as hub, serve(answers) as mine:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=mine.url, task_type="summarization"))
        settings = Settings(home=home, hf_token="hf_any", llm=f"openai:m@{mine.url}/v1")
        backends = {backend.name: backend for backend in backends_for(settings)}

        async def ask_there(name: str, model_id: str, provider: str) -> None:
            expert = Expert(model_id=model_id, task_type="summarization", backend=name, provider=provider)
            call = call_of("summarization", expert, tmp_path / name)
            with blockbuster_ctx():
                assert await backends[name].run(call)

        await ask_there("endpoint", "mine", "mine")
        await ask_there("chat", settings.llm, "openai")
        with redirect_hub_to(hub.url):
            await ask_there("hf", "scripted/summarization", "hf-inference")


@pytest.mark.parametrize("embedded", [True, False], ids=["embedded", "scripted"])
async def test_a_whole_run_leaves_the_loop_free(home: Path, embedded: bool) -> None:
    tasks = [
        {"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "good morning"}},
        {"task": "language-identification", "id": 1, "dep": [-1], "args": {"text": "bonjour tout le monde"}},
        {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": ["it is <resource>-1", "good night"]}},
    ]
    settings = Settings(home=home)
    backend = EmbeddedBackend(settings) if embedded else ScriptedBackend(log=home.parent / "calls.jsonl")
    async with open_world(settings, controller=ScriptedController(tasks), backends=[backend]) as world:
        with blockbuster_ctx():
            events = await ask(world)
    assert last(events).status == "succeeded"
