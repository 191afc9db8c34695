"""Workers: a pool of warm processes that can be killed, for experts in C code that no thread could stop.

A call has a process to itself; cancelled or over its time, the process is killed, and the next call starts another.
Idle ones stay warm with the models they have loaded. The parent's side is threads and blocking pipes, so any number of
event loops may share a pool. `process.py` is one process seen from here, `worker.py` its other end. Not
`multiprocessing`: it runs the user's `__main__` again, and pickles.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.settings import Settings
from .process import Process, environment
from .progress import Step, Tell
from .worker import Order


def _unheard(_step: Step) -> None:
    """For who does not listen."""


class Workers:
    """At most `settings.workers` processes, started when first needed."""

    def __init__(self, settings: Settings, besides: Mapping[str, str] | None = None) -> None:
        """`besides`: what the processes know beyond what every worker does, by name of the environment."""
        self._environment = environment(settings, os.environ) | dict(besides or {})
        # A worker dies with the thread that started it (PR_SET_PDEATHSIG): these threads live as long as the pool.
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="hugginggpt-worker")
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._holds: set[_Hold] = set()
        self._closed = False

    async def run(self, target: str, call: Call, tell: Tell = _unheard) -> Sequence[Artifact]:
        """Run `module:function` on a call, within `call.timeout`. All that goes wrong in it is an `ExpertError`.

        What it tells of its progress goes to `tell`, in a thread of the pool.
        """
        hold = _Hold()
        try:
            future = self._threads.submit(self._serve, hold, target, call, tell)
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

    def _serve(self, hold: "_Hold", target: str, call: Call, tell: Tell) -> tuple[Artifact, ...]:
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
            reply = process.ask(Order(target=target, call=call), tell) if hold.take(process) else None
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

    def _take(self, target: str) -> "Process":
        """An idle process that has the module loaded, else any idle one, else a new one."""
        module = target.partition(":")[0]
        with self._lock:
            self._idle = [process for process in self._idle if process.alive()]
            self._idle.sort(key=lambda process: module in process.loaded)
            process = self._idle.pop() if self._idle else None
        try:
            process = process or Process(self._environment)
        except OSError as error:
            raise ExpertError(f"no worker process could be started: {error}", retryable=True) from error
        process.loaded.add(module)
        return process

    def _give_back(self, process: "Process") -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(process)
                return
        process.kill()


class _Hold:
    """One call's hold on a process. Whoever wants the call ended asks here, and never kills a process given back."""

    def __init__(self) -> None:
        self.ended = ""
        """Why it was ended from outside: `cancelled`, `timeout`, `closed`."""
        self._lock = threading.Lock()
        self._process: Process | None = None

    def end(self, why: str) -> None:
        """End the call, now or as soon as it starts."""
        with self._lock:
            self.ended = self.ended or why
            if self._process is not None:
                self._process.signal()

    def take(self, process: Process) -> bool:
        """Hold a process; False when the call has been ended already."""
        with self._lock:
            self._process = process
            return not self.ended

    def leave(self) -> bool:
        """Let go of it; False when it was told to die meanwhile."""
        with self._lock:
            self._process = None
            return not self.ended


def _death(ended: str, process: Process, call: Call, words: str) -> ExpertError:
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
