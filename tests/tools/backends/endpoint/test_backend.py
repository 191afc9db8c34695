"""The user's own servers, each a real one on this machine."""

import base64
import json
import struct
import time
import traceback
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.advice import call_advises
from hugginggpt.graph.errors import ExpertError, StorageError, UsageError
from hugginggpt.graph.expert import Obstacle
from hugginggpt.graph.notices import notice
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.connection_checks import CONNECT_SECONDS
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import (
    Api,
    Endpoint,
    add_endpoint,
    known_endpoints,
    read_endpoints,
    remove_endpoint,
)
from hugginggpt.tools.backends.endpoint.health import describe_health
from hugginggpt.tools.backends.endpoint.probe import probe
from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.catalog.ranked_catalog import ranked_candidates
from hugginggpt.tools.places import backends_for
from hugginggpt.tools.scripted import Received, Reply, as_json, chat, serve
from hugginggpt.tools.scripted.task_answers import png, right_answer, wav
from samples import ONE_PICTURE, call_of, check_outputs, text
from shell import Shell

FILMS = ("text-to-video", "image-to-video", "image-text-to-video")


def backend_with(home: Path, url: str, task_type: str, api: Api = "tasks", **more: Any) -> EndpointBackend:
    settings = Settings(home=home, hf_token="hf_canary", openai_api_key="sk-canary")
    add_endpoint(settings.config, Endpoint(name="mine", url=url, task_type=task_type, api=api, **more))
    return EndpointBackend(settings)


def tei(received: Received) -> Reply:
    match received.path:
        case "/info":
            return as_json({"model_id": "BAAI/bge", "model_type": {"embedding": {"pooling": "cls"}}})
        case "/health":
            return Reply()
        case "/embed":
            return as_json([[0.1, 0.2]])
        case "/similarity":
            return as_json([0.3] * len(received.json["inputs"]["sentences"]))
        case "/rerank":
            return as_json([{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}])
        case "/predict":
            return as_json([{"label": "POSITIVE", "score": 0.9}])
    return as_json({"error": "no route"}, 404)


def openai(received: Received) -> Reply:
    match received.path:
        case "/v1/models":
            return as_json({"object": "list", "data": [{"id": "tiny", "object": "model"}]})
        case "/v1/audio/transcriptions":
            return as_json({"text": "hello world"})
        case "/v1/audio/speech":
            return Reply(200, wav(), {"content-type": "audio/wav"})
        case "/v1/images/generations":
            return as_json({"created": 1, "data": [{"b64_json": base64.b64encode(png(8, 8, 9)).decode()}]})
        case "/v1/embeddings":
            texts = received.json["input"]
            rows = [
                {"object": "embedding", "index": place, "embedding": [0.5, 0.5 * place]} for place in range(len(texts))
            ]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            return as_json({"object": "list", "model": "tiny", "data": rows[::-1], "usage": usage})
        case "/v1/chat/completions":
            return chat("Bonjour").to(received)
    return as_json({"error": "no route"}, 404)


TASKS = sorted(set(methods()) - {*FILMS, "text-generation", "conversational", "image-text-to-text"})


@pytest.mark.parametrize("task_type", TASKS)
async def test_every_task_type_is_requested_at_exactly_the_given_url(
    task_type: str, home: Path, tmp_path: Path
) -> None:
    tag = methods()[task_type].provider_task
    with serve(lambda received: right_answer(tag, received)) as server:
        backend = backend_with(home, f"{server.url}/models/mine", task_type)
        (expert,) = backend.experts(task_type)
        check_outputs(task_type, list(await backend.run(call_of(task_type, expert, tmp_path / "s"))))
    assert {request.path for request in server.requests} == {"/models/mine"}


