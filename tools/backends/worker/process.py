"""`WorkerProcess`: one process of a pool and its pipes; and `worker_environment`, the variables that it gets."""

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
from .child import Job, Reply, parse_line
from .progress import CurrentFile, OnStep, Step
from .sandbox import hide_memory

_PASSED_ON = ("PATH", "HOME", "USERPROFILE", "LANG", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PASSED_ON_FAMILIES = ("LC_", "TMP", "TEMP", "XDG_", "APPDATA", "LOCALAPPDATA", "CUDA_")
"""Environment variables that a worker inherits, by name and by prefix: no keys, no tokens."""

_STDERR_TAIL = 2000
"""Bytes of standard error quoted when a worker dies."""


class WorkerProcess:
    """One worker process and its pipes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.loaded: set[str] = set()
        """Modules of the functions that it has called."""
        self.experts: set[str] = set()
        """Ids of the models that it was called for."""
        self.current_file = CurrentFile(file="")
        """The file that it reads now, or read when it died."""
        self._since = 0.0
        hide_memory()  # before there is a process that could read it
        self._errors = tempfile.TemporaryFile("a+b")  # noqa: SIM115  (closed by `kill`)
        self._popen = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent only, which kills its workers
        )
        self.pid = self._popen.pid

    def run(self, job: Job, on_step: OnStep) -> Reply | None:
        """Send a job and wait for its reply; None when the process died, or its reply can't be read."""
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        try:
            self._popen.stdin.write(job.model_dump_json().encode() + b"\n")
            self._popen.stdin.flush()
            while (line := self._popen.stdout.readline()).endswith(b"\n"):
                try:
                    message = parse_line(line)
                except ValueError:  # something else writes to this pipe: it can't be relied on any more
                    return None
                match message:
                    case Reply() as reply:
                        return reply
                    case CurrentFile() as current_file:
                        self.current_file, self._since = current_file, time.monotonic()
                    case Step() as step:
                        on_step(step)
        except OSError:
            pass
        return None

    def stderr_tail(self) -> str:
        """The end of what it wrote to standard error since the last call of this method."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _STDERR_TAIL))
        text = self._errors.read().decode(errors="replace").strip()
        self._errors.truncate(0)
        return "\n".join(text.splitlines()[-3:])

    def resident(self) -> int:
        """Bytes of memory that it holds; 0 when it is gone."""
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def reads_too_long(self) -> bool:
        """Whether its current file takes longer than it may."""
        return 0 < self.current_file.max_seconds < time.monotonic() - self._since

    def alive(self) -> bool:
        """Whether it still runs; one that died while idle is cleaned up."""
        if self._popen.poll() is None:
            return True
        self.kill()
        return False

    def signal(self) -> None:
        """Send SIGKILL to it and to all processes that it started."""
        if self._popen.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL) if os.name == "posix" else self._popen.kill()

    def kill(self) -> int:
        """End it and wait until it is gone; returns the exit status."""
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


class Confinement(Frozen):
    """The measures in force on this machine that keep a worker from keys and network."""

    worker: tuple[str, ...] = ()
    parent: bool = False


def check_confinement(settings: Settings) -> Confinement:
    """Try the measures in a process of its own; reports none where that process does not run."""
    command = [sys.executable, "-m", f"{__package__}.sandbox"]
    variables = worker_environment(settings, os.environ)
    try:
        done = subprocess.run(command, env=variables, capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return Confinement()
    return Confinement.model_validate_json(done.stdout)


def without_keys(inherited: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that any started program gets: no keys."""
    return {
        name: value
        for name, value in inherited.items()
        if name in _PASSED_ON or name.upper().startswith(_PASSED_ON_FAMILIES)
    }


def worker_environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker: no keys, its limits, its share of the processors, and where to import from."""
    threads = str(max(1, (os.cpu_count() or 1) // settings.workers))
    return without_keys(inherited) | {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",  # a numpy.py in the user's folder must not shadow the real one
        "PYTHONUTF8": "1",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads),
        "MALLOC_ARENA_MAX": "2",  # glibc reserves address space for each thread that allocates
        "ORT_DISABLE_TELEMETRY": "1",
        "HUGGINGGPT_HOME": str(settings.home),
        "HUGGINGGPT_MAX_IMAGE_PIXELS": str(settings.max_image_pixels),
        "HUGGINGGPT_MAX_AUDIO_SECONDS": str(settings.max_audio_seconds),
    }
