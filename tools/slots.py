"""Slots: who may run at once. An expert names what it needs (`cpu`, `gpu:0`, `hf`, a lock of its own); it gets all or waits.

All at once, never one after another, so that two experts can't each hold what the other needs. First come, first served,
except that one who waits for a busy slot does not hold up another who needs none of the same.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from threading import Lock


class SlotBoard:
    """The `Slots` port; one for a process, usable from any event loop."""

    def __init__(self, capacity: Mapping[str, int]) -> None:
        """`capacity`: how many may hold a slot at once; a slot that is not named holds one."""
        self._capacity = capacity
        self._lock = Lock()
        self._held: Counter[str] = Counter()
        self._waiting: list[tuple[frozenset[str], asyncio.Future[None]]] = []

    @asynccontextmanager
    async def hold(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Wait until all the named slots are free, and keep them while the body runs."""
        needed = frozenset(names)
        if not needed:
            yield
            return
        await self._take(needed)
        try:
            yield
        finally:
            self._give_back(needed)

    async def _take(self, needed: frozenset[str]) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((needed, turn))
            self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            with self._lock:
                if (needed, turn) in self._waiting:
                    self._waiting.remove((needed, turn))
                    self._serve()
                    raise
            self._give_back(needed)  # it was our turn already
            raise

    def _give_back(self, needed: frozenset[str]) -> None:
        with self._lock:
            self._held.subtract(needed)
            self._serve()

    def _serve(self) -> None:
        """Let in, in order, all who find what they need; what the first in line lacks is kept for it."""
        reserved: set[str] = set()
        still: list[tuple[frozenset[str], asyncio.Future[None]]] = []
        for needed, turn in self._waiting:
            busy = {name for name in needed if self._held[name] >= self._capacity.get(name, 1)}
            if busy or needed & reserved:
                reserved |= needed
                still.append((needed, turn))
            else:
                with suppress(RuntimeError):  # its loop was closed: it wants nothing any more
                    turn.get_loop().call_soon_threadsafe(_wake, turn)
                    self._held.update(needed)
        self._waiting = still


def _wake(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_result(None)
