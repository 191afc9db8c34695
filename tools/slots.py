"""Slots: who may run at once. An expert names what it needs (`cpu`, `gpu:0=6.5`, `hf:fal-ai`); it gets all or waits.

A need is the name of a slot, with `=` and an amount where it takes more or less than one of it (GiB of a card, say).

All at once, never one after another, so that two experts can't each hold what the other needs. First come, first served,
except that one who waits for a busy slot does not hold up another who needs none of the same.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from threading import Lock

Needs = dict[str, float]
"""Amounts by slot."""


class SlotBoard:
    """The `Slots` port; one for a process, usable from any event loop."""

    def __init__(self, capacity: Mapping[str, float]) -> None:
        """`capacity`: how much of a slot may be held at once, by its name or by what stands before its colon.

        A slot that is not named holds one. Who needs more than there is gets all of it.
        """
        self._capacity = capacity
        self._lock = Lock()
        self._held: dict[str, float] = {}
        self._waiting: list[tuple[Needs, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def hold(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Wait until all the named slots are free, and keep them while the body runs."""
        needed = self._needs(names)
        if not needed:
            yield
            return
        await self._take(needed)
        try:
            yield
        finally:
            self._give_back(needed)

    def full(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the named slots that have no room now, or others waiting before."""
        needed = self._needs(names)
        with self._lock:
            waited_for = {name for other, _ in self._waiting for name in other}
            return tuple(name for name, amount in needed.items() if name in waited_for or not self._fits(name, amount))

    def held(self) -> dict[str, tuple[float, float]]:
        """What is held of each slot in use, and how much there is."""
        with self._lock:
            return {name: (amount, self._most(name)) for name, amount in self._held.items() if amount > 1e-9}

    def _needs(self, names: Sequence[str]) -> "Needs":
        parted = (name.partition("=") for name in names)
        return {name: min(float(amount or 1), self._most(name)) for name, _, amount in parted}

    def _fits(self, name: str, amount: float) -> bool:
        return self._held.get(name, 0.0) + amount <= self._most(name) + 1e-9

    def _most(self, name: str) -> float:
        return self._capacity.get(name, self._capacity.get(name.partition(":")[0], 1))

    async def _take(self, needed: Needs) -> None:
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

    def _give_back(self, needed: Needs) -> None:
        with self._lock:
            for name, amount in needed.items():
                self._held[name] = self._held.get(name, 0.0) - amount
            self._serve()

    def _serve(self) -> None:
        """Let in, in order, all who find what they need; what the first in line lacks is kept for it."""
        reserved: set[str] = set()
        still: list[tuple[Needs, asyncio.Future[None]]] = []
        for needed, turn in self._waiting:
            busy = not all(self._fits(name, amount) for name, amount in needed.items())
            if busy or needed.keys() & reserved:
                reserved |= needed.keys()
                still.append((needed, turn))
            else:
                with suppress(RuntimeError):  # its loop was closed: it wants nothing any more
                    turn.get_loop().call_soon_threadsafe(_wake, turn)
                    for name, amount in needed.items():
                        self._held[name] = self._held.get(name, 0.0) + amount
        self._waiting = still


def _wake(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_result(None)
