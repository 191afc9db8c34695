"""Large files: seconds from start to end of the whole process, and its peak of memory, for eleven of them.

Each is made here, in a temporary folder, and read by one `hugginggpt run` in a home of its own. The memory is that of the
largest single process (the kernel's `ru_maxrss`, of the command and its workers). A run that does not end with the exit code
expected is shown with the code, so that a fault is no good figure.

python benchmarks/files.py [NAME ...] [--json FILE]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

VOICE = Path(__file__).parent.parent / "examples" / "hello.wav"
COMMAND = "from hugginggpt.apps.cli.start import main; main()"
ENVIRONMENT = {**os.environ, "HUGGINGGPT_MAX_FILE_BYTES": "400000000"}
"""The largest table is beyond the usual limit."""
READ, TRANSCRIBE = "Read the text in this image", "Transcribe this recording"


def page(size: tuple[int, int], step: int) -> Image.Image:
    """A white picture with a line of text every `step` pixels."""
    picture = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(32)
    for number, top in enumerate(range(40, size[1] - 60, step)):
        draw.text((60, top), f"Line {number:03} price {7.1 * number:.2f}", "black", font=font)
    return picture


def screenshot(path: Path) -> None:
    page((1080, 16_000), 200).save(path)


def panorama(path: Path) -> None:
    picture = Image.new("RGB", (12_000, 200), "white")
    for number in range(20):
        ImageDraw.Draw(picture).text(
            (600 * number + 40, 80), f"GATE {number:02}", "black", font=ImageFont.load_default(48)
        )
    picture.save(path)


def photograph(path: Path) -> None:
    """50 megapixels, with grain."""
    grain = np.random.default_rng(0).integers(200, 255, (1530, 2040), "u1")
    Image.fromarray(grain).resize((8160, 6120)).convert("RGB").save(path, quality=90)


def scan(path: Path) -> None:
    pages = [page((1654, 2339), 120).convert("1") for _ in range(8)]
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="group4")


def animation(path: Path) -> None:
    frames = [page((480, 60 + 60 * (n % 3 + 1)), 60).resize((480, 240)) for n in range(24)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)


def voice() -> Any:
    with wave.open(str(VOICE)) as file:
        rate, data = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    wanted = np.arange(int(len(data) * 16_000 / rate)) * rate / 16_000
    return np.interp(wanted, np.arange(len(data)), data).astype("<i2")


def recording(minutes: int) -> Callable[[Path], None]:
    """At 16 kHz, a sentence a minute."""

    def make(path: Path) -> None:
        minute, said = np.random.default_rng(0).normal(0, 8, 60 * 16_000).astype("<i2"), voice()
        minute[20 * 16_000 : 20 * 16_000 + len(said)] = said
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            for _ in range(minutes):
                file.writeframes(minute.tobytes())

    return make


def film(path: Path) -> None:
    """Two minutes at 25 frames a second."""
    import av

    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number in range(3_000):
            pixels = np.full((720, 1280, 3), number % 255, "u1")
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        out.mux(stream.encode(None))


def table(rows: int) -> Callable[[Path], None]:
    """A number, a city and an amount a row."""

    def make(path: Path) -> None:
        cities = ("Bergen", "Oslo", "Lund")
        with path.open("w") as file:
            file.write("number,city,amount\n")
            file.writelines(f"{number},{cities[number % 3]},{number % 97}.50\n" for number in range(rows))

    return make


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "screenshot.png": (screenshot, READ),
    "panorama.png": (panorama, READ),
    "photo.jpg": (photograph, "Make this picture grey"),
    "scan.tif": (scan, READ),
    "queue.gif": (animation, READ),
    "ten_minutes.wav": (recording(10), TRANSCRIBE),
    "two_hours.wav": (recording(120), TRANSCRIBE),
    "minutes.wav": (recording(9), "When does someone speak in this recording?"),
    "film.mp4": (film, "Take 8 frames out of this film"),
    "members.csv": (table(600_000), "How many rows are in this table?"),
    "sales.csv": (table(15_000_000), "What is the sum of amount by city?"),
}
"""How each is made, and what is asked about it."""


def measured(name: str, folder: Path) -> dict[str, float]:
    make, request = FILES[name]
    make(folder / name)
    home, began = folder / f"home-{name}", time.perf_counter()
    command = [sys.executable, "-c", COMMAND, "run", request, "--file", str(folder / name), "--home", str(home)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    ) as run:
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    return {
        "megabytes": round((folder / name).stat().st_size / 1e6, 1),
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_megabytes": round(usage.ru_maxrss / 1024),
        "exit_code": run.returncode,
    }


def main() -> None:
    """Measure the files that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in given.names or FILES:
            found[name] = measured(name, Path(folder))
            print(name, *(f"{key}={value:g}" for key, value in found[name].items()), flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
