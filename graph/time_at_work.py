"""`TimeAtWork`, `timeout_at_work`: seconds in which this process ran; while it is stopped (Ctrl-Z) limits do not run out.

What it waits for, a worker process or a server, goes on meanwhile, and its answer is there when this process goes on.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

LONGEST: Final = 2.0
"""Seconds between two readings that count at most: a busy machine delays a reading, a stop lasts longer."""
_LOOK: Final = 1.0


class TimeAtWork:
    """A clock that has to be read at least every few seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at = clock()
        self._seconds = 0.0

    def read(self) -> float:
        """Seconds at work since it was made."""
        now = self._clock()
        self._seconds += min(now - self._read_at, LONGEST)
        self._read_at = now
        return self._seconds


@asynccontextmanager
async def timeout_at_work(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, of seconds at work. Raises `TimeoutError`."""
    loop, clock = asyncio.get_running_loop(), TimeAtWork()
    looks = list[asyncio.TimerHandle]()
    async with asyncio.timeout(seconds) as limit:

        def look() -> None:
            if not limit.expired():  # of two timers that a stop has made late the earlier one comes first: this
                limit.reschedule(loop.time() + seconds - clock.read())
                looks[:] = [loop.call_later(_LOOK, look)]

        looks.append(loop.call_later(_LOOK, look))
        try:
            yield
        finally:
            looks[0].cancel()
