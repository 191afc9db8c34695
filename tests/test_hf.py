"""The Hugging Face backend, against a real server."""

import asyncio
import io
import threading
import time
from pathlib import Path

import httpx
import huggingface_hub
import pytest
from huggingface_hub.utils._http import default_client_factory
from PIL import Image

from hugginggpt.graph.call import Call, Material
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.ports import Backend
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.hf import HfBackend
from hugginggpt.tools.scripted import Received, Reply, as_json, serve


def image(form: str = "PNG") -> Reply:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 12), "olive").save(buffer, form)
    return Reply(body=buffer.getvalue(), headers={"content-type": f"image/{form.lower()}"})


def backend_at(url: str | None, **given: object) -> Backend:
    return HfBackend(Settings.model_validate({"home": Path("unused"), "hf_text_to_image_url": url, **given}))


def call(backend: Backend, scratch: Path, timeout: float = 5, **parameters: object) -> Call:
    task = Task.model_validate(
        {"id": 0, "type": "text-to-image", "inputs": {"prompt": "a cat"}, "parameters": parameters}
    )
    prompt = Material(resource=Resource(kind="text", media_type="text/plain", text="a cat"), path=scratch / "unused")
    (expert,) = backend.experts("text-to-image")
    return Call(
        run_id="r", key="0", task=task, expert=expert, inputs={"prompt": (prompt,)}, scratch=scratch, timeout=timeout
    )


async def failure(reply: Reply, scratch: Path, timeout: float = 5) -> ExpertError:
    with serve(lambda _request: reply) as server:
        backend = backend_at(server.url)
        with pytest.raises(ExpertError) as raised:
            await backend.run(call(backend, scratch, timeout))
    return raised.value


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
async def test_an_image_is_made_and_kept_as_png(tmp_path: Path, form: str) -> None:
    with serve(lambda _request: image(form)) as server:
        backend = backend_at(f"{server.url}/models/mine")
        (made,) = await backend.run(call(backend, tmp_path, seed=7, width=16, negative_prompt="dogs"))

    assert (made.output, made.kind, made.media_type) == ("image", "image", "image/png")
    assert made.path is not None
    with Image.open(made.path) as picture:
        assert (picture.format, picture.size) == ("PNG", (16, 12))
    (received,) = server.requests
    assert (received.method, received.path) == ("POST", "/models/mine")
    assert received.json == {
        "inputs": "a cat",
        "parameters": {"seed": 7, "width": 16, "negative_prompt": "dogs"},
    }


async def test_the_token_never_goes_to_a_url_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    with serve(lambda _request: image()) as server:
        for given in ({}, {"hf_token": "hf_canary"}):
            backend = backend_at(server.url, **given)
            await backend.run(call(backend, tmp_path))

    assert len(server.requests) == 2
    for request in server.requests:
        assert "authorization" not in request.headers
        assert "hf_canary" not in str(request)


@pytest.mark.skipif(huggingface_hub.__version__ >= "2", reason="2.x stands on httpx2, whose transports differ")
async def test_a_known_model_is_called_at_the_router_with_the_token_given(tmp_path: Path) -> None:
    live = {"status": "live", "providerId": "black-forest-labs/FLUX.1-schnell", "task": "text-to-image"}
    model = {"id": live["providerId"], "pipeline_tag": live["task"], "inferenceProviderMapping": {"hf-inference": live}}
    backend = backend_at(None, hf_token="hf_mine")
    asked = call(backend_at("http://unused"), tmp_path)
    asked = asked.model_copy(update={"expert": backend.experts("text-to-image")[0]})

    with serve(lambda request: as_json(model) if request.path.startswith("/api/") else image()) as server:
        here = httpx.URL(server.url)

        class Home(httpx.HTTPTransport):
            """Sends what is meant for the Hub and its router to our server."""

            def handle_request(self, request: httpx.Request) -> httpx.Response:
                request.url = request.url.copy_with(scheme="http", host=here.host, port=here.port)
                return super().handle_request(request)

        huggingface_hub.set_client_factory(lambda: httpx.Client(transport=Home()))
        try:
            (made,) = await backend.run(asked)
        finally:
            huggingface_hub.set_client_factory(default_client_factory)

    assert made.path is not None
    posted = [request for request in server.requests if request.method == "POST"]
    assert [(request.headers["host"], request.headers["authorization"]) for request in posted] == [
        ("router.huggingface.co", "Bearer hf_mine")
    ]


