"""Workers: a pool of warm processes that can be killed, for experts in C code that no thread could stop.

A call has a process to itself; cancelled or over its time, the process is killed, and the next call starts another.
Idle ones stay warm with the models they have loaded. The parent's side is threads and blocking pipes, so any number of
event loops may share a pool. `process.py` is one process seen from here, `worker.py` its other end, `hold.py` a call in
progress. Not `multiprocessing`: it runs the user's `__main__` again, and pickles.
"""

import asyncio
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.settings import Settings
from .child import Order
from .memory_limits import Bounds
from .process import Process, environment
from .progress import Step, Tell
from .watched_call import Hold, cause_of_death, watched


def _unheard(_step: Step) -> None:
    """For who does not listen."""


class Workers:
    """At most `settings.workers` processes, and those to spare, started when first needed."""

    def __init__(
        self,
        settings: Settings,
        besides: Mapping[str, str] | None = None,
        bounds: Bounds | None = None,
        spare: int = 0,
    ) -> None:
        """`besides`: what the processes know beyond what every worker does, by name of the environment.

        `spare`: further processes, so that what decodes does not queue behind all those that think.
        """
        self._bounds = bounds or Bounds.of_a_call(settings)
        self._environment = environment(settings, os.environ) | self._bounds.environment() | dict(besides or {})
        # A worker dies with the thread that started it (PR_SET_PDEATHSIG): these threads live as long as the pool.
        self._threads = ThreadPoolExecutor(settings.workers + spare, thread_name_prefix="hugginggpt-worker")
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._holds: set[Hold] = set()
        self._closed = False

    async def run(self, target: str, call: Call, tell: Tell = _unheard) -> Sequence[Artifact]:
        """Run `module:function` on a call, within `call.timeout`. All that goes wrong in it is an `ExpertError`.

        What it tells of its progress goes to `tell`, in a thread of the pool.
        """
        hold, future = self._begin(target, call, tell)
        waiting = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            hold.end("cancelled")
            if not future.cancel():
                await asyncio.wait([waiting])  # until the process is gone
            raise

    def run_here(self, target: str, call: Call) -> Sequence[Artifact]:
        """As `run`, for a thread that may wait."""
        _, future = self._begin(target, call, _unheard)
        return future.result()

    def warm(self) -> None:
        """Start a process, unless one waits already; does not wait for it."""
        with self._lock:
            ready = bool(self._idle) or self._closed
        if not ready:
            with suppress(RuntimeError):  # shut down meanwhile
                self._threads.submit(self._start)

    def _begin(self, target: str, call: Call, tell: Tell) -> "tuple[Hold, Future[tuple[Artifact, ...]]]":
        hold = Hold()
        try:
            return hold, self._threads.submit(self._serve, hold, target, call, tell)
        except RuntimeError:  # the pool has been shut down
            raise _closed() from None

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

    def _serve(self, hold: Hold, target: str, call: Call, tell: Tell) -> tuple[Artifact, ...]:
        """One call: take a process, ask it, put it back."""
        with self._lock:
            if self._closed:
                raise _closed()
            self._holds.add(hold)
        try:
            with watched(hold, call.timeout, self._bounds):
                process = self._take(target)
                try:
                    reply = process.ask(Order(target=target, call=call), tell) if hold.take(process) else None
                    words = process.last_words()
                except BaseException:  # what reports its steps failed: its answer is still in the pipe
                    hold.leave()
                    process.kill()
                    raise
                if hold.leave() and reply is not None:
                    self._give_back(process)
                else:
                    process.kill()
        finally:
            with self._lock:
                self._holds.discard(hold)
        if reply is None:
            raise cause_of_death(hold.ended, process, call, words, self._bounds)
        if reply.failure is not None:
            raise reply.failure.error()
        return reply.artifacts

    def _start(self) -> None:
        with suppress(ExpertError):  # the call that needs it reports it
            self._give_back(self._take(":"))

    def _take(self, target: str) -> Process:
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

    def _give_back(self, process: Process) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(process)
                return
        process.kill()


def _closed() -> ExpertError:
    return ExpertError("the workers were closed", retryable=True)
