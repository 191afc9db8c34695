"""Workers: a pool of warm processes that can be killed, for experts in C code that no thread could stop.

A call has a process to itself; cancelled or over its time, the process is killed, and the next call starts another.
Idle ones stay warm with the models they have loaded. The parent's side is threads and blocking pipes, so any number of
event loops may share a pool. `worker.py` is the other end. Not `multiprocessing`: it runs the user's `__main__` again,
and pickles.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.settings import Settings
from .worker import Order, Reply

_PASSED_ON = ("PATH", "HOME", "USERPROFILE", "LANG", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PASSED_ON_FAMILIES = ("LC_", "TMP", "TEMP", "XDG_", "APPDATA", "LOCALAPPDATA", "CUDA_")
"""What a worker inherits of the environment, by name and by prefix. Keys and tokens are not among it."""

_LAST_WORDS = 2000
"""Bytes of standard error quoted when a worker dies."""


class Workers:
    """At most `settings.workers` processes, started when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._environment = environment(settings, os.environ)
        # A worker dies with the thread that started it (PR_SET_PDEATHSIG): these threads live as long as the pool.
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="hugginggpt-worker")
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._holds: set[_Hold] = set()
        self._closed = False

    async def run(self, target: str, call: Call) -> Sequence[Artifact]:
        """Run `module:function` on a call, within `call.timeout`. All that goes wrong in it is an `ExpertError`."""
        hold = _Hold()
        try:
            future = self._threads.submit(self._serve, hold, target, call)
        except RuntimeError:  # the pool has been shut down
            raise _closed() from None
        waiting = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            hold.end("cancelled")
            if not future.cancel():
                await asyncio.wait([waiting])  # until the process is gone
            raise

    def close(self) -> None:
        """Kill every worker, busy ones too."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            holds = set(self._holds)
        for hold in holds:
            hold.end("closed")
        for process in idle:
            process.kill()
        self._threads.shutdown(wait=True)  # calls that still queue end with `_closed`

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that wait for work."""
        with self._lock:
            return tuple(process.pid for process in self._idle)

    # -- in a thread of the pool ------------------------------------------------------------------------------------

    def _serve(self, hold: "_Hold", target: str, call: Call) -> tuple[Artifact, ...]:
        """One call: take a process, ask it, put it back."""
        limit = threading.Timer(call.timeout, hold.end, args=["timeout"])
        limit.daemon = True
        with self._lock:
            if self._closed:
                raise _closed()
            self._holds.add(hold)
        try:
            limit.start()
            process = self._take(target)
            reply = process.ask(Order(target=target, call=call)) if hold.take(process) else None
            words = process.last_words()
            if hold.leave() and reply is not None:
                self._give_back(process)
            else:
                process.kill()
        finally:
            limit.cancel()
            with self._lock:
                self._holds.discard(hold)
        if reply is None:
            raise _death(hold.ended, process, call, words)
        if reply.failure is not None:
            raise reply.failure.error()
        return reply.artifacts

    def _take(self, target: str) -> "_Process":
        """An idle process that has the module loaded, else any idle one, else a new one."""
        module = target.partition(":")[0]
        with self._lock:
            self._idle = [process for process in self._idle if process.alive()]
            self._idle.sort(key=lambda process: module in process.loaded)
            process = self._idle.pop() if self._idle else None
        try:
            process = process or _Process(self._environment)
        except OSError as error:
            raise ExpertError(f"no worker process could be started: {error}", retryable=True) from error
        process.loaded.add(module)
        return process

    def _give_back(self, process: "_Process") -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(process)
                return
        process.kill()


class _Process:
    """One worker process and its pipes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.loaded: set[str] = set()
        self._errors = tempfile.TemporaryFile("a+b")  # noqa: SIM115  (closed by `kill`)
        self._popen = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the parent; it kills us when it wants to
        )
        self.pid = self._popen.pid

    def ask(self, order: Order) -> Reply | None:
        """Send an order and wait for its reply; None when the process died over it."""
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        try:
            self._popen.stdin.write(order.model_dump_json().encode() + b"\n")
            self._popen.stdin.flush()
            line = self._popen.stdout.readline()
        except OSError:
            return None
        return Reply.model_validate_json(line) if line.endswith(b"\n") else None

    def last_words(self) -> str:
        """The end of what it wrote to standard error since it was last asked."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _LAST_WORDS))
        words = self._errors.read().decode(errors="replace").strip()
        self._errors.truncate(0)
        return "\n".join(words.splitlines()[-3:])

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


class _Hold:
    """One call's hold on a process. Whoever wants the call ended asks here, and never kills a process given back."""

    def __init__(self) -> None:
        self.ended = ""
        """Why it was ended from outside: `cancelled`, `timeout`, `closed`."""
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def end(self, why: str) -> None:
        """End the call, now or as soon as it starts."""
        with self._lock:
            self.ended = self.ended or why
            if self._process is not None:
                self._process.signal()

    def take(self, process: _Process) -> bool:
        """Hold a process; False when the call has been ended already."""
        with self._lock:
            self._process = process
            return not self.ended

    def leave(self) -> bool:
        """Let go of it; False when it was told to die meanwhile."""
        with self._lock:
            self._process = None
            return not self.ended


def _death(ended: str, process: _Process, call: Call, words: str) -> ExpertError:
    name = call.expert.model_id
    if ended == "timeout":
        return ExpertError(
            f"{name} took longer than {call.timeout:g} s and was ended", hint="a longer limit: HUGGINGGPT_TIMEOUT=600"
        )
    if ended:
        return ExpertError(f"{name} was ended ({ended})", retryable=True)
    status = process.status or 0
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    said = f"; its last words: {words}" if words else ""
    return ExpertError(f"the process of {name} died ({how}){said}", retryable=True)


def _closed() -> ExpertError:
    return ExpertError("the workers were closed", retryable=True)


def environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """What a worker may know: no keys, its limits, its share of the processors, and where to import from."""
    passed = {
        name: value
        for name, value in inherited.items()
        if name in _PASSED_ON or name.upper().startswith(_PASSED_ON_FAMILIES)
    }
    threads = str(max(1, (os.cpu_count() or 1) // settings.workers))
    return passed | {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",  # a numpy.py in the user's folder must not shadow the real one
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "ORT_DISABLE_TELEMETRY": "1",
        "HUGGINGGPT_HOME": str(settings.home),
        "HUGGINGGPT_MAX_IMAGE_PIXELS": str(settings.max_image_pixels),
        "HUGGINGGPT_MAX_AUDIO_SECONDS": str(settings.max_audio_seconds),
    }
