"""Functions that try what a worker process may not do, for one to run by name; each returns the result as text."""

import ctypes
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.tools.backends.worker.progress import report_step
from hugginggpt.tools.media.memory_budget import reading


def _text(text: object) -> Sequence[Artifact]:
    return [Artifact(output="text", kind="text", media_type="text/plain", text=str(text))]


def _tried(what: Callable[[], object]) -> Sequence[Artifact]:
    try:
        return _text(f"done: {what()!r}")
    except OSError as error:
        return _text(f"refused: {error.strerror}")


def pid(call: Call) -> Sequence[Artifact]:
    """Its number."""
    return _text(os.getpid())


def read(call: Call) -> Sequence[Artifact]:
    """Reads a file of the parent process in /proc."""
    path = f"/proc/{os.getppid()}/{call.text('items')}"

    def begin() -> bytes:
        with open(path, "rb") as file:  # noqa: PTH123
            file.seek(int(Path(f"/proc/{os.getppid()}/maps").read_text().partition("-")[0], 16) if "mem" in path else 0)
            return file.read(100)

    return _tried(begin)


def connect(call: Call) -> Sequence[Artifact]:
    """Opens a connection: to a port of this machine, or to a socket in the file system."""
    place = call.text("items")

    def begin() -> str:
        family = socket.AF_INET if place.isdecimal() else socket.AF_UNIX
        with socket.socket(family) as made:
            made.connect(("127.0.0.1", int(place)) if place.isdecimal() else place)
        return "connected"

    return _tried(begin)


def network(call: Call) -> Sequence[Artifact]:
    """Which network it is in."""
    return _text(Path("/proc/self/ns/net").readlink())


def status(call: Call) -> Sequence[Artifact]:
    """Its rights, as the kernel reports them."""
    return _text(Path("/proc/self/status").read_text())


def limits(call: Call) -> Sequence[Artifact]:
    """Seconds of processor time that it may use, and bytes of a core file."""
    import resource

    cores = resource.getrlimit(resource.RLIMIT_CORE)[0]
    return _text(f"{resource.getrlimit(resource.RLIMIT_CPU)[0]} {cores}")


def grow(call: Call) -> Sequence[Artifact]:
    """Takes as many bytes as its text names, a little at a time, and uses them."""
    taken = []
    for _ in range(int(call.text("items")) // 50_000_000):
        taken.append(b"x" * 50_000_000)
        time.sleep(0.02)
    return _text("taken")


def open_file(call: Call) -> Sequence[Artifact]:
    """Reads a file."""
    return _tried(lambda: Path(call.text("items")).read_text())


def babble(call: Call) -> Sequence[Artifact]:
    """Writes nonsense to every pipe that it has."""
    for number in range(3, 20):
        with suppress(OSError):
            os.write(number, b"nonsense\n")
    return _text("answered")


def progress(call: Call) -> Sequence[Artifact]:
    """Reports how far it is."""
    report_step("tried", 1, 2, "times")
    return _text("done")


def read_for_long(call: Call) -> Sequence[Artifact]:
    """Reads a page without an end."""
    with reading("endless.pdf", 0.5):
        time.sleep(30)
    return _text("read")


def read_and_die(call: Call) -> Sequence[Artifact]:
    """Reads a file that crashes its decoder."""
    with reading("broken.pdf"):
        ctypes.string_at(0)
    return _text("read")


def read_and_grow(call: Call) -> Sequence[Artifact]:
    """Reads what takes a gigabyte."""
    with reading("large.pdf"):
        return grow(call)
