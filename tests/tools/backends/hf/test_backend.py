"""Hugging Face Inference Providers: the real client against a server that is Hub and router."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.errors import ExpertError, FailureKind
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.hf.backend import HfBackend
from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.scripted import Received, Reply, ScriptedHub, Server, as_json, model_card, redirect_hub_to, serve
from samples import EXAMPLES, ONE_PICTURE, call_of, check_outputs, file, text

TASKS = sorted(methods())


@contextmanager
def providers(home: Path, hub: ScriptedHub | None = None, **given: Any) -> Iterator[tuple[HfBackend, Server]]:
    settings = Settings(home=home, **({"hf_token": "hf_mine"} | given))
    with serve(hub or ScriptedHub()) as server, redirect_hub_to(server.url):
        yield HfBackend(settings, HubIndex(settings, online=True)), server


def served(backend: HfBackend, task_type: str) -> Expert:
    """The server's own model for a task type."""
    tag = methods()[task_type].provider_task
    expert = backend.named(task_type, f"scripted/{'image-text-to-text' if task_type == 'image-text-to-text' else tag}")
    assert expert is not None
    return expert


@pytest.mark.parametrize("task_type", TASKS)
async def test_every_task_type_is_requested_from_the_provider_and_its_answer_checked(
    task_type: str, home: Path, tmp_path: Path, film: bytes
) -> None:
    with providers(home, ScriptedHub(video=film)) as (backend, server):
        call = call_of(task_type, served(backend, task_type), tmp_path / "scratch", inputs=ONE_PICTURE.get(task_type))
        made = await backend.run(call)

    check_outputs(task_type, list(made))
    posts = [request for request in server.requests if request.method == "POST"]
    assert posts
    assert all(request.headers["authorization"] == "Bearer hf_mine" for request in posts)


async def test_the_organisation_that_pays_is_sent(home: Path, tmp_path: Path) -> None:
    with providers(home, hf_bill_to="acme") as (backend, server):
        await backend.run(call_of("summarization", served(backend, "summarization"), tmp_path))
    assert [r.headers.get("x-hf-bill-to") for r in server.requests if r.method == "POST"] == ["acme"]


async def test_media_is_sent_as_bytes_and_never_as_the_name_of_a_file(home: Path, tmp_path: Path) -> None:
    with providers(home) as (backend, server):
        await backend.run(call_of("image-classification", served(backend, "image-classification"), tmp_path))
    (post,) = [request for request in server.requests if request.method == "POST"]
    assert post.body[:3] == b"\xff\xd8\xff"
    assert b"harbour" not in post.body


async def test_text_that_looks_like_a_path_or_url_stays_text(home: Path, tmp_path: Path) -> None:
    with providers(home) as (backend, server):
        expert = served(backend, "summarization")
        for words in ("/etc/passwd", "http://127.0.0.1:1/x.png"):
            await backend.run(call_of("summarization", expert, tmp_path, inputs={"text": (text(words),)}))
    assert [r.json["inputs"] for r in server.requests if r.method == "POST"] == [
        "/etc/passwd",
        "http://127.0.0.1:1/x.png",
    ]


FAILURES: list[tuple[Reply, FailureKind, bool, str]] = [
    (as_json({"error": "bad"}, 400), "bad_request", False, "answers 400"),
    (as_json({"error": "who?"}, 401), "no_token", False, "HF_TOKEN"),
    (as_json({"error": "pay"}, 402), "payment", False, "credits"),
    (as_json({"error": "no"}, 403), "gated", False, "terms"),
    (as_json({"error": "none"}, 404), "unknown_model", False, "Is the model id"),
    (as_json({"error": "big"}, 413), "too_large", False, "smaller"),
    (as_json({"error": "slow down"}, 429, retry_after="7"), "rate_limit", True, "wait 7 s"),
    (as_json({"error": "loading", "estimated_time": 12.5}, 503), "loading", True, "wait 12.5 s"),
    (as_json({"error": "oops"}, 500), "unavailable", True, "failed at this request"),
    (as_json({"error": "late"}, 504), "timeout", True, "smaller one"),
]


