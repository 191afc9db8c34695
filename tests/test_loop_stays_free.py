"""The doors to the outside never block the event loop: `langgraph dev` refuses nodes that do."""

from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from hugginggpt.graph.errors import InvalidInput
from loopback import Reply, chat, chat_stream, in_turn, serve
from test_fetch_files import png
from test_fetch_urls import fetcher
from test_hf import backend_at, call
from test_llm import GOOD, NOTES, REQUEST, done, finished, talking


async def test_reading_calling_planning_and_answering_leave_the_loop_free(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png())
    store = tmp_path / "store"
    store.mkdir()
    reader, guarded = fetcher(store, allow_private_urls=True), fetcher(store)
    with (
        talking(in_turn(chat(GOOD), chat_stream("hi a/one"))) as (controller, _),
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
