"""Ports that end their process by SIGKILL at a given call, for the tests of crashes; they are passed in as any port is."""

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.saver import SharedSqliteSaver

T = TypeVar("T")
MOMENTS = ("before", "during", "after")
"""Of a call: before anything is done; when it has begun, and may be done or not; when it is done, unknown to its caller."""
WATCHED = {
    "ledger": ("put", "assign", "given"),
    "runs": ("start", "planned", "finish", "set_status"),
    "store": ("put_text", "put_bytes", "adopt"),
}
"""The calls of the ports that write. The saver's are `put` and `put_writes`, in both forms."""


class Failpoint(NamedTuple):
    """Where the process ends."""

    call: str = ""
    """As `saver.put` or `ledger.put`; empty: any."""
    moment: str = ""
    """Empty: never."""
    nth: int = 0
    """Of those calls, from 1."""


class Calls:
    """Counts the calls of the ports of a process; at its failpoint it ends the process, or does something else."""

    def __init__(self, failpoint: Failpoint, act: Callable[[], None] | None = None) -> None:
        self.failpoint = failpoint
        self._act = act or (lambda: os.kill(os.getpid(), signal.SIGKILL))
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _moments(self, name: str) -> str:
        """The moment at which this call ends the process; empty for none."""
        with self._lock:
            self.seen[name] += 1
            self.seen[""] += 1
            here = self.failpoint.call in (name, "") and self.seen[self.failpoint.call] == self.failpoint.nth
        return self.failpoint.moment if here else ""

    async def around(self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Do an asynchronous call."""
        moment = self._moments(name)
        if moment == "before":
            self._act()
        running = asyncio.ensure_future(call())
        if moment == "during":
            await asyncio.sleep(0)  # it has begun
            self._act()
        try:
            value = await asyncio.shield(running) if moment else await running
        finally:
            if moment == "after":
                self._act()
        return value

    def around_sync(self, name: str, call: Callable[[], T]) -> T:
        """Do a synchronous call; `during` it another thread ends the process."""
        moment = self._moments(name)
        if moment == "before":
            self._act()
        if moment == "during":
            threading.Timer(0, self._act).start()
        value = call()
        if moment == "after":
            self._act()
        return value


class WatchedPort:
    """A port whose writing calls are counted; all else is the port's own."""

    def __init__(self, name: str, port: Any, calls: Calls) -> None:
        self._name, self._port, self._calls = name, port, calls

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._port, name)
        if name == "runs":
            return WatchedPort("runs", own, self._calls)
        if name not in WATCHED[self._name]:
            return own

        async def watched(*given: Any, **named: Any) -> Any:
            return await self._calls.around(f"{self._name}.{name}", lambda: own(*given, **named))

        return watched


class WatchedSaver(SharedSqliteSaver):
    """Our saver, whose writing calls are counted."""

    calls: Calls

    @classmethod
    async def watched(cls, database: Database, calls: Calls) -> "WatchedSaver":
        """A saver whose tables exist."""
        saver = await cls.open(database)
        assert isinstance(saver, cls)
        saver.calls = calls
        return saver

    def with_allowlist(self, extra_allowlist: Any) -> "WatchedSaver":
        """The same, counted too."""
        return self

    def put(self, *given: Any) -> Any:
        put = super().put
        return self.calls.around_sync("saver.put", lambda: put(*given))

    async def aput(self, *given: Any) -> Any:
        put = super().aput
        return await self.calls.around("saver.put", lambda: put(*given))

    def put_writes(self, *given: Any, **named: Any) -> None:
        put = super().put_writes
        self.calls.around_sync("saver.put_writes", lambda: put(*given, **named))

    async def aput_writes(self, *given: Any, **named: Any) -> None:
        put = super().aput_writes
        await self.calls.around("saver.put_writes", lambda: put(*given, **named))
