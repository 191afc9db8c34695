"""`Holder`, `alive`: which process owns a run, and whether it still lives, for `runs.py`, which claims the leases.

Under this kernel a process is identified by its id and start time, so a killed owner is noticed at once. On another host
that shares the file, an owner is dead when its count of beats has not changed for a while of our monotonic clock.
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, NamedTuple
from uuid import uuid4

from ..graph.untrusted_json import read_untrusted_json

BEAT: Final = 5.0
"""Seconds between beats."""
LOOKS: Final = 5
"""Looks for a request to cancel in the time of a beat; a look writes nothing."""
STALE: Final = 30.0
"""Seconds without a beat after which an owner on another host counts as dead."""

_open: set[str] = set()
"""Holders of this process that are not closed: two of them in one process compete for leases too."""


class Owner(NamedTuple):
    """The process that wrote a mark."""

    host: str
    machine: str
    place: str
    pid: int
    start: float
    nonce: str


class Holder:
    """A possible owner of runs: a ledger of this process, while it is open."""

    def __init__(self) -> None:
        self.nonce = uuid4().hex
        owner = Owner(socket.gethostname(), machine(), place(), os.getpid(), _start(os.getpid()), self.nonce)
        self.mark = json.dumps(owner._asdict())
        _open.add(self.nonce)
        self._lock = Lock()
        self._stop: Event | None = None

    def start_beating(self, beat: Callable[[], None], look: Callable[[], None]) -> None:
        """Call `beat` every few seconds from a thread, and `look` more often, until stopped."""
        with self._lock:
            if self._stop is None:
                self._stop = Event()
                Thread(target=_keep_beating, args=(beat, look, self._stop), name="lease", daemon=True).start()

    def stop_beating(self) -> None:
        """End the thread: no lease is held."""
        with self._lock:
            if self._stop is not None:
                self._stop.set()
                self._stop = None

    def close(self) -> None:
        """Give up all leases."""
        _open.discard(self.nonce)
        self.stop_beating()


def _keep_beating(beat: Callable[[], None], look: Callable[[], None], stop: Event) -> None:
    for number in count(1):
        if stop.wait(BEAT / LOOKS):
            return
        look()
        if number % LOOKS == 0:
            beat()


def read_mark(mark: str) -> Owner | None:
    """The owner that a mark names; None for a mark of an earlier version, or a damaged one."""
    try:
        read = read_untrusted_json(mark)
        names = (str(read["host"]), str(read.get("machine", "")), str(read["place"]))
        return Owner(*names, int(read["pid"]), float(read["start"]), str(read["nonce"]))
    except (ValueError, KeyError, TypeError):
        return None


def place() -> str:
    """The scope of process ids: this boot of this kernel, and the pid namespace (a container has its own)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not Linux
        return socket.gethostname()


def machine() -> str:
    """A name of this machine that is the same after every boot; empty where it has none.

    Cloned machines share the id, as containers of one image may; so the host's name is part of it.
    """
    try:
        return f"{socket.gethostname()} {Path('/etc/machine-id').read_text(encoding='ascii').strip()}"
    except (OSError, ValueError):
        return ""


def seems_over(mark: str) -> bool:
    """Whether an owner ran on this machine before its last boot. For lists only: no run is taken over because of it."""
    owner = read_mark(mark)
    return owner is None or (bool(owner.machine) and owner.machine == machine() and owner.place != place())


def alive(mark: str) -> bool | None:
    """Whether the process that wrote `mark` still lives; None for one of another host, whose beats must be watched."""
    owner = read_mark(mark)
    if owner is None or owner.place != place():
        return None
    if owner.pid == os.getpid():
        return owner.nonce in _open
    return _start(owner.pid) in (owner.start, _UNKNOWN)


def is_of_this_process(mark: str) -> bool:
    """Whether this process wrote the mark."""
    owner = read_mark(mark)
    return owner is not None and (owner.pid, owner.place) == (os.getpid(), place())


def describe(mark: str) -> str:
    """The owner, as messages name it."""
    owner = read_mark(mark)
    return f"process {owner.pid} on {owner.host}" if owner else "another process"


_GONE: Final = -1.0
_UNKNOWN: Final = -2.0


def _start(pid: int) -> float:
    """Start of a process in ticks since the boot, which no clock change affects; or `_GONE`, or `_UNKNOWN`."""
    if sys.platform != "linux":
        return _start_elsewhere(pid)
    try:
        state, *fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:  # gone, or hidden from us (hidepid)
        import psutil

        return _UNKNOWN if psutil.pid_exists(pid) else _GONE
    return _GONE if state in "ZX" else float(fields[18])  # proc(5): field 22 of the line, `starttime`


def _start_elsewhere(pid: int) -> float:
    """Start of a process in seconds since the epoch, as the system recorded it; or `_GONE`, or `_UNKNOWN`."""
    import psutil

    try:
        process = psutil.Process(pid)
        return _GONE if process.status() == psutil.STATUS_ZOMBIE else round(process.create_time(), 2)
    except psutil.NoSuchProcess:
        return _GONE
    except psutil.AccessDenied:
        return _UNKNOWN