@pytest.mark.parametrize("task_type", FILMS)
async def test_an_endpoint_makes_videos_too(task_type: str, home: Path, tmp_path: Path, film: bytes) -> None:
    with serve(lambda _: Reply(200, film, {"content-type": "video/mp4"})) as server:
        backend = backend_with(home, server.url, task_type)
        (expert,) = backend.experts(task_type)
        call = call_of(task_type, expert, tmp_path / "s", inputs=ONE_PICTURE.get(task_type))
        check_outputs(task_type, list(await backend.run(call)))
    sent = server.requests[0].json
    if task_type != "text-to-video":
        assert base64.b64decode(sent["inputs"])[:3] == b"\xff\xd8\xff"
        assert sent["parameters"]["prompt"] == call.text("prompt")


async def test_an_endpoint_predicts_a_number_for_each_row(home: Path, tmp_path: Path) -> None:
    with serve(lambda received: as_json([1.5] * len(next(iter(received.json["table"].values()))))) as server:
        backend = backend_with(home, server.url, "tabular-regression")
        (expert,) = backend.experts("tabular-regression")
        (made,) = await backend.run(call_of("tabular-regression", expert, tmp_path / "s"))
    assert json.loads(made.text or "") == [{"label": "row 1", "score": 1.5}, {"label": "row 2", "score": 1.5}]
    assert server.requests[0].json["table"] == {"city": ["Rome", "Oslo"], "people": ["7", "1"]}


@pytest.mark.parametrize(
    "task_type", ["feature-extraction", "sentence-similarity", "text-ranking", "text-classification"]
)
async def test_text_embeddings_inference_is_called_at_its_routes(task_type: str, home: Path, tmp_path: Path) -> None:
    with serve(tei) as server:
        assert probe(server.url, None)[:2] == ("tei", ("BAAI/bge",))
        backend = backend_with(home, server.url, task_type, "tei")
        (expert,) = backend.experts(task_type)
        check_outputs(task_type, list(await backend.run(call_of(task_type, expert, tmp_path / "s"))))


@pytest.mark.parametrize(
    "task_type",
    [
        "automatic-speech-recognition",
        "text-to-speech",
        "text-to-image",
        "feature-extraction",
        "sentence-similarity",
        "translation",
        "image-to-text",
    ],
)
async def test_openai_s_api_is_called_with_the_endpoint_s_own_key(
    task_type: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SERVER_KEY", "mine")
    with serve(openai) as server:
        assert probe(f"{server.url}/v1", None) == ("openai", ("tiny",), f"{server.url}/v1")
        backend = backend_with(home, f"{server.url}/v1", task_type, "openai", model="tiny", key_env="MY_SERVER_KEY")
        (expert,) = backend.experts(task_type)
        assert backend.obstacle(expert, None) is None
        check_outputs(task_type, list(await backend.run(call_of(task_type, expert, tmp_path / "s"))))
    posts = [request for request in server.requests if request.method == "POST"]
    assert [request.headers["authorization"] for request in posts] == ["Bearer mine"] * len(posts)
    assert posts[0].path != "/v1/models"


async def test_no_other_token_or_key_is_sent_to_a_server_of_the_user(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_TOKEN", "HUGGINGGPT_LLM_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "hf_canary")
    for api, answer in (("tasks", lambda r: right_answer("feature-extraction", r)), ("tei", tei), ("openai", openai)):
        with serve(answer) as server:
            url = f"{server.url}/v1" if api == "openai" else server.url
            backend = backend_with(home, url, "feature-extraction", api, model="tiny")  # type: ignore[arg-type]
            (expert,) = backend.experts("feature-extraction")
            await backend.run(call_of("feature-extraction", expert, tmp_path / api))
        assert server.requests
        assert "canary" not in "".join(f"{request.headers} {request.body!r}" for request in server.requests)


async def test_any_etag_of_a_server_is_accepted(home: Path, tmp_path: Path) -> None:
    """Express makes them of base64, and no path is made of them here."""
    summary = as_json([{"summary_text": "short"}])
    etag = Reply(200, summary.body, summary.headers | {"etag": 'W/"1f-a/b+c="', "x-repo-commit": "../main"})
    with serve(lambda _: etag) as server:
        backend = backend_with(home, server.url, "summarization")
        (made,) = await backend.run(call_of("summarization", backend.experts("summarization")[0], tmp_path))
    assert made.text == "short"


def test_the_api_of_a_server_is_detected_by_its_routes() -> None:
    with serve(lambda _: as_json({"error": "none"}, 404)) as plain:
        assert probe(plain.url, None)[:2] == ("tasks", ())
    with serve(openai) as server:
        assert probe(server.url, None)[:2] == ("openai", ("tiny",))
    with pytest.raises(ExpertError, match="can't be reached"):
        probe("http://127.0.0.1:9", None)


def test_health_is_described_in_a_sentence_and_a_failure_raised(home: Path) -> None:
    with serve(tei) as server:
        assert "answers 200" in describe_health(
            Endpoint(name="m", url=server.url, task_type="feature-extraction", api="tei")
        )
    with serve(lambda _: Reply(500)) as broken, pytest.raises(ExpertError, match="500"):
        describe_health(Endpoint(name="m", url=broken.url, task_type="feature-extraction", api="tei"))


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_with_only_its_task_s_route_counts_as_reached(status: int, home: Path) -> None:
    with serve(lambda received: Reply(200 if received.method == "POST" else status)) as server, call_advises("command"):
        sentence = describe_health(Endpoint(name="m", url=server.url, task_type="summarization"))
    assert sentence.startswith("reached in")
    assert sentence.endswith("`hugginggpt doctor --live` tries its task")


def test_a_key_that_is_not_set_is_an_obstacle_and_never_kept_in_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, listening: str
) -> None:
    monkeypatch.delenv("MY_SERVER_KEY", raising=False)
    backend = backend_with(home, listening, "summarization", key_env="MY_SERVER_KEY")
    (expert,) = backend.experts("summarization")
    assert backend.obstacle(expert, None) == Obstacle(what="needs its key", remedy="set MY_SERVER_KEY")
    monkeypatch.setenv("MY_SERVER_KEY", "secret-value")
    assert backend.obstacle(expert, None) is None
    assert "secret-value" not in (home.with_name("config") / "endpoints.json").read_text()


