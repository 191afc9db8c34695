"""`ReadOnce`: what many tasks of a run ask of the ledger at the same moment is read once for all of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class ReadOnce(Generic[T]):
    """Values by name, in one event loop. A caller that is cancelled does not end the reading for the others."""

    def __init__(self) -> None:
        self._readings: dict[str, asyncio.Task[T]] = {}

    async def of(self, name: str, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The value of that name, by the first caller's `read`; its error, after which the next caller reads again."""
        if name not in self._readings:
            self._readings[name] = asyncio.create_task(read())
        try:
            return await asyncio.shield(reading := self._readings[name])
        except Exception:
            if self._readings.get(name) is reading:
                del self._readings[name]
            raise
