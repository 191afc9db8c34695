"""What the tests of the local backend share: tiny models made once a session, and a backend that runs them."""

import asyncio
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

import tiny.diffusion
import tiny.image_text
import tiny.series
import tiny.sound
import tiny.text  # registers its builders
import tiny.vision
from hugginggpt.graph.call import Artifact
from hugginggpt.graph.events import TaskProgress
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Scalar
from hugginggpt.tools.backends.local.backend import LocalBackend
from hugginggpt.tools.media.sound import write_wav
from hugginggpt.tools.media.video_writer import write_video
from local_calls import Do, Given, call_for
from tiny.builders import BUILDERS, seeded


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder is marked `local`, and left out where torch is not; CI may not leave it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.local)
            if find_spec("torch") is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="needs the extra `local`: pip install -e '.[local]'"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Path]:
    """`tiny("bert_names")`: the folder of that model, built when first asked for, once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    models = (base if worker_id == "master" else base.parent) / "tiny-models"

    def built(name: str) -> Path:
        folder = models / name
        with FileLock(f"{models}-{name}.lock"):
            if not (folder / "done").exists():
                seeded(BUILDERS[name], folder)
                (folder / "done").touch()
        return folder

    return built


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBackend]:
    """One for a test process, so that torch is imported once."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), download="no", workers=2)
    made = LocalBackend(settings, models=lambda _task_type: (), emit=_ignore)
    yield made
    asyncio.run(made.aclose())


def _ignore(_event: TaskProgress) -> None:
    """No one reads these events."""


@pytest.fixture
def do(backend: LocalBackend, tiny: Callable[[str], Path], tmp_path: Path) -> Do:
    """`await do("fill-mask", "bert_gaps", {"text": "the ___ sat"})`: what came of it by output, in the worker process."""
    made = iter(range(1000))

    async def run(
        task_type: str, model: str, given: dict[str, Given], goal: str = "", **parameters: Scalar | tuple[Scalar, ...]
    ) -> dict[str, Artifact]:
        scratch = tmp_path / f"scratch-{next(made)}"
        scratch.mkdir()
        call = call_for(backend, task_type, str(tiny(model)), given, scratch, goal=goal, **parameters)
        return {artifact.output: artifact for artifact in await backend.run(call)}

    return run


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of an A."""
    import numpy as np

    path = tmp_path_factory.mktemp("sound") / "tone.wav"
    seconds = np.arange(8000, dtype=np.float32) / 16000
    write_wav(path, 0.5 * np.sin(2 * np.pi * 440 * seconds)[None, :], 16000)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty frames from black to red."""
    import numpy as np

    path = tmp_path_factory.mktemp("film") / "film.mp4"
    frames = (np.full((64, 64, 3), (12 * number, 0, 0), dtype=np.uint8) for number in range(20))
    write_video(path, frames, Fraction(10), (64, 64), None)
    return path


@pytest.fixture
def in_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Callable[[str], Path]
) -> Callable[[str, str], None]:
    """Puts a tiny model into a Hub's cache of its own, under the name of a real one."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))

    def put(model_id: str, model: str) -> None:
        repository = tmp_path / "cache" / f"models--{model_id.replace('/', '--')}"
        (repository / "refs").mkdir(parents=True)
        (repository / "refs" / "main").write_text("0" * 40)
        (repository / "snapshots").mkdir()
        (repository / "snapshots" / ("0" * 40)).symlink_to(tiny(model))

    return put


@pytest.fixture
def base_model(in_cache: Callable[[str, str], None]) -> None:
    """A tiny Stable Diffusion 1.5, found by its name."""
    in_cache("stable-diffusion-v1-5/stable-diffusion-v1-5", "stable_diffusion_768")
