"""`Board`: which tasks of this process run or are suspended, and which wait for them; results are in the ledger.

Waiters may live on several event loops and threads, so they are woken through `call_soon_threadsafe`; an
`asyncio.Event` set from another thread woke its waiter 1.4 s late. `wait` subscribes, notes which tasks run, then
reads the ledger: in another order a wake-up is missed, or a task that ends meanwhile looks lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from threading import Lock
from typing import Literal

from .errors import LedgerLost

Outcome = Literal["done", "suspended"]
_NET = 5.0
"""Seconds after which a waiter reads again without a wake-up. A safety net, not a schedule."""


class Board:
    """Tasks of this process that are running or suspended, and the futures that wait for them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[tuple[str, str], object] = {}
        self._suspended: set[tuple[str, str]] = set()
        self._waiters: dict[tuple[str, str], set[asyncio.Future[None]]] = {}

    def enter(self, epoch: str, key: str) -> object:
        """A task instance begins; call it before the first `await`. The token tells instances apart."""
        token = object()
        with self._lock:
            self._running[epoch, key] = token
            self._suspended.discard((epoch, key))
        return token

    def runs(self, epoch: str, keys: Iterable[str]) -> bool:
        """Whether one of the tasks is running."""
        with self._lock:
            return any((epoch, key) in self._running for key in keys)

    def leave(self, epoch: str, key: str, token: object, outcome: Outcome = "done") -> None:
        """A task instance ended; its result is in the ledger by now. Wakes the tasks that wait for it."""
        with self._lock:
            if self._running.get((epoch, key)) is token:
                del self._running[epoch, key]
                if outcome == "suspended":
                    self._suspended.add((epoch, key))
        self.wake(epoch, key)

    def wake(self, epoch: str, key: str) -> None:
        """A task was recorded or ended: the tasks that wait for it read the ledger again."""
        with self._lock:
            waiters = self._waiters.pop((epoch, key), set())
        for future in waiters:
            with suppress(RuntimeError):  # its loop was closed
                future.get_loop().call_soon_threadsafe(_finish, future)

    async def wait(self, epoch: str, keys: Iterable[str], recorded: Callable[[], Awaitable[Iterable[str]]]) -> None:
        """Return when `recorded()` names every key, or one of them was recorded as not done.

        `recorded` reads the ledger and returns the keys to stop waiting for. Raises an empty `GraphInterrupt` when a
        missing one is suspended (the super-step then ends and waits for the user), and `LedgerLost` when a missing
        one is not running.
        """
        awaited = frozenset(keys)
        while True:
            future = self._subscribe(epoch, awaited)
            try:
                running, suspended = self._states(epoch)
                missing = awaited - frozenset(await recorded())
                if not missing:
                    return
                if missing & suspended:
                    from langgraph.errors import GraphInterrupt

                    raise GraphInterrupt()
                if lost := missing - running:
                    raise LedgerLost(
                        f"task {', '.join(sorted(lost))} is neither recorded nor running",
                        hint="resume the run: what is recorded is kept, the rest is done again",
                    )
                await asyncio.wait((future,), timeout=_NET)
            finally:
                self._unsubscribe(epoch, awaited, future)

    def _states(self, epoch: str) -> tuple[frozenset[str], frozenset[str]]:
        with self._lock:
            running = frozenset(key for e, key in self._running if e == epoch)
            suspended = frozenset(key for e, key in self._suspended if e == epoch)
        return running, suspended

    def _subscribe(self, epoch: str, keys: frozenset[str]) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            for key in keys:
                self._waiters.setdefault((epoch, key), set()).add(future)
        return future

    def _unsubscribe(self, epoch: str, keys: frozenset[str], future: asyncio.Future[None]) -> None:
        with self._lock:
            for key in keys:
                if waiters := self._waiters.get((epoch, key)):
                    waiters.discard(future)
                    if not waiters:
                        del self._waiters[epoch, key]
        future.cancel()


def _finish(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
