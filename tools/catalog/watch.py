"""Watch: between the stages and a backend, it notes how calls go, and keeps calls from a provider that keeps failing."""

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...graph.call import Artifact, Call
from ...graph.errors import OF_THE_PROVIDER, ExpertError
from ...graph.expert import Expert
from ...graph.ports import Backend, Preparing
from ...graph.task import Task
from .cache import CatalogCache

if TYPE_CHECKING:
    from pybreaker import CircuitBreaker, CircuitMemoryStorage

FAILURES = 3
"""In a row, of kinds that tell of the provider, until it is left alone."""
PAUSE = 60.0
"""Seconds that it is left alone; then one call tries whether it works again."""


class WatchedBackend:
    """The `Backend` port around another."""

    def __init__(self, backend: Backend, cache: CatalogCache) -> None:
        self._backend = backend
        self._cache = cache
        self._breakers: dict[str, CircuitBreaker] = {}
        self._storages: dict[str, CircuitMemoryStorage] = {}
        self._lock = threading.Lock()
        self.name = backend.name

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Those of the backend."""
        return self._backend.experts(task_type)

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """That of the backend."""
        return self._backend.named(task_type, model_id)

    def obstacle(self, expert: Expert, task: Task | None) -> str | None:
        """The backend's, or that its provider is left alone."""
        return self._backend.obstacle(expert, task) or self._paused(expert)

    async def prepare(self, call: Call) -> None:
        """What the backend has to bring."""
        if isinstance(self._backend, Preparing):
            await self._backend.prepare(call)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Do it, and note how it went."""
        if why := self._paused(call.expert):
            raise ExpertError(f"{call.expert.model_id}: {why}", kind="unavailable")
        began = time.perf_counter()
        try:
            with self._breaker(call.expert).calling():
                made = await self._backend.run(call)
        except ExpertError as error:
            if not error.input_fault:
                self._note(call.expert, None)
            raise
        self._note(call.expert, time.perf_counter() - began)
        return made

    async def aclose(self) -> None:
        """Close the backend."""
        await self._backend.aclose()

    def _paused(self, expert: Expert) -> str | None:
        breaker = self._breakers.get(_place(expert))
        if breaker is None or breaker.current_state != "open":
            return None
        opened = breaker._state_storage.opened_at  # the library tells the time to nobody but itself
        left = PAUSE - (time.time() - opened.timestamp()) if opened else 0.0
        return (
            f"{_place(expert)} has failed {FAILURES} times in a row; tried again in {left:.0f} s" if left > 0 else None
        )

    def _breaker(self, expert: Expert) -> "CircuitBreaker":
        with self._lock:
            place = _place(expert)
            if place not in self._breakers:
                from pybreaker import CircuitBreaker, CircuitMemoryStorage

                self._storages[place] = storage = CircuitMemoryStorage("closed")
                self._breakers[place] = CircuitBreaker(
                    FAILURES, PAUSE, exclude=[_is_its_own], state_storage=storage, throw_new_error_on_trip=False
                )
            return self._breakers[place]

    def _note(self, expert: Expert, seconds: float | None) -> None:
        """In the background: nobody waits for a row that only ranks."""
        if expert.backend == "embedded":
            return
        key = (expert.backend, expert.provider, expert.model_id)
        threading.Thread(target=self._cache.note, args=(key, seconds), daemon=True).start()


def _place(expert: Expert) -> str:
    """What fails together: a provider; where a backend has none, each model."""
    return f"{expert.backend}:{expert.provider or expert.model_id}"


def _is_its_own(error: BaseException) -> bool:
    """Whether an error tells nothing of the provider."""
    return not (isinstance(error, ExpertError) and error.kind in OF_THE_PROVIDER)
