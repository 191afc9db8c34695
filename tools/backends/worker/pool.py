"""`Workers`: a pool of warm processes (`settings.workers`, and `spare` more) for experts that must be killable.

Each call has a process to itself. If it is cancelled or takes too long, its process is killed, and the next call starts
another. Idle processes keep the models that they have loaded. The parent uses threads and blocking pipes, so any number
of event loops may share a pool. Not `multiprocessing`: it runs the user's `__main__` again, and pickles.
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
from .child import Job
from .memory_limits import MemoryLimits
from .process import WorkerProcess, worker_environment
from .progress import OnStep, Step
from .watched_call import WatchedCall, error_of_ended_call, watched


def _ignore(_step: Step) -> None:
    pass


class Workers:
    """At most `settings.workers` + `spare` processes, started when first needed."""

    def __init__(
        self,
        settings: Settings,
        besides: Mapping[str, str] | None = None,
        limits: MemoryLimits | None = None,
        spare: int = 0,
    ) -> None:
        """`besides`: their own environment variables; `spare`: more processes, for decoding while experts compute."""
        self._limits = limits or MemoryLimits.for_calls(settings)
        self._environment = worker_environment(settings, os.environ) | self._limits.environment() | dict(besides or {})
        # A worker dies with the thread that started it (PR_SET_PDEATHSIG): these threads live as long as the pool.
        self._threads = ThreadPoolExecutor(settings.workers + spare, thread_name_prefix="hugginggpt-worker")
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._calls: set[WatchedCall] = set()
        self._closed = False

    async def run(self, target: str, call: Call, on_step: OnStep = _ignore) -> Sequence[Artifact]:
        """Run `module:function` within `call.timeout`. A failure is an `ExpertError`; steps go to `on_step`, in a thread."""
        watched_call, future = self._begin(target, call, on_step)
        waiting = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            watched_call.end("cancelled")
            # ended as requested: asyncio would report that no one looks at it, here or after a second cancellation
            waiting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            if not future.cancel():
                await asyncio.wait([waiting])  # until the process is gone
            raise

    def warm_up(self) -> None:
        """Start a process, where there is none, before the first call needs it; returns at once."""
        with suppress(RuntimeError):  # the pool has been shut down
            self._threads.submit(self._start)

    def run_blocking(self, target: str, call: Call) -> Sequence[Artifact]:
        """As `run`, for callers in a thread that may block."""
        _, future = self._begin(target, call, _ignore)
        return future.result()

    def _begin(self, target: str, call: Call, on_step: OnStep) -> "tuple[WatchedCall, Future[tuple[Artifact, ...]]]":
        watched_call = WatchedCall()
        try:
            return watched_call, self._threads.submit(self._serve, watched_call, target, call, on_step)
        except RuntimeError:  # the pool has been shut down
            raise _closed() from None

    def close(self) -> None:
        """Kill every worker, busy ones too."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            calls = set(self._calls)
        for call in calls:
            call.end("closed")
        for process in idle:
            process.kill()
        self._threads.shutdown(wait=True)  # calls that still wait end with `_closed`

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the idle processes."""
        with self._lock:
            return tuple(process.pid for process in self._idle)

    # -- in a thread of the pool ------------------------------------------------------------------------------------

    def _serve(self, watched_call: WatchedCall, target: str, call: Call, on_step: OnStep) -> tuple[Artifact, ...]:
        with self._lock:
            if self._closed:
                raise _closed()
            self._calls.add(watched_call)
        try:
            with watched(watched_call, call.timeout, self._limits):
                call.scratch  # noqa: B018  (made here, where it is removed at the end)
                process = self._take(target)
                if call.expert.model_id not in process.experts:
                    call.mark_as_first()
                    process.experts.add(call.expert.model_id)
                try:
                    job = Job(target=target, call=call)
                    reply = process.run(job, on_step) if watched_call.attach(process) else None
                    stderr = process.stderr_tail()
                except BaseException:  # `on_step` failed: the reply is still in the pipe
                    watched_call.detach()
                    process.kill()
                    raise
                if watched_call.detach() and reply is not None:
                    self._return(process)
                else:
                    process.kill()
        finally:
            with self._lock:
                self._calls.discard(watched_call)
        if reply is None:
            raise error_of_ended_call(watched_call.ended, process, call, stderr, self._limits)
        if reply.failure is not None:
            raise reply.failure.error()
        return reply.artifacts

    def _start(self) -> None:
        with self._lock:
            if self._closed or self._idle or self._calls:
                return
        with suppress(OSError):  # the call meets it again, and reports it
            process = WorkerProcess(self._environment)
            with self._lock:
                if not self._closed:
                    self._idle.append(process)
                    return
            process.kill()

    def _take(self, target: str) -> WorkerProcess:
        """An idle process that has the module loaded, else any idle one, else a new one."""
        module = target.partition(":")[0]
        with self._lock:
            self._idle = [process for process in self._idle if process.alive()]
            self._idle.sort(key=lambda process: module in process.loaded)
            process = self._idle.pop() if self._idle else None
        try:
            process = process or WorkerProcess(self._environment)
        except OSError as error:
            raise ExpertError(f"no worker process could be started: {error}", retryable=True) from error
        process.loaded.add(module)
        return process

    def _return(self, process: WorkerProcess) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(process)
                return
        process.kill()


def _closed() -> ExpertError:
    return ExpertError("the workers were closed", retryable=True)
