"""Models are downloaded only with consent to their size, and are kept under their commit."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_server import Hub, Repository, serve_hub
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.events import TaskProgress
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.local import hub_download as hub_side
from hugginggpt.tools.backends.local.backend import LocalBackend
from hugginggpt.tools.backends.local.model_cache import find
from hugginggpt.tools.catalog.hub_model import HubModel
from local_calls import call_for
from paths import EXAMPLES

MODEL = "tiny/sentiment"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Callable[[str], Path]) -> Iterator[Hub]:
    with serve_hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.repositories[MODEL] = Repository(tiny("bert_sentiment"))
        yield running


@pytest.fixture
def events() -> list[TaskProgress]:
    return []


@pytest.fixture
async def place(tmp_path: Path, events: list[TaskProgress]) -> Any:
    """`place(download="yes")`: a backend that lists our model; closed at the end."""
    made: list[LocalBackend] = []

    def open_place(
        consent: Callable[[str, int], bool] | None = None, about: Any = None, **settings: Any
    ) -> LocalBackend:
        model = HubModel(
            model_id=MODEL, task_type="text-classification", library="transformers", size=20_000, **(about or {})
        )
        listed = lambda task_type: [model] if task_type == "text-classification" else []  # noqa: E731
        made.append(LocalBackend(Settings(home=tmp_path / "home", **settings), listed, consent, events.append))
        return made[-1]

    yield open_place
    for each in made:
        await each.aclose()


async def classify(backend: LocalBackend, tmp_path: Path, model_id: str = MODEL) -> Any:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return await backend.run(call_for(backend, "text-classification", model_id, {"text": "a good film"}, scratch))


async def bring(backend: LocalBackend, tmp_path: Path, model_id: str = MODEL) -> None:
    """All that comes before the worker process."""
    await backend.prepare(call_for(backend, "text-classification", model_id, {"text": "a good film"}, tmp_path))


def obstacle(backend: LocalBackend) -> str:
    """As text; empty where there is none."""
    found = backend.obstacle(backend.experts("text-classification")[0], None)
    return str(found) if found else ""


async def test_with_download_yes_a_model_is_downloaded_with_progress_and_run(
    hub: Hub, place: Any, events: list[TaskProgress], tmp_path: Path
) -> None:
    backend = place(download="yes")
    assert obstacle(backend) == ""
    made = await classify(backend, tmp_path)
    assert made[0].output == "labels"
    assert events[-1].done == events[-1].total > 10_000
    assert (events[-1].what, events[-1].unit, events[-1].task_id) == (f"download of {MODEL}", "bytes", 1)


async def test_a_downloaded_model_is_pinned_to_its_commit_and_not_downloaded_again(
    hub: Hub, place: Any, tmp_path: Path
) -> None:
    await bring(place(download="yes"), tmp_path)
    hub.asked.clear()
    later = place(download="no")
    expert = later.experts("text-classification")[0]
    assert expert.revision == hub.repositories[MODEL].commit
    assert later.obstacle(expert, None) is None
    await bring(later, tmp_path)
    assert hub.asked == []


async def test_only_safetensors_configs_and_vocabularies_are_downloaded(hub: Hub, place: Any, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    shutil.copytree(hub.repositories[MODEL].folder, folder)
    for name in (
        "pytorch_model.bin",
        "tf_model.h5",
        "model.fp16.safetensors",
        "onnx/model.onnx",
        "modeling_mine.py",
        "cat.png",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x" * 1000)
    hub.repositories[MODEL] = Repository(folder)
    await bring(place(download="yes"), tmp_path)
    assert set(hub.downloads) == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}


async def test_without_consent_the_obstacle_names_the_size_and_the_option(hub: Hub, place: Any) -> None:
    for backend in (place(download="no"), place(download="ask")):
        message = obstacle(backend)
        assert "is not on this machine (a download of about 1 MB)" in message
        assert "Settings(download='yes')" in message
    assert hub.asked == []


async def test_the_user_is_asked_for_consent_once_with_the_exact_size(hub: Hub, place: Any, tmp_path: Path) -> None:
    requests: list[tuple[str, int]] = []

    def consent(model_id: str, size: int) -> bool:
        requests.append((model_id, size))
        return True

    backend = place(consent, download="ask")
    assert obstacle(backend) == ""
    await bring(backend, tmp_path)
    await bring(backend, tmp_path)
    files = hub.repositories[MODEL].files
    assert requests == [
        (MODEL, sum(len(files[name]) for name in hub_side.files_to_download({n: len(d) for n, d in files.items()})))
    ]


async def test_a_user_who_refuses_is_not_asked_again(hub: Hub, place: Any, tmp_path: Path) -> None:
    requests: list[str] = []
    backend = place(lambda model_id, _size: bool(requests.append(model_id)), download="ask")
    for _ in range(2):
        with pytest.raises(ExpertError, match="which was refused"):
            await bring(backend, tmp_path)
    assert requests == [MODEL]
    assert hub.downloads == []
    assert obstacle(backend) == "its download was refused"


async def test_an_unknown_id_is_reported_as_unknown(hub: Hub, place: Any, tmp_path: Path) -> None:
    with pytest.raises(ExpertError, match="there is no model tiny/nowhere on the Hub"):
        await bring(place(download="yes"), tmp_path, "tiny/nowhere")


async def test_an_invalid_id_is_reported_as_unknown(hub: Hub, place: Any, tmp_path: Path) -> None:
    with pytest.raises(ExpertError, match="there is no model a b//c on the Hub"):
        await bring(place(download="yes"), tmp_path, "a b//c")


async def test_the_obstacle_of_a_gated_model_names_the_page_of_its_terms(hub: Hub, place: Any, tmp_path: Path) -> None:
    hub.repositories[MODEL].gated = True
    with pytest.raises(ExpertError, match="is gated") as error:
        await bring(place(download="yes"), tmp_path)
    assert f"https://huggingface.co/{MODEL}" in error.value.hint
    assert "is gated" in obstacle(place(download="yes", about={"gated": True}))


async def test_a_gated_model_opens_to_a_token_with_access(hub: Hub, place: Any, tmp_path: Path) -> None:
    hub.repositories[MODEL].gated = True
    await bring(place(download="yes", hf_token="hf_good"), tmp_path)
    assert {token for _, _, token in hub.asked} == {"Bearer hf_good"}


async def test_pickled_weights_are_refused_before_any_download(hub: Hub, place: Any, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "pytorch_model.bin").write_bytes(b"x" * 1000)
    hub.repositories[MODEL] = Repository(folder)
    with pytest.raises(ExpertError, match="weights as pickle only"):
        await bring(place(download="yes"), tmp_path)
    assert hub.downloads == []
    assert "pickle only" in obstacle(place(download="yes", about={"safetensors": False}))


async def test_a_repository_of_another_library_is_reported_as_such(hub: Hub, place: Any, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "model.gguf").write_bytes(b"x")
    hub.repositories[MODEL] = Repository(folder)
    with pytest.raises(ExpertError, match="no model for transformers or diffusers"):
        await bring(place(download="yes"), tmp_path)


async def test_offline_mode_is_an_obstacle_for_a_model_that_is_not_here(
    hub: Hub, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE forbids" in obstacle(place(download="yes"))


async def test_an_unreachable_hub_is_a_retryable_failure(
    hub: Hub, place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ExpertError, match="the Hub can't be reached") as error:
        await bring(place(download="yes"), tmp_path)
    assert error.value.retryable


async def test_a_cancelled_download_stops_and_leaves_no_half_model(hub: Hub, place: Any, tmp_path: Path) -> None:
    hub.hold = threading.Event()
    backend = place(download="yes")
    working = asyncio.ensure_future(bring(backend, tmp_path))
    await asyncio.to_thread(hub.halfway.wait, 20)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    hub.hold.set()
    assert find(MODEL) is None


async def test_an_interrupted_download_is_continued(hub: Hub, place: Any, tmp_path: Path) -> None:
    hub.broken_after = 30_000
    await bring(place(download="yes"), tmp_path)
    assert find(MODEL) is not None


async def test_two_tasks_that_need_one_model_download_it_once(hub: Hub, place: Any, tmp_path: Path) -> None:
    backend = place(download="yes")
    await asyncio.gather(bring(backend, tmp_path), bring(backend, tmp_path))
    assert hub.downloads.count("model.safetensors") == 1


async def test_no_keys_reach_the_worker_process(
    hub: Hub, place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    backend = place(download="yes", hf_token="hf_good")
    await classify(backend, tmp_path)
    (workers,) = backend._workers._pools.values()
    environment = Path(f"/proc/{workers.pids[0]}/environ").read_bytes().decode()
    assert "hf_" not in environment
    assert "HF_HUB_OFFLINE=1" in environment


@pytest.mark.parametrize("there", [True, False])
async def test_a_helper_model_is_downloaded_too_and_a_task_runs_without_it_where_that_fails(
    hub: Hub, place: Any, tiny: Callable[[str], Path], tmp_path: Path, there: bool
) -> None:
    hub.repositories["org/pose"] = Repository(tiny("vitpose"))
    if there:
        hub.repositories["PekingU/rtdetr_r18vd"] = Repository(tiny("yolos_person"))
    backend = place(download="yes")
    picture = EXAMPLES / "portrait.jpg"
    call = call_for(backend, "keypoint-detection", "org/pose", {"image": picture}, tmp_path)
    await backend.prepare(call)
    assert (find("PekingU/rtdetr_r18vd") is not None) == there
