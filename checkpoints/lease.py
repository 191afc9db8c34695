"""The lease of a run: which process owns it, and whether that process still lives.

On this machine a process is known by its id and start time, so a killed owner is noticed at once; on another one
sharing the file, by its heartbeat.
"""

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final
from uuid import uuid4

import psutil

BEAT: Final = 5.0
"""Seconds between heartbeats."""
STALE: Final = 30.0
"""Seconds without one after which an owner on another machine is taken for dead."""

_open: set[str] = set()
"""Leases' holders of this process that are not closed: two of them in one process are rivals too."""


class Holder:
    """One who may own runs: a ledger of this process, while it is open."""

    def __init__(self) -> None:
        self.nonce = uuid4().hex
        process = psutil.Process(os.getpid())
        self.mark = json.dumps(
            {"host": machine(), "pid": process.pid, "started": process.create_time(), "nonce": self.nonce}
        )
        _open.add(self.nonce)
        self._stop = Event()
        self._thread: Thread | None = None

    def start_beating(self, beat: Callable[[], None]) -> None:
        """Call `beat` every few seconds from a thread, until closed."""
        if self._thread is None:

            def keep_beating() -> None:
                while not self._stop.wait(BEAT):
                    beat()

            self._thread = Thread(target=keep_beating, name="lease", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Own nothing any more."""
        _open.discard(self.nonce)
        self._stop.set()


def machine() -> str:
    """This host, and the name space that its process ids mean something in: a container may share the host's name."""
    try:
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not Linux
        return socket.gethostname()


def alive(mark: str, heartbeat: float) -> bool:
    """Whether the process that wrote `mark` still owns what it claimed."""
    owner = json.loads(mark)
    if owner["host"] != machine():
        return time.time() - heartbeat < STALE
    try:
        process = psutil.Process(owner["pid"])
        if abs(process.create_time() - owner["started"]) > 1 or process.status() == psutil.STATUS_ZOMBIE:
            return False
    except psutil.NoSuchProcess:
        return False
    return owner["pid"] != os.getpid() or owner["nonce"] in _open


def describe(mark: str) -> str:
    """The owner in words."""
    owner = json.loads(mark)
    return f"process {owner['pid']} on {owner['host'].split()[0]}"
