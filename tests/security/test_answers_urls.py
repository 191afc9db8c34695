"""URLs in the responses of models, servers and Hubs

A URL in a response is read like one in untrusted text: from public addresses only, and without the key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fences import Fence
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import MEGABYTE, Settings
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.backends.hf.backend import HfBackend
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.net.hub_session import hub_limits
from hugginggpt.tools.net.transport_errors import CrossOriginRedirect, TransportRefusal
from hugginggpt.tools.scripted import Received, Reply, ScriptedHub, Server, as_json, model_card, redirect_hub_to, serve
from hugginggpt.tools.scripted.task_answers import png, wav
from samples import ONE_PICTURE, call_of

FENCES = (
    Fence(
        "URLs in providers' responses are guarded",
        "tools/net/hub_session.py",
        "        if not limits.is_configured(request.url):\n            guard = self._guard(limits)",
        "        if False:\n            guard = self._guard(limits)",
        "test_answers_urls.py::test_a_private_url_in_a_provider_s_response_is_not_called",
    ),
    Fence(
        "no key is sent to URLs in responses",
        "tools/net/ssrf_guard.py",
        "            request.headers.pop(name, None)",
        "            pass",
        "test_answers_urls.py::test_the_key_is_not_sent_to_a_url_in_a_response",
    ),
    Fence(
        "nothing is sent to URLs in responses",
        "tools/net/ssrf_guard.py",
        '        if request.method not in ("GET", "HEAD"):',
        "        if False:",
        "test_answers_urls.py::test_no_input_is_sent_to_a_url_in_a_response",
    ),
)

WAYS = {
    "replicate, text file": ("replicate", "automatic-speech-recognition"),
    "replicate, picture": ("replicate", "text-to-image"),
    "replicate, sound": ("replicate", "text-to-speech"),
    "replicate, changed picture": ("replicate", "image-to-image"),
    "replicate, film": ("replicate", "text-to-video"),
    "fal-ai, picture": ("fal-ai", "text-to-image"),
    "fal-ai, sound": ("fal-ai", "text-to-speech"),
    "fal-ai, changed picture": ("fal-ai", "image-to-image"),
    "fal-ai, film": ("fal-ai", "text-to-video"),
    "fal-ai, film of a picture": ("fal-ai", "image-to-video"),
    "fal-ai, mask": ("fal-ai", "image-segmentation"),
    "wavespeed, picture": ("wavespeed", "text-to-image"),
    "wavespeed, film": ("wavespeed", "text-to-video"),
    "novita, film": ("novita", "text-to-video"),
    "together, film": ("together", "text-to-video"),
}


def answers(url: str) -> Any:
    """A router whose providers all name that address as their result."""

    def answer(received: Received) -> Reply:
        path = received.path.partition("?")[0]
        if received.method == "POST" and "/replicate/" in path:
            output: Any = {"txt_file": url} if b"audio" in received.body else url
            return as_json({"output": output, "status": "succeeded"})
        if received.method == "POST":
            named = {"images": [{"url": url}], "audio": {"url": url}, "audio_url": url, "video": {"video_url": url}}
            return as_json(
                named
                | {"request_id": "1", "id": "1", "status": "completed" if "/together/" in path else "COMPLETED"}
                | {"outputs": {"video_url": url}}
                | {"response_url": "https://queue.fal.run/made"}
                | {"data": {"urls": {"get": "https://api.wavespeed.ai/made"}}}
            )
        if "wavespeed" in path:
            return as_json({"data": {"status": "completed", "outputs": [url]}})
        response = {
            "images": [{"url": url}],
            "video": {"url": url},
            "image": {"url": url},
            "outputs": {"video_url": url},
        }
        return as_json(response | {"status": "completed"})

    return answer


@contextmanager
def router(home: Path, way: str, url: str, **given: Any) -> Iterator[tuple[HfBackend, Server]]:
    provider, task = WAYS[way]
    card = model_card("scripted/made", task, provider=provider)
    hub = ScriptedHub({"scripted/made": card})
    respond = answers(url)
    settings = Settings(home=home, hf_token="hf_canary", hf_provider=provider, **given)

    def answer(received: Received) -> Reply:
        return hub(received) if received.path.startswith("/api/") else respond(received)

    with serve(answer) as server, redirect_hub_to(server.url):
        yield HfBackend(settings, HubIndex(settings, online=True)), server


async def call_provider(backend: HfBackend, way: str, folder: Path) -> Any:
    task = WAYS[way][1]
    expert = backend.named(task, "scripted/made")
    assert expert is not None
    return await backend.run(call_of(task, expert, folder, inputs=ONE_PICTURE.get(task)))


@pytest.mark.parametrize("way", WAYS)
async def test_a_private_url_in_a_provider_s_response_is_not_called(way: str, home: Path, tmp_path: Path) -> None:
    """A URL of this machine or a private network in a provider's response is not called."""
    with (
        serve(lambda _: Reply(body=b"the secret of an inner server")) as inner,
        router(home, way, f"{inner.url}/secret") as (backend, _),
    ):
        with pytest.raises(ExpertError) as raised:
            await call_provider(backend, way, tmp_path)
        assert inner.requests == []
    assert "leads to 127.0.0.1, an address of this machine or a private network" in str(raised.value)


