"""The contract of every backend. A new one joins by a line in `PLACES`."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.ports import Backend
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.chat.backend import ChatBackend
from hugginggpt.tools.backends.embedded.backend import EmbeddedBackend
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.backends.hf.backend import HfBackend
from hugginggpt.tools.catalog.cache import CatalogCache
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.catalog.monitored_backend import MonitoredBackend
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedHub,
    as_json,
    chat,
    model_card,
    redirect_hub_to,
    serve,
)
from hugginggpt.tools.scripted.task_answers import right_answer
from samples import call_of, check_outputs, text

TASK = "summarization"
"""What all of them can do."""
Answer = Callable[[Received], Reply]
Place = Callable[[Path, Answer | None], AbstractContextManager[Backend]]


@contextmanager
def embedded(home: Path, answer: Answer | None) -> Iterator[Backend]:
    yield EmbeddedBackend(Settings(home=home, workers=1))


@contextmanager
def hf(home: Path, answer: Answer | None) -> Iterator[Backend]:
    model = "facebook/bart-large-cnn"  # a pinned one, so that it is listed
    hub = ScriptedHub({model: model_card(model, TASK)}, replies={model: answer} if answer else {})
    with serve(hub) as server, redirect_hub_to(server.url):
        settings = Settings(home=home, hf_token="hf_any")
        yield HfBackend(settings, HubIndex(settings, online=False))


@contextmanager
def endpoint(home: Path, answer: Answer | None) -> Iterator[Backend]:
    with serve(answer or (lambda received: right_answer(TASK, received))) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type=TASK))
        yield EndpointBackend(Settings(home=home))


@contextmanager
def chat_model(home: Path, answer: Answer | None) -> Iterator[Backend]:
    with serve(answer or (lambda received: chat("Short.").to(received))) as server:
        yield ChatBackend(Settings(home=home, llm=f"openai:m@{server.url}/v1", retries=0))


@contextmanager
def scripted(home: Path, answer: Answer | None) -> Iterator[Backend]:
    yield ScriptedBackend()


@contextmanager
def watched(home: Path, answer: Answer | None) -> Iterator[Backend]:
    with endpoint(home, answer) as backend:
        yield MonitoredBackend(backend, CatalogCache(home))


PLACES: dict[str, Place] = {
    "embedded": embedded, "hf": hf, "endpoint": endpoint, "chat": chat_model, "scripted": scripted, "watched": watched,
}  # fmt: skip
every = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
remote = pytest.mark.parametrize(
    "place", [hf, endpoint, chat_model, watched], ids=["hf", "endpoint", "chat", "watched"]
)

ARTICLE = (
    "The library opens at nine every morning. It has forty thousand books and a reading room. The reading room is closed "
    "on Mondays. Members may borrow ten books at a time for four weeks. Guests may read in the reading room only."
)


@every
def test_a_backend_offers_experts_of_the_requested_type_under_its_own_name(place: Place, home: Path) -> None:
    with place(home, None) as backend:
        for task_type in VOCABULARY:
            for expert in backend.experts(task_type):
                assert (expert.task_type, expert.backend) == (task_type, backend.name)
                obstacle = backend.obstacle(expert, None)
                assert obstacle is None or len(str(obstacle).split()) > 2


@every
async def test_outputs_are_those_that_the_vocabulary_promises(place: Place, home: Path, tmp_path: Path) -> None:
    with place(home, None) as backend:
        expert = next(e for e in backend.experts(TASK) if backend.obstacle(e, None) is None)
        made = await backend.run(call_of(TASK, expert, tmp_path / "s", inputs={"text": (text(ARTICLE),)}))
        await backend.aclose()
    check_outputs(TASK, list(made))


@every
async def test_closing_twice_is_harmless(place: Place, home: Path) -> None:
    with place(home, None) as backend:
        await backend.aclose()
        await backend.aclose()


@every
def test_an_unknown_model_name_has_no_expert(place: Place, home: Path) -> None:
    with place(home, None) as backend:
        if backend.name != "scripted":  # which can be anybody
            assert backend.named(TASK, "no such model") is None


@remote
@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>It works!</html>", {"content-type": "text/html"}),
        Reply(200, b"", {"content-type": "application/json"}),
        as_json({"error": "no"}, 500),
        as_json([1, 2, 3]),
        as_json(None),
    ],
    ids=["a web page", "nothing", "500", "numbers", "null"],
)
async def test_any_response_of_a_server_is_at_worst_an_expert_error(
    reply: Reply, place: Place, home: Path, tmp_path: Path
) -> None:
    with place(home, lambda _: reply) as backend:
        expert = next(e for e in backend.experts(TASK) if backend.obstacle(e, None) is None)
        with pytest.raises(ExpertError) as raised:
            await backend.run(call_of(TASK, expert, tmp_path / "s"))
    assert not raised.value.input_fault
    assert "Traceback" not in str(raised.value)


@remote
async def test_a_cancelled_call_ends_at_once(place: Place, home: Path, tmp_path: Path) -> None:
    never, arrived = threading.Event(), threading.Event()

    def silent(_: Received) -> Reply:
        arrived.set()
        return Reply(before=never)

    with place(home, silent) as backend:
        expert = next(e for e in backend.experts(TASK) if backend.obstacle(e, None) is None)
        running = asyncio.create_task(backend.run(call_of(TASK, expert, tmp_path / "s", timeout=600)))
        assert await asyncio.to_thread(arrived.wait, 60)
        running.cancel()
        await asyncio.wait([running], timeout=60)
        never.set()
        assert running.cancelled()


@remote
async def test_a_call_that_takes_too_long_times_out(place: Place, home: Path, tmp_path: Path) -> None:
    never = threading.Event()
    with place(home, lambda _: Reply(before=never)) as backend:
        expert = next(e for e in backend.experts(TASK) if backend.obstacle(e, None) is None)
        with pytest.raises(ExpertError, match=r"took longer than 0\.5 s|gave no answer in 0\.5 s") as raised:
            await backend.run(call_of(TASK, expert, tmp_path / "s", timeout=0.5))
        never.set()
    assert raised.value.kind in ("timeout", "unavailable")
