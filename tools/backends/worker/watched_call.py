"""`WatchedCall`, in the main process: kills the worker of a call that exceeds its time or `MemoryLimits`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ....graph.call import Call
from ....graph.errors import ExpertError, input_error, input_too_large
from ....graph.time_at_work import TimeAtWork
from .child import too_much_memory
from .memory_limits import MemoryLimits
from .process import WorkerProcess

INTERVAL = 0.1
"""Seconds between checks of a process. A process that takes 3 GB a second is ended 300 MB late."""


class WatchedCall:
    """Ends a call by killing its process, and never kills a process that has been returned to the pool."""

    def __init__(self) -> None:
        self.ended = ""
        """Why it was ended from outside: `cancelled`, `timeout`, `closed`, `memory`, `reading`."""
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._before = 0

    def end(self, why: str) -> None:
        """End the call, now or as soon as it starts."""
        with self._lock:
            self.ended = self.ended or why
            if self._process is not None:
                self._process.signal()

    def attach(self, process: WorkerProcess) -> bool:
        """Use this process for the call; False when the call has been ended already."""
        with self._lock:
            self._process, self._before = process, 0
            return not self.ended

    def detach(self) -> bool:
        """Stop using the process; False when the call was ended meanwhile."""
        with self._lock:
            self._process = None
            return not self.ended

    def violation(self, limits: MemoryLimits) -> str:
        """Why the process has to be ended: `memory` or `reading`; empty when it need not be."""
        with self._lock:
            process = self._process
            if process is None:
                return ""
            resident = process.resident()
            self._before = self._before or resident
            if limits.exceeded(resident, self._before):
                return "memory"
            return "reading" if process.reads_too_long() else ""


@contextmanager
def watched(call: WatchedCall, seconds: float, limits: MemoryLimits) -> Iterator[None]:
    """End the call where the body takes longer, or its process more memory, than is allowed."""
    over = threading.Event()

    def watch() -> None:
        clock, left = TimeAtWork(), seconds
        while not over.wait(max(0.0, min(INTERVAL, left))):
            left = seconds - clock.read()
            why = "timeout" if left <= 0 else call.violation(limits)
            if why:
                call.end(why)
                return

    threading.Thread(target=watch, name="hugginggpt-watch", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def error_of_ended_call(
    ended: str, process: WorkerProcess, call: Call, stderr: str, limits: MemoryLimits
) -> ExpertError:
    """The error of a call whose process is gone. `ended`: why it was ended from outside; `stderr`: the end of its output."""
    name, file = call.expert.model_id, process.current_file.file
    if ended == "timeout":
        return ExpertError(
            f"{name} took longer than {call.timeout:g} s and was ended", hint="a longer limit: HUGGINGGPT_TIMEOUT=600"
        )
    if ended == "memory":
        return too_much_memory(call, limits.resident or limits.more)
    if ended == "reading":
        return input_too_large(
            f"{file} took longer than {process.current_file.max_seconds:g} s to be read",
            hint="Make it smaller or simpler.",
        )
    if ended:
        return ExpertError(f"{name} was ended ({ended})", retryable=True)
    status = process.status or 0
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    if file:
        return input_error(
            f"{file} can't be read: it is broken, or takes more memory than reading may ({how})",
            hint="Save it again, or make it smaller.",
        )
    last = f"; its last output: {stderr}" if stderr else ""
    return ExpertError(f"the process of {name} died ({how}){last}", retryable=True)