@pytest.mark.parametrize(
    ("status", "told", "retryable"),
    [
        (400, "400 Bad Request: no such seed\nLook at the prompt", False),
        (401, "401 Unauthorized: no such seed\nIs the token right? Set HF_TOKEN", False),
        (402, "402 Payment Required: no such seed\nThe credits are used up", False),
        (403, "403 Forbidden: no such seed\nThe token may not", False),
        (404, "404 Not Found: no such seed\nIs the model id or URL right", False),
        (429, "429 Too Many Requests: no such seed\nToo many requests. The server asks to wait: 17 s.", True),
        (500, "500 Internal Server Error: no such seed\nThe server is at fault", True),
        (503, "503 Service Unavailable: no such seed\nThe server is at fault", True),
    ],
)
async def test_a_status_says_what_to_do_and_whether_to_try_again(
    tmp_path: Path, status: int, told: str, retryable: bool
) -> None:
    error = await failure(as_json({"error": "no such seed"}, status, retry_after="17"), tmp_path)

    assert told in str(error)
    assert error.retryable is retryable


@pytest.mark.parametrize("body", [b"", b"<html>no image</html>", image().body[:45]])
async def test_garbage_in_place_of_an_image_is_a_failure(tmp_path: Path, body: bytes) -> None:
    error = await failure(Reply(body=body), tmp_path)

    assert "gave something that is no image" in str(error)
    assert not list(tmp_path.iterdir())


async def test_a_server_that_says_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    never = threading.Event()
    began = time.monotonic()
    error = await failure(Reply(before=never), tmp_path, timeout=0.3)
    never.set()

    assert "took longer than 0.3 s" in str(error)
    assert time.monotonic() - began < 5


def test_an_interrupted_call_holds_up_neither_its_caller_nor_the_end_of_the_loop(tmp_path: Path) -> None:
    never = threading.Event()
    arrived = threading.Event()

    def silent(_request: Received) -> Reply:
        arrived.set()
        return Reply(before=never)

    async def interrupted(backend: Backend) -> None:
        running = asyncio.create_task(backend.run(call(backend, tmp_path, timeout=60)))
        await asyncio.to_thread(arrived.wait, 5)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()

    with serve(silent) as server:
        began = time.monotonic()
        asyncio.run(interrupted(backend_at(server.url)))
        took = time.monotonic() - began
        never.set()

    assert took < 5


async def test_a_server_that_is_gone_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    with serve(lambda _request: image()) as server:
        backend = backend_at(server.url)
    with pytest.raises(ExpertError, match="can't be reached") as raised:
        await backend.run(call(backend, tmp_path))
    assert raised.value.retryable


def test_known_models_are_listed_and_need_a_token() -> None:
    without, having = backend_at(None), backend_at(None, hf_token="hf_x")
    experts = without.experts("text-to-image")

    assert "black-forest-labs/FLUX.1-schnell" in {expert.model_id for expert in experts}
    assert {expert.needs for expert in experts} == {("hf",)}
    assert without.obstacle(experts[0], None) == "needs a Hugging Face token: set HF_TOKEN"
    assert having.obstacle(experts[0], None) is None
    assert without.experts("translation") == ()


def test_a_url_of_ones_own_stands_in_for_the_known_models_and_needs_no_token() -> None:
    backend = backend_at("http://127.0.0.1:9/m")
    (expert,) = backend.experts("text-to-image")

    assert expert.model_id == "http://127.0.0.1:9/m"
    assert backend.obstacle(expert, None) is None