def test_a_server_that_accepts_no_connection_is_passed_over_before_a_run_calls_it(home: Path) -> None:
    with serve(lambda _: Reply(503)) as server:
        ill = backend_with(home, server.url, "summarization")
        (expert,) = ill.experts("summarization")
        assert ill.obstacle(expert, None) is None  # it may be waking up
        assert server.requests == []  # which no look of ours has made it do
    (expert,) = (later := EndpointBackend(Settings(home=home))).experts("summarization")
    assert str(later.obstacle(expert, None)).startswith("no server answers at 127.0.0.1:")
    places = [later, *(place for place in backends_for(Settings(home=home)) if place.name == "embedded")]
    best, *_, last = ranked_candidates(places, "summarization")
    assert (best.expert.backend, best.obstacle, last.expert) == ("embedded", None, expert)


def test_checks_of_many_dead_servers_take_no_longer_than_one(home: Path) -> None:
    for number in range(8):  # TEST-NET-1: packets to it go nowhere
        url = f"http://192.0.2.{number + 1}:8080"
        add_endpoint(home.with_name("config"), Endpoint(name=f"dead{number}", url=url, task_type="summarization"))
    backend = EndpointBackend(Settings(home=home))
    began = time.monotonic()
    obstacles = [backend.obstacle(expert, None) for expert in backend.experts("summarization")]
    assert all(str(obstacle).startswith("no server answers at 192.0.2.") for obstacle in obstacles)
    assert time.monotonic() - began < 5 * CONNECT_SECONDS  # one after the other they take eight times as long


@pytest.mark.parametrize("url", ["http://[::1/x", "http://127.0.0.1:99999", "http://:80", "http://127.0.0.1:port"])
def test_a_url_that_can_t_be_called_is_refused_when_it_is_added(url: str, shell: Shell) -> None:
    refused = shell("models", "--add", url, "--task", "summarization")
    assert refused.code == 2
    assert "URL" in refused.err
    assert json.loads(shell("models", "--json").out) == []