@pytest.mark.parametrize(("reply", "kind", "retryable", "message"), FAILURES, ids=[row[1] for row in FAILURES])
async def test_each_http_failure_has_its_kind_and_a_hint(
    reply: Reply, kind: FailureKind, retryable: bool, message: str, home: Path, tmp_path: Path
) -> None:
    hub = ScriptedHub(replies={"scripted/summarization": reply})
    with providers(home, hub) as (backend, _), pytest.raises(ExpertError) as raised:
        await backend.run(call_of("summarization", served(backend, "summarization"), tmp_path))
    assert (raised.value.kind, raised.value.retryable) == (kind, retryable)
    assert message in str(raised.value)


async def test_the_wait_that_a_server_requests_is_kept(home: Path, tmp_path: Path) -> None:
    hub = ScriptedHub(replies={"scripted/summarization": as_json({"error": "x"}, 429, retry_after="7")})
    with providers(home, hub) as (backend, _), pytest.raises(ExpertError) as raised:
        await backend.run(call_of("summarization", served(backend, "summarization"), tmp_path))
    assert raised.value.retry_after == 7.0


GARBAGE: list[tuple[str, Any]] = [
    ("text-classification", [[{"label": "x", "score": "many"}]]),
    ("text-classification", {"odd": 1}),
    ("summarization", [{}]),
    ("summarization", "no list"),
    ("object-detection", [{"label": "x", "score": 0.5, "box": {"xmin": 1}}]),
    ("image-segmentation", [{"label": "x", "score": 0.5, "mask": "!!"}]),
    ("feature-extraction", [["a", "b"]]),
    ("sentence-similarity", [0.1]),
    ("automatic-speech-recognition", {"text": None}),
    ("audio-to-audio", [{"blob": "", "content-type": "audio/wav", "label": "x"}]),
    ("fill-mask", [{"token_str": None}]),
    ("fill-mask", [{}]),
    ("fill-mask", [None]),
    ("token-classification", [None]),
    ("token-classification", [{"word": "x"}]),
    ("question-answering", []),
    ("question-answering", [{}]),
    ("conversational", {"choices": []}),
    ("conversational", {}),
    ("visual-question-answering", []),
    ("document-question-answering", [{}]),
    ("audio-to-audio", []),
]


@pytest.mark.parametrize(("task_type", "answer"), GARBAGE)
async def test_an_answer_of_the_wrong_form_is_refused(task_type: str, answer: Any, home: Path, tmp_path: Path) -> None:
    hub = ScriptedHub(replies={f"scripted/{task_type}": as_json(answer)})
    with providers(home, hub) as (backend, _), pytest.raises(ExpertError) as raised:
        await backend.run(call_of(task_type, served(backend, task_type), tmp_path))
    assert not raised.value.input_fault
    assert "Traceback" not in str(raised.value)


async def test_segments_are_read_within_the_limits_of_json(home: Path, tmp_path: Path) -> None:
    deep = Reply(200, b"[" * 100_000, {"content-type": "application/json"})
    hub = ScriptedHub(replies={"scripted/image-segmentation": deep})
    with providers(home, hub) as (backend, _), pytest.raises(ExpertError, match="nested too deep"):
        await backend.run(call_of("image-segmentation", served(backend, "image-segmentation"), tmp_path))


@pytest.mark.parametrize("task_type", ["text-to-image", "text-to-speech"])
async def test_a_web_page_for_a_picture_or_a_sound_is_refused(task_type: str, home: Path, tmp_path: Path) -> None:
    page = Reply(200, b"<html>Sorry</html>", {"content-type": "text/html"})
    with (
        providers(home, ScriptedHub(replies={f"scripted/{task_type}": page})) as (backend, _),
        pytest.raises(ExpertError),
    ):
        await backend.run(call_of(task_type, served(backend, task_type), tmp_path))


