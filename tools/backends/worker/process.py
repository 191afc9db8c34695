"""Process: one worker process, its pipes, and what it may know of the environment."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress

from ....graph.resource import Frozen
from ....graph.settings import Settings
from .child import Order, Reply, read_line
from .progress import Reading, Step, Tell
from .sandbox import keep_memory

_PASSED_ON = ("PATH", "HOME", "USERPROFILE", "LANG", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PASSED_ON_FAMILIES = ("LC_", "TMP", "TEMP", "XDG_", "APPDATA", "LOCALAPPDATA", "CUDA_")
"""What a worker inherits of the environment, by name and by prefix. Keys and tokens are not among it."""

_LAST_WORDS = 2000
"""Bytes of standard error quoted when a worker dies."""


class Process:
    """One worker process and its pipes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.loaded: set[str] = set()
        self.reading = Reading(reading="")
        """The file that it reads now, or died of."""
        self._since = 0.0
        keep_memory()  # before there is anyone who could look
        self._errors = tempfile.TemporaryFile("a+b")  # noqa: SIM115  (closed by `kill`)
        self._popen = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the parent; it kills us when it wants to
        )
        self.pid = self._popen.pid

    def ask(self, order: Order, tell: Tell) -> Reply | None:
        """Send an order and wait for its reply; None when the process died over it, or its answer can't be read.

        Its steps are handed to `tell`.
        """
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        try:
            self._popen.stdin.write(order.model_dump_json().encode() + b"\n")
            self._popen.stdin.flush()
            while (line := self._popen.stdout.readline()).endswith(b"\n"):
                try:
                    heard = read_line(line)
                except ValueError:  # whatever writes there, it can't be relied on any more
                    return None
                match heard:
                    case Reply() as reply:
                        return reply
                    case Reading() as reading:
                        self.reading, self._since = reading, time.monotonic()
                    case Step() as step:
                        tell(step)
        except OSError:
            pass
        return None

    def last_words(self) -> str:
        """The end of what it wrote to standard error since it was last asked."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _LAST_WORDS))
        words = self._errors.read().decode(errors="replace").strip()
        self._errors.truncate(0)
        return "\n".join(words.splitlines()[-3:])

    def resident(self) -> int:
        """Bytes of memory that it holds; 0 when it is gone."""
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def reads_too_long(self) -> bool:
        """Whether a file takes it longer than it may."""
        return 0 < self.reading.within < time.monotonic() - self._since

    def alive(self) -> bool:
        """Whether it still runs; one that died while idle is cleaned up."""
        if self._popen.poll() is None:
            return True
        self.kill()
        return False

    def signal(self) -> None:
        """Tell it to die, at once, with all it may have started."""
        if self._popen.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL) if os.name == "posix" else self._popen.kill()

    def kill(self) -> int:
        """End it and wait until it is gone; gives the exit status."""
        self.signal()
        status = self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout, self._errors):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return status

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._popen.poll()


class InForce(Frozen):
    """What keeps a worker here from keys and network, as `confinement` finds it."""

    worker: tuple[str, ...] = ()
    parent: bool = False


def in_force(settings: Settings) -> InForce:
    """Tried in a process of its own. Nothing is in force where that does not run."""
    command = [sys.executable, "-m", f"{__package__}.sandbox"]
    given = environment(settings, os.environ)
    try:
        done = subprocess.run(command, env=given, capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return InForce()
    return InForce.model_validate_json(done.stdout)


def passed_on(inherited: Mapping[str, str]) -> dict[str, str]:
    """What any program that is started may know of an environment: no keys."""
    return {
        name: value
        for name, value in inherited.items()
        if name in _PASSED_ON or name.upper().startswith(_PASSED_ON_FAMILIES)
    }


def environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """What a worker may know: no keys, its limits, its share of the processors, and where to import from."""
    threads = str(max(1, (os.cpu_count() or 1) // settings.workers))
    return passed_on(inherited) | {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",  # a numpy.py in the user's folder must not shadow the real one
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "MALLOC_ARENA_MAX": "2",  # glibc reserves address space for each thread that allocates
        "ORT_DISABLE_TELEMETRY": "1",
        "HUGGINGGPT_HOME": str(settings.home),
        "HUGGINGGPT_MAX_IMAGE_PIXELS": str(settings.max_image_pixels),
        "HUGGINGGPT_MAX_AUDIO_SECONDS": str(settings.max_audio_seconds),
    }
