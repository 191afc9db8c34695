"""Decompression bombs: files that are small on disk and very large in memory

A warm worker process, of the kind that reads all files and responses, gets each of them. It may take two seconds and 500 MB
more than the idle process. A refused file has an error message, and the process or the next one continues to work.
"""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bombs import BOMBS, bmp, film, gif, jpeg, png, table, tiff, wav, webp, webp_lossless, written
from fences import Fence
from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError, InvalidInput
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Scalar, Task
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.backends.worker.pool import Workers
from hugginggpt.tools.content import identify
from hugginggpt.tools.media.memory_budget import address_space
from hugginggpt.tools.media.sound import read_sound
from hugginggpt.tools.media.video_frames import iterate_frames
from materials import material
from paths import EXAMPLES

MEGABYTE = 1_000_000
SECONDS, MEMORY = 2.0, 500 * MEGABYTE
TOO_FAR = 3 * MEMORY
"""Where the test itself ends the process: without a fence nothing else may."""
PARAMETERS: dict[str, dict[str, Scalar]] = {"crop": {"left": 0, "top": 0, "right": 8, "bottom": 8}}
LARGE = r"pixels|memory|scans|cells|columns|members|narrow|letters|pages|longer|channels|samples|bytes of text"
"""What was too large, in the words of an error."""


class Watch:
    """How much memory and processor time the workers take more than before, while the body runs."""

    def __init__(self) -> None:
        self.most, self.seconds = 0, 0.0
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
        spent: dict[int, float] = {}
        while not self._over.wait(0.005):
            for process in psutil.Process().children():
                try:
                    resident = process.memory_info().rss
                    more = resident - idle.setdefault(process.pid, resident)
                    self.most = max(self.most, more)
                    seconds = sum(process.cpu_times()[:2])
                    self.seconds = max(self.seconds, seconds - spent.setdefault(process.pid, seconds))
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
    return EXAMPLES


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_two_seconds_and_half_a_gigabyte(
    pool: Workers, warm: None, tmp_path: Path, examples: Path, name: str
) -> None:
    """A picture, sound, video, PDF, table or text that would fill the memory is refused with the reason (2 s, 500 MB)."""
    bomb = written(name, tmp_path)
    with Watch() as watch:
        began = time.monotonic()
        with pytest.raises(ExpertError) as error:
            ask(pool, BOMBS[name][0], bomb, tmp_path)
        took = time.monotonic() - began
    assert watch.most <= MEMORY, f"{watch.most / MEGABYTE:.0f} MB more than the idle process, in {took:.1f} s"
    assert min(took, watch.seconds) <= SECONDS, f"{took:.1f} s: {error.value}"  # a busy machine takes longer
    assert bomb.name in str(error.value), error.value
    assert re.search(LARGE, error.value.message), error.value
    ask(pool, "crop", examples / "receipt.jpg", tmp_path)