async def test_a_server_that_sends_nothing_times_out(home: Path, tmp_path: Path) -> None:
    never = threading.Event()
    hub = ScriptedHub(replies={"scripted/summarization": Reply(before=never)})
    with providers(home, hub) as (backend, _):
        expert = served(backend, "summarization")
        with pytest.raises(ExpertError, match=r"took longer than 0\.3 s") as raised:
            await backend.run(call_of("summarization", expert, tmp_path, timeout=0.3))
        never.set()
    assert raised.value.kind == "timeout"


def test_an_interrupted_call_blocks_neither_its_caller_nor_the_end_of_the_loop(home: Path, tmp_path: Path) -> None:
    never, arrived = threading.Event(), threading.Event()

    def silent(_request: Received) -> Reply:
        arrived.set()
        return Reply(before=never)

    with providers(home, ScriptedHub(replies={"scripted/summarization": silent})) as (backend, _):

        async def interrupted() -> None:
            call = call_of("summarization", served(backend, "summarization"), tmp_path, timeout=60)
            running = asyncio.create_task(backend.run(call))
            await asyncio.to_thread(arrived.wait, 60)
            cancelled.append(time.monotonic())
            running.cancel()
            await asyncio.wait([running])
            assert running.cancelled()

        cancelled = list[float]()
        asyncio.run(interrupted())
        took = time.monotonic() - cancelled[0]
        never.set()
    assert took < 9  # the server would have kept it for ten


async def test_an_unreachable_hub_is_reported_as_such(home: Path, tmp_path: Path) -> None:
    with providers(home) as (backend, _):
        expert = served(backend, "summarization")
    with redirect_hub_to("http://127.0.0.1:9"), pytest.raises(ExpertError, match="can't be reached") as raised:
        await backend.run(call_of("summarization", expert, tmp_path))
    assert (raised.value.kind, raised.value.retryable) == ("offline", True)


def test_without_a_token_well_known_models_are_listed_with_the_token_as_obstacle(home: Path) -> None:
    settings = Settings(home=home)
    backend = HfBackend(settings, HubIndex(settings))
    experts = backend.experts("text-to-image")
    assert "black-forest-labs/FLUX.1-schnell" in {expert.model_id for expert in experts}
    assert "set HF_TOKEN" in str(backend.obstacle(experts[0], None))
    assert backend.named("text-to-image", "org/name") is None


def test_a_model_that_no_provider_serves_for_the_task_is_refused_with_its_providers(home: Path) -> None:
    hub = ScriptedHub(
        {"org/chatty": model_card("org/chatty", "text-generation", provider="groq", served_as="conversational")}
    )
    with providers(home, hub) as (backend, _):
        with pytest.raises(
            ExpertError, match=r"no provider serves org/chatty for summarization.*groq \(conversational\)"
        ):
            backend.named("summarization", "org/chatty")
        with pytest.raises(ExpertError, match="answers 404") as raised:
            backend.named("summarization", "org/nothing")
    assert raised.value.kind == "unknown_model"


def test_of_several_providers_the_first_live_one_is_used_or_the_one_that_the_user_chose(home: Path) -> None:
    servings = [
        {"provider": "replicate", "providerId": "x", "status": "error", "task": "text-to-image"},
        {"provider": "groq", "providerId": "x", "status": "live", "task": "conversational"},
        {"provider": "fal-ai", "providerId": "x", "status": "live", "task": "text-to-image"},
        {"provider": "together", "providerId": "x", "status": "live", "task": "text-to-image"},
    ]
    hub = ScriptedHub({"org/painter": model_card("org/painter", "text-to-image", inferenceProviderMapping=servings)})
    with providers(home, hub) as (backend, _):
        first = backend.named("text-to-image", "org/painter")
    with providers(home, hub, hf_provider="together") as (backend, _):
        chosen = backend.named("text-to-image", "org/painter")
    assert first is not None
    assert chosen is not None
    assert (first.provider, first.needs, chosen.provider) == ("fal-ai", ("hf:fal-ai",), "together")


