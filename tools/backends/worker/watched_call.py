"""Hold: one call's hold on a worker process, watched while it lasts, and what to say of one that ended it."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ....graph.call import Call
from ....graph.errors import ExpertError
from .child import too_much_memory
from .memory_limits import Bounds
from .process import Process

INTERVAL = 0.1
"""Seconds between looks at a process. A process that takes 3 GB a second is ended 300 MB late."""


class Hold:
    """What ends a call ends it here, and never kills a process given back."""

    def __init__(self) -> None:
        self.ended = ""
        """Why it was ended from outside: `cancelled`, `timeout`, `closed`, `memory`, `reading`."""
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._before = 0

    def end(self, why: str) -> None:
        """End the call, now or as soon as it starts."""
        with self._lock:
            self.ended = self.ended or why
            if self._process is not None:
                self._process.signal()

    def take(self, process: Process) -> bool:
        """Hold a process; False when the call has been ended already."""
        with self._lock:
            self._process, self._before = process, 0
            return not self.ended

    def leave(self) -> bool:
        """Let go of it; False when it was ended meanwhile."""
        with self._lock:
            self._process = None
            return not self.ended

    def look(self, bounds: Bounds) -> str:
        """Why the process has to be ended, if it has to."""
        with self._lock:
            process = self._process
            if process is None:
                return ""
            resident = process.resident()
            self._before = self._before or resident
            if bounds.exceeded(resident, self._before):
                return "memory"
            return "reading" if process.reads_too_long() else ""


@contextmanager
def watched(hold: Hold, seconds: float, bounds: Bounds) -> Iterator[None]:
    """End the call where the body takes longer, or its process more memory, than is allowed."""
    over = threading.Event()

    def watch() -> None:
        until = time.monotonic() + seconds
        while not over.wait(max(0.0, min(INTERVAL, until - time.monotonic()))):
            why = "timeout" if time.monotonic() >= until else hold.look(bounds)
            if why:
                hold.end(why)
                return

    threading.Thread(target=watch, name="hugginggpt-watch", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def cause_of_death(ended: str, process: Process, call: Call, words: str, bounds: Bounds) -> ExpertError:
    """What to raise for a call whose process is gone."""
    name, reading = call.expert.model_id, process.reading.reading
    if ended == "timeout":
        return ExpertError(
            f"{name} took longer than {call.timeout:g} s and was ended", hint="a longer limit: HUGGINGGPT_TIMEOUT=600"
        )
    if ended == "memory":
        return too_much_memory(call, bounds.resident or bounds.more)
    if ended == "reading":
        return ExpertError(
            f"{reading} took longer than {process.reading.within:g} s to be read",
            hint="Make it smaller or simpler.",
            kind="too_large",
            input_fault=True,
        )
    if ended:
        return ExpertError(f"{name} was ended ({ended})", retryable=True)
    status = process.status or 0
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    if reading:
        return ExpertError(
            f"{reading} can't be read: it is broken, or takes more memory than reading may ({how})",
            hint="Save it anew, or make it smaller.",
            input_fault=True,
        )
    last = f"; its last words: {words}" if words else ""
    return ExpertError(f"the process of {name} died ({how}){last}", retryable=True)