def test_a_task_that_the_api_has_no_request_for_is_an_obstacle(home: Path) -> None:
    backend = backend_with(home, "http://127.0.0.1:9", "depth-estimation")
    (expert,) = backend.experts("depth-estimation")
    assert str(backend.obstacle(expert, None)) == "the task API has no request for depth-estimation"


def test_endpoints_are_added_replaced_and_removed(home: Path) -> None:
    for url in ("http://a.example", "http://b.example"):
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=url, task_type="summarization"))
    add_endpoint(home.with_name("config"), Endpoint(name="mine", url="http://c.example", task_type="translation"))
    assert [e.url for e in read_endpoints(home.with_name("config"))] == ["http://b.example", "http://c.example"]
    assert remove_endpoint(home.with_name("config"), "mine") == 2
    assert read_endpoints(home.with_name("config")) == ()
    with pytest.raises(UsageError, match="no task type"):
        add_endpoint(home.with_name("config"), Endpoint(name="x", url="http://a.example", task_type="telepathy"))


@pytest.mark.parametrize("text", ["{oops", '{"a": 1}', '[{"name": "x"}, 7]'])
def test_a_damaged_list_stops_no_run_and_is_reported(text: str, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    notice.cache_clear()
    home.with_name("config").mkdir()
    (home.with_name("config") / "endpoints.json").write_text(text)
    assert EndpointBackend(Settings(home=home)).experts("translation") == []
    assert "endpoints.json" in caplog.text
    assert "endpoints.json" in known_endpoints(home.with_name("config")).trouble


def test_a_damaged_list_is_named_and_not_overwritten(home: Path) -> None:
    home.with_name("config").mkdir()
    (home.with_name("config") / "endpoints.json").write_text("{")
    with pytest.raises(StorageError, match=r"endpoints\.json can't be read"):
        add_endpoint(home.with_name("config"), Endpoint(name="x", url="http://a.example", task_type="translation"))
    assert json.dumps((home.with_name("config") / "endpoints.json").read_text()) == '"{"'


@pytest.mark.parametrize("api", ["tasks", "tei", "openai"])
async def test_a_key_is_trimmed_and_one_that_no_header_may_hold_is_not_repeated(
    api: Api, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SERVER_KEY", " sk-mine\n")
    answer = {"tasks": lambda r: right_answer("feature-extraction", r), "tei": tei, "openai": openai}[api]
    with serve(answer) as server:
        url = f"{server.url}/v1" if api == "openai" else server.url
        backend = backend_with(home, url, "feature-extraction", api, model="tiny", key_env="MY_SERVER_KEY")
        (expert,) = backend.experts("feature-extraction")
        await backend.run(call_of("feature-extraction", expert, tmp_path / "good"))
        assert server.requests[-1].headers["authorization"] == "Bearer sk-mine"
        monkeypatch.setenv("MY_SERVER_KEY", "sk-\nmine")
        with pytest.raises(ExpertError, match="the key holds characters that no header may have") as raised:
            await backend.run(call_of("feature-extraction", expert, tmp_path / "bad"))
    shown = "".join(traceback.format_exception(raised.value))
    assert "mine'" not in shown
    assert raised.value.kind == "no_token"


async def test_openai_s_names_of_organisation_and_project_are_sent_to_no_other_server(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-canary")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-canary")
    with serve(openai) as server:
        for task_type in ("feature-extraction", "summarization"):
            backend = backend_with(home, f"{server.url}/v1", task_type, "openai", model="tiny")
            (expert,) = backend.experts(task_type)
            await backend.run(call_of(task_type, expert, tmp_path / task_type))
    assert len(server.requests) == 2
    assert "canary" not in "".join(str(request.headers) for request in server.requests)


async def test_rows_keep_their_order_and_none_is_lost(home: Path, tmp_path: Path) -> None:
    table = text(json.dumps([{"n": number} for number in range(1200)]), "table")
    with serve(lambda received: as_json([float(n) for n in received.json["table"]["n"]])) as server:
        backend = backend_with(home, server.url, "tabular-regression")
        (expert,) = backend.experts("tabular-regression")
        call = call_of("tabular-regression", expert, tmp_path / "s", inputs={"table": (table,)})
        (made,) = await backend.run(call)
    assert [row["score"] for row in json.loads(made.text or "")] == list(range(1200))


async def test_answers_for_too_few_rows_are_refused(home: Path, tmp_path: Path) -> None:
    with serve(lambda _: as_json([1.5])) as server:
        backend = backend_with(home, server.url, "tabular-regression")
        (expert,) = backend.experts("tabular-regression")
        with pytest.raises(ExpertError, match="returned 1 answers for 2 rows"):
            await backend.run(call_of("tabular-regression", expert, tmp_path / "s"))


async def test_a_picture_over_the_limit_is_refused_before_it_is_decoded(home: Path, tmp_path: Path) -> None:
    huge = png(1, 1, 0).replace(bytes([0, 0, 0, 1, 0, 0, 0, 1]), struct.pack(">II", 9000, 9000))
    header = huge[12:29]
    huge = huge[:29] + struct.pack(">I", zlib.crc32(header)) + huge[33:]
    with serve(lambda _: Reply(200, huge, {"content-type": "image/png"})) as server:
        backend = backend_with(home, server.url, "image-to-image")
        (expert,) = backend.experts("image-to-image")
        with pytest.raises(ExpertError, match="9000 x 9000 pixels; the limit is") as raised:
            await backend.run(call_of("image-to-image", expert, tmp_path / "s"))
    assert raised.value.kind == "too_large"


def test_a_password_in_a_url_is_refused_and_a_query_never_shown(shell: Shell) -> None:
    for url in ("http://bob:hunter2@127.0.0.1:9/x", "bob:hunter2@127.0.0.1:9"):
        refused = shell("models", "--add", url, "--task", "summarization")
        assert refused.code == 2
        assert "--key-env" in refused.err
        assert "hunter2" not in refused.out + refused.err
    added = shell("models", "--add", "http://127.0.0.1:9/x?token=hunter2", "--task", "summarization", "--keep")
    listed = shell("models", "--json")
    assert (added.code, listed.code) == (3, 0)
    assert "hunter2" not in added.out + added.err + listed.out + listed.err + shell("models").out


def test_two_servers_at_one_host_have_different_names(shell: Shell) -> None:
    for path in ("one", "two", "two"):
        assert shell("models", "--add", f"http://127.0.0.1:9/{path}", "--task", "summarization", "--keep").code == 3
    names = {row["name"] for row in json.loads(shell("models", "--json").out)}
    assert names == {"127.0.0.1:9", "127.0.0.1:9/two"}


@pytest.mark.parametrize(
    ("task_type", "kinds"),
    [
        ("image-classification", ("image/png", "image/jpeg")),
        ("automatic-speech-recognition", ("audio/",)),
        ("text-classification", ("application/json",)),
    ],
)
async def test_each_body_names_its_type(home: Path, tmp_path: Path, task_type: str, kinds: tuple[str, ...]) -> None:
    """The inference toolkit of the Hub's endpoints answers 400 to a body without one."""
    sent: list[str] = []

    def toolkit(received: Received) -> Reply:
        sent.append(received.headers.get("content-type", ""))
        return right_answer(task_type, received)

    with serve(toolkit) as server:
        backend = backend_with(home, server.url, task_type)
        (expert,) = backend.experts(task_type)
        with suppress(ExpertError):  # of what it sends back, which is not looked at here
            await backend.run(call_of(task_type, expert, tmp_path / "s", inputs=ONE_PICTURE.get(task_type)))
    assert sent[0].startswith(kinds)