def test_a_captioner_is_not_offered_for_reading_text(home: Path, tmp_path: Path) -> None:
    settings = Settings(home=home, hf_token="hf_any")
    backend = HfBackend(settings, HubIndex(settings, online=False))
    experts = {expert.model_id: expert for expert in backend.experts("image-to-text")}
    reading = call_of(
        "image-to-text", experts["microsoft/trocr-base-printed"], tmp_path, goal="read the text in a.jpg"
    ).task
    assert (
        str(backend.obstacle(experts["Salesforce/blip-image-captioning-base"], reading)) == "is not made to read text"
    )
    assert backend.obstacle(experts["microsoft/trocr-base-printed"], reading) is None


def test_a_task_that_the_client_can_t_request_is_not_offered(home: Path) -> None:
    settings = Settings(home=home, hf_token="hf_any")
    backend = HfBackend(settings, HubIndex(settings, online=False))
    assert [name for name in VOCABULARY if name not in methods() and backend.experts(name)] == []


async def test_a_long_recording_is_transcribed_in_pieces(home: Path, tmp_path: Path) -> None:
    from hugginggpt.tools.media.sound import read_sound, write_wav

    samples, rate = read_sound(EXAMPLES / "hello.wav", rate=16_000, mono=True)
    import numpy as np

    long = np.tile(samples, (1, int(300 * rate / samples.shape[1])))
    write_wav(tmp_path / "long.wav", long, rate)
    with providers(home) as (backend, server):
        expert = served(backend, "automatic-speech-recognition")
        audio = {"audio": (file(tmp_path / "long.wav", "audio", "audio/wav"),)}
        (made,) = await backend.run(call_of("automatic-speech-recognition", expert, tmp_path / "s", inputs=audio))
    pieces = [request for request in server.requests if request.method == "POST"]
    assert 3 <= len(pieces) <= 4
    assert made.text == " ".join(["hello world"] * len(pieces))


@pytest.mark.parametrize("provider", ["fal-ai", "auto", ""])
async def test_a_token_that_is_not_hugging_face_s_is_never_sent_to_a_provider(
    provider: str, home: Path, tmp_path: Path
) -> None:
    with providers(home, hf_token="sk-mine") as (backend, server):
        expert = served(backend, "summarization").model_copy(update={"provider": provider})
        assert "HF_TOKEN is no Hugging Face token" in str(backend.obstacle(expert, None))
        with pytest.raises(ExpertError, match="set one that begins with hf_") as raised:
            await backend.run(call_of("summarization", expert, tmp_path))
    assert raised.value.kind == "no_token"
    assert [request for request in server.requests if request.method == "POST"] == []


def test_hugging_face_s_own_servers_may_have_any_token(home: Path) -> None:
    with providers(home, hf_token="api_old") as (backend, _):
        expert = served(backend, "summarization")
        assert expert.provider == "hf-inference"
        assert backend.obstacle(expert, None) is None


async def test_retry_after_may_be_a_date(home: Path, tmp_path: Path) -> None:
    moment = formatdate(time.time() + 3600, usegmt=True)
    hub = ScriptedHub(replies={"scripted/summarization": as_json({"error": "x"}, 429, retry_after=moment)})
    with providers(home, hub) as (backend, _), pytest.raises(ExpertError) as raised:
        await backend.run(call_of("summarization", served(backend, "summarization"), tmp_path))
    assert 3000 < (raised.value.retry_after or 0) <= 3600


async def test_a_queued_job_is_polled_no_longer_than_its_timeout_and_not_started_twice(
    home: Path, tmp_path: Path
) -> None:
    working = as_json({"status": "IN_PROGRESS"})
    hub = ScriptedHub(replies={"/fal-ai/scripted/text-to-video/status": working})
    with providers(home, hub) as (backend, server):
        expert = served(backend, "text-to-video")
        with pytest.raises(ExpertError, match="took longer than") as raised:
            await backend.run(call_of("text-to-video", expert, tmp_path, timeout=1.5))
        left = [thread for thread in threading.enumerate() if thread.name == "_ask"]
        for thread in left:
            await asyncio.to_thread(thread.join, 10)
        assert not any(thread.is_alive() for thread in left)
    assert any(request.path.partition("?")[0].endswith("/status") for request in server.requests)
    assert (raised.value.kind, raised.value.retryable) == ("timeout", False)