CLAIMS: dict[str, tuple[str, bytes]] = {
    "png": ("a.png", png(60_000, b"")),
    "jpeg": ("a.jpg", jpeg(16_000)),
    "webp-lossless": ("a.webp", webp_lossless(16_383)),
    "webp-broken": ("a.webp", webp_lossless(16_000)[:40]),
    "webp-film": ("a.webp", webp(16_000, 16_000, frames=True)),
    "gif": ("a.gif", gif(65_000, 65_000)),
    "tiff": ("a.tiff", tiff(100_000)),
    "bmp": ("a.bmp", bmp(40_000, 40_000)),
    "csv-of-many-columns": ("a.csv", table(100_000, 300_000)),
    "csv-of-one-line": ("a.csv", b"," * 10_000_000),
    "text": ("a.txt", b"ab\n" * 40_000_000),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_size_in_a_header_is_checked_before_a_file_is_stored_or_decoded(name: str) -> None:
    """A file whose header claims too large a size is refused when the request is read, before it is stored or decoded."""
    file, data = CLAIMS[name]
    began = time.thread_time()
    with address_space(300 * MEGABYTE), pytest.raises(InvalidInput, match=r"columns|bytes of text| pixels, more than"):
        identify(data, file, Settings(home=Path()))
    assert time.thread_time() - began < SECONDS


def test_a_decoder_enforces_the_limit_whatever_a_header_claims(tmp_path: Path) -> None:
    """The decoder refuses a video whose frames are larger than its header claims, before it allocates a frame."""
    (tmp_path / "a.mov").write_bytes(film("mov", jpeg(6_400)))
    with pytest.raises(ExpertError, match=r"a\.mov can't be read as a video"):
        list(iterate_frames(material(tmp_path / "a.mov"), 4))


@pytest.mark.parametrize("channels", [3, 6, 7, 8, 9, 16, 24, 64])
def test_sound_of_any_number_of_channels_is_read(pool: Workers, tmp_path: Path, channels: int) -> None:
    """Sound with up to 64 channels is read, as one channel or two, without a crash."""
    quiet = bytes(2 * channels) * 8_000
    (tmp_path / "a.wav").write_bytes(wav(channels, 16_000, quiet))
    for _ in range(3):
        ask(pool, "denoise", tmp_path / "a.wav", tmp_path)
    samples, rate = read_sound(tmp_path / "audio.wav")
    assert rate == 16_000
    assert samples.shape[0] <= 2
    assert not samples.any()


def _bomb(name: str) -> str:
    return f"test_bombs.py::test_a_bomb_is_refused_within_two_seconds_and_half_a_gigabyte[{name}]"


FENCES = (
    Fence(
        "the scans of a JPEG", "tools/media/pictures.py", "        check_scans(path, label)", "        pass",
        _bomb("jpeg-of-33-scans"),
    ),
    Fence(
        "the pixels of a picture", "tools/media/picture_size.py",
        'if width * height > (most := most_pixels(image.format or "", limits().max_image_pixels)):',
        "if not (most := 1):", _bomb("png-of-8000-x-8000"),
    ),
    Fence(
        "the pixels of a frame", "tools/media/container.py", '"max_pixels": str(limits().max_image_pixels)',
        '"max_pixels": str(2**31 - 1)', "test_bombs.py::test_a_decoder_enforces_the_limit_whatever_a_header_claims",
    ),
    Fence(
        "the length of sound", "tools/media/sound.py",
        "if length > most:", "if False:", _bomb("mp3-of-an-hour"), slow=True,
    ),
    Fence(
        "the channels of sound", "tools/media/sound.py", 'AudioResampler(format="flt"', 'AudioResampler(format="fltp"',
        "test_bombs.py::test_sound_of_any_number_of_channels_is_read[9]",
    ),
    Fence(
        "the pages of a PDF", "tools/media/pdf_pages.py", "if len(wanted) > MAX_PAGES:", "if False:",
        _bomb("pdf-of-a-million-pages"),
    ),
    Fence(
        "the memory of a page", "tools/media/pdf_pages.py",
        "with reading(material.resource.label, most=PARSE_BUDGET), _damage(", "with _damage(",
        _bomb("pdf-of-nested-forms"), slow=True,
    ),
    Fence(
        "the cells of a table", "tools/media/csv_records.py", "if number * columns > MAX_CELLS:", "if False:",
        _bomb("csv-of-100-million-cells"),
    ),
    Fence(
        "the columns of a record", "tools/media/csv_records.py", "if len(record) > MAX_COLUMNS:", "if False:",
        _bomb("csv-of-one-line"),
    ),
    Fence(
        "the bytes of a text", "graph/call.py", "if (size := self.path.stat().st_size) > MOST_TEXT:",
        "if (size := 0) > MOST_TEXT:", _bomb("text-of-17-megabytes"),
    ),
    Fence(
        "the members of a list", "tools/media/rows.py",
        'if text.count("{") + text.count("[") > MAX_MEMBERS:', "if False:",
        _bomb("json-of-five-million-objects"), slow=True,
    ),
    Fence(
        "the canvas of a WebP", "tools/content.py", "if reader := _HEADERS.get(form):", "if reader := None:",
        "test_bombs.py::test_the_size_in_a_header_is_checked_before_a_file_is_stored_or_decoded[webp-broken]",
    ),
    Fence(
        "the size that a picture claims", "tools/content.py", "if width * height > max_pixels:", "if False:",
        "test_bombs.py::test_the_size_in_a_header_is_checked_before_a_file_is_stored_or_decoded[jpeg]",
    ),
    Fence(
        "the bytes of a text, before it is decoded", "tools/content.py",
        "if not guessed and len(data) > MOST_TEXT and decoded(data[: MOST_TEXT // 16]):", "if False:",
        "test_bombs.py::test_the_size_in_a_header_is_checked_before_a_file_is_stored_or_decoded[text]",
    ),
)  # fmt: skip