@pytest.mark.parametrize("way", ["fal-ai, picture", "replicate, picture", "replicate, text file", "fal-ai, sound"])
async def test_the_key_is_not_sent_to_a_url_in_a_response(way: str, home: Path, tmp_path: Path) -> None:
    """The Hugging Face token is sent to no URL that a response names."""
    data = {"text-to-image": png(8, 8, 9), "text-to-speech": wav()}.get(WAYS[way][1], b"hello")
    with (
        serve(lambda _: Reply(body=data)) as elsewhere,
        router(home, way, f"{elsewhere.url}/made", allow_private_urls=True) as (backend, _),
    ):
        assert await call_provider(backend, way, tmp_path)
    (request,) = elsewhere.requests
    assert "hf_canary" not in str(request.headers)
    with (
        serve(lambda _: Reply()) as elsewhere,
        serve(lambda _: Reply()) as server,
        redirect_hub_to(server.url),
        hub_limits(5, Settings(home=home, allow_private_urls=True)),
    ):
        from huggingface_hub import get_session

        get_session().get(f"{elsewhere.url}/x", headers={"authorization": "Bearer hf_canary", "cookie": "hf_canary"})
    assert "hf_canary" not in str(elsewhere.requests[0].headers)


async def test_a_file_from_a_url_in_a_response_has_the_limit_of_any_file(home: Path, tmp_path: Path) -> None:
    """A file from a URL in a response has the size limit of a file of the user's."""
    endless = Reply(200, b"x", {"content-type": "image/png"}, chunks=(b"x" * MEGABYTE,) * 80)
    way = "fal-ai, picture"
    with (
        serve(lambda _: endless) as elsewhere,
        router(home, way, elsewhere.url, allow_private_urls=True, max_file_bytes=MEGABYTE) as (backend, _),
        pytest.raises(ExpertError, match=r"answers with 32\.\d MB or more, and at most 32\.0 MB are read"),
    ):
        await call_provider(backend, way, tmp_path)


def test_no_input_is_sent_to_a_url_in_a_response(home: Path) -> None:
    """A URL in a response is only read: no input of the user's is sent there."""
    from huggingface_hub import get_session

    with (
        serve(lambda _: Reply()) as elsewhere,
        serve(lambda _: Reply()) as server,
        redirect_hub_to(server.url),
        hub_limits(5, Settings(home=home, allow_private_urls=True)),
        pytest.raises(TransportRefusal, match="which no one configured"),
    ):
        get_session().post(elsewhere.url, content=b"input")
    assert elsewhere.requests == []


def test_a_redirect_of_the_router_sends_no_input_to_another_server(home: Path) -> None:
    """A redirect of Hugging Face's router does not send the user's input to another server."""
    from huggingface_hub import get_session

    with (
        serve(lambda _: Reply()) as elsewhere,
        serve(lambda _: Reply(307, headers={"location": elsewhere.url})) as server,
        redirect_hub_to(server.url),
        hub_limits(5, Settings(home=home, allow_private_urls=True)),
        pytest.raises(CrossOriginRedirect, match=r"https://router\.huggingface\.co redirects to http://127"),
    ):
        get_session().post("https://router.huggingface.co/x", content=b"input")
    assert elsewhere.requests == []


async def test_a_url_in_place_of_a_picture_is_not_fetched(home: Path, tmp_path: Path) -> None:
    """A server of the user's that returns a URL in place of a picture fails; the URL is not fetched."""
    with (
        serve(lambda _: Reply(body=png(8, 8, 9))) as inner,
        serve(lambda _: as_json({"created": 1, "data": [{"url": f"{inner.url}/x.png"}]})) as server,
    ):
        add_endpoint(
            home.with_name("config"),
            Endpoint(name="mine", url=f"{server.url}/v1", task_type="text-to-image", api="openai"),
        )
        backend = EndpointBackend(Settings(home=home, allow_private_urls=True))
        with pytest.raises(ExpertError, match="picture in base64"):
            await backend.run(call_of("text-to-image", backend.experts("text-to-image")[0], tmp_path))
    assert inner.requests == []


def test_other_users_of_huggingface_hub_keep_its_session(home: Path) -> None:
    """Other code in the program that uses huggingface_hub keeps its session without our guards and limits."""
    import threading

    from huggingface_hub import get_session

    got: list[bytes] = []
    with (
        serve(lambda _: Reply(body=b"x" * (33 * MEGABYTE), headers={"content-type": "application/json"})) as server,
        redirect_hub_to(server.url),
        hub_limits(5, Settings(home=home)),
    ):
        other = threading.Thread(target=lambda: got.append(get_session().get("http://127.0.0.1:1/x").content))
        other.start()
        other.join()
    assert len(got[0]) == 33 * MEGABYTE


def test_hooks_of_a_program_s_own_session_run_once(home: Path) -> None:
    """The hooks of a session that a program sets for huggingface_hub see each request and response once."""
    import httpx
    import huggingface_hub
    from huggingface_hub.utils import _http

    seen: list[str] = []
    hooks: dict[str, list[Any]] = {
        "request": [lambda _: seen.append("request")],
        "response": [lambda _: seen.append("response")],
    }
    before = _http._GLOBAL_CLIENT_FACTORY
    own = httpx.Client(event_hooks=hooks)
    try:
        huggingface_hub.set_client_factory(lambda: own)
        with serve(lambda _: Reply()) as server:
            with hub_limits(5, Settings(home=home), servers=[server.url]):
                huggingface_hub.get_session().get(server.url)
            huggingface_hub.get_session().get(server.url)
    finally:
        huggingface_hub.set_client_factory(before)
    assert seen == ["request", "response"] * 2
    assert own.event_hooks == hooks
