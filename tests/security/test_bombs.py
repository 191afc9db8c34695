"""Bombs: files that are small on disk and enormous when they are read.

Each is given to a warm worker process, of the kind that reads every file and every answer. It may take two seconds and
500 MB above the idle process; what is refused is refused in words, and the process or the next one serves on.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Scalar, Task
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.backends.workers import Workers
from support_bombs import BOMBS, written
from support_media import material

MEGABYTE = 1_000_000
SECONDS, MEMORY = 2.0, 500 * MEGABYTE
TOO_FAR = 3 * MEMORY
"""Where the test itself ends the process: without a fence nothing else may."""
PARAMETERS: dict[str, dict[str, Scalar]] = {"crop": {"left": 0, "top": 0, "right": 8, "bottom": 8}}
LARGE = r"pixels|memory|scans|cells|columns|members|narrow|letters|longer|channels|bytes of text"
"""What an error says that was too large; a broken one says that it can't be read."""


class Watch:
    """How much memory the workers take more than before, while the body runs."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        idle: dict[int, int] = {}
        while not self._over.wait(0.005):
            for process in psutil.Process().children():
                try:
                    resident = process.memory_info().rss
                    more = resident - idle.setdefault(process.pid, resident)
                    self.most = max(self.most, more)
                    if more > TOO_FAR:
                        process.kill()
                except psutil.Error:
                    continue


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    workers = Workers(Settings(home=tmp_path_factory.mktemp("home"), workers=1))
    yield workers
    workers.close()


def ask(pool: Workers, name: str, file: Path, scratch: Path) -> None:
    entry = registered()[f"embedded/{name}"]
    inputs = {"denoise": "audio", "frames": "video", "crop": "image", "count": "items"}.get(name, "document")
    task = Task(id=1, type=entry.task_type, parameters=PARAMETERS.get(name, {}))
    call = Call(
        run_id="bombs", key="1", task=task, expert=entry.expert, inputs={inputs: (material(file),)}, scratch=scratch,
        timeout=20,
    )  # fmt: skip
    asyncio.run(pool.run(entry.target, call))


@pytest.fixture
def warm(pool: Workers, tmp_path: Path, examples: Path) -> None:
    """A process that has read a harmless file of each kind."""
    harmless = tmp_path / "harmless"
    harmless.mkdir()
    (harmless / "a.csv").write_text("a,b\n1,2\n")
    ask(pool, "crop", examples / "receipt.jpg", harmless)
    ask(pool, "denoise", examples / "noisy.wav", harmless)
    ask(pool, "count", harmless / "a.csv", harmless)


@pytest.fixture(scope="module")
def examples() -> Path:
    return Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_words_within_two_seconds_and_half_a_gigabyte(
    pool: Workers, warm: None, tmp_path: Path, examples: Path, name: str
) -> None:
    """A picture, recording, video, PDF, table or text that would fill the memory is refused: 2 s, 500 MB, and why."""
    bomb = written(name, tmp_path)
    with Watch() as watch:
        began = time.monotonic()
        with pytest.raises(ExpertError) as error:
            ask(pool, BOMBS[name][0], bomb, tmp_path)
        took = time.monotonic() - began
    assert watch.most <= MEMORY, f"{watch.most / MEGABYTE:.0f} MB more than the idle process, in {took:.1f} s"
    assert took <= SECONDS, f"{took:.1f} s: {error.value}"
    assert bomb.name in str(error.value), error.value
    ask(pool, "crop", examples / "receipt.jpg", tmp_path)
