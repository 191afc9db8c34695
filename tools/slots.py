"""`SlotBoard`: a call takes all slots of its expert (`cpu`, `gpu:0`, `hf:PROVIDER`) at once, or waits for them.

A call takes all its slots at once, never one after another, so that two calls can't each hold what the other needs. First
come, first served, except that a call that waits for a full slot does not delay calls that need none of the same slots.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from threading import Lock

Needs = frozenset[str]


class SlotBoard:
    """The `Slots` port; one for a process, usable from any event loop."""

    def __init__(self, capacity: Mapping[str, int]) -> None:
        """`capacity`: holders at once, by a slot's name or the part of it before its colon; 1 for all other slots."""
        self._capacity = capacity
        self._lock = Lock()
        self._holders: Counter[str] = Counter()
        self._waiting: list[tuple[Needs, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def hold(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Wait until all the named slots have room, and hold them while the body runs."""
        needs = frozenset(names)
        if not needs:
            yield
            return
        await self._take(needs)
        try:
            yield
        finally:
            self._release(needs)

    def full(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the named slots that have no room now, or that others wait for."""
        with self._lock:
            waited_for = {name for needs, _ in self._waiting for name in needs}
            return tuple(name for name in dict.fromkeys(names) if name in waited_for or not self._has_room(name))

    def _has_room(self, name: str) -> bool:
        return self._holders[name] < self._capacity.get(name, self._capacity.get(name.partition(":")[0], 1))

    async def _take(self, needs: Needs) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((needs, turn))
            self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            with self._lock:
                if (needs, turn) in self._waiting:
                    self._waiting.remove((needs, turn))
                    self._serve()
                    raise
            self._release(needs)  # cancelled after its turn had come
            raise

    def _release(self, needs: Needs) -> None:
        with self._lock:
            self._holders.subtract(needs)
            self._serve()

    def _serve(self) -> None:
        """Let in, in order, all whose slots have room; the slots that an earlier one still waits for stay reserved."""
        reserved: set[str] = set()
        waiting: list[tuple[Needs, asyncio.Future[None]]] = []
        for needs, turn in self._waiting:
            if needs & reserved or not all(map(self._has_room, needs)):
                reserved |= needs
                waiting.append((needs, turn))
            else:
                with suppress(RuntimeError):  # its loop was closed: it takes no turn
                    turn.get_loop().call_soon_threadsafe(_wake, turn)
                    self._holders.update(needs)
        self._waiting = waiting


def _wake(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_result(None)
