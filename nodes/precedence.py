"""`Precedence`: tasks whose data exist go first; those that must wait for them are prepared once their calls have begun.

To prepare 20 tasks takes as long as a short call: whatever is prepared before the first call is time that no expert works.
"""

import asyncio
from typing import Final

PATIENCE: Final = 0.02
"""Seconds that a task lets others pass at most: preparing one may itself wait, for a controller's choice of expert."""


class Precedence:
    """Of one execution: its tasks that are on their way to a call."""

    def __init__(self) -> None:
        self._ahead = set[str]()
        self._behind = set[asyncio.Future[None]]()

    def begin(self, key: str) -> None:
        """The data of a task exist."""
        self._ahead.add(key)

    def end(self, key: str) -> None:
        """Its call has begun, or it needs none."""
        self._ahead.discard(key)
        if not self._ahead:
            for future in self._behind:
                if not future.done():
                    future.set_result(None)

    async def let_pass(self) -> None:
        """Until the tasks whose data exist have begun their calls."""
        if self._ahead:
            future = asyncio.get_running_loop().create_future()
            self._behind.add(future)
            try:
                await asyncio.wait((future,), timeout=PATIENCE)
            finally:
                self._behind.discard(future)
