"""The doors to the outside never block the event loop: `langgraph dev` refuses nodes that do."""

from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from test_hf import backend_at, call

from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.embedded.backend import EmbeddedBackend
from hugginggpt.tools.scripted import Reply, ScriptedBackend, ScriptedController, chat, in_turn, serve
from support import ask, last
from test_fetch_files import png
from test_fetch_urls import fetcher
from test_llm import GOOD, NOTES, REQUEST, done, finished, talking


async def test_reading_calling_planning_and_answering_leave_the_loop_free(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png())
    store = tmp_path / "store"
    store.mkdir()
    reader, guarded = fetcher(store, allow_private_urls=True), fetcher(store)
    with (
        talking(in_turn(chat(GOOD), chat("hi a/one"))) as (controller, _),
        serve(lambda _request: Reply(body=png())) as pictures,
        blockbuster_ctx(),
    ):
        await controller.plan(REQUEST)
        assert [piece async for piece in controller.answer(finished(done(0, NOTES, "a/one")), {})]
        gathered = await reader.gather(f"{tmp_path}/x.png, y.png, {pictures.url}/z.png", [])
        with pytest.raises(InvalidInput):
            await guarded.fetch(f"{pictures.url}/z.png")
        backend = backend_at(pictures.url)
        assert await backend.run(call(backend, tmp_path))

    assert [resource.missing for resource in gathered] == [False, True, False]


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
