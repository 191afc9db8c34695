"""Watch: between the stages and a backend, it notes how calls go, and keeps calls from a provider that keeps failing."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from ...graph.call import Artifact, Call
from ...graph.errors import OF_THE_PROVIDER, ExpertError
from ...graph.expert import Expert, Obstacle
from ...graph.ports import Backend, Preparing
from ...graph.settings import Settings
from ...graph.task import Task
from ..media.media_limits import use_limits
from .cache import CatalogCache
from .circuit_breaker import FAILURES, Breaker


class WatchedBackend:
    """The `Backend` port around another. With `settings`, media are read within their limits."""

    def __init__(self, backend: Backend, cache: CatalogCache, settings: Settings | None = None) -> None:
        self._backend = backend
        self._cache = cache
        self._settings = settings
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
        self.name = backend.name

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Those of the backend."""
        return self._backend.experts(task_type)

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """That of the backend."""
        return self._backend.named(task_type, model_id)

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """The backend's, or that its provider is left alone."""
        return self._backend.obstacle(expert, task) or self._paused(expert)

    async def prepare(self, call: Call) -> None:
        """What the backend has to bring."""
        if isinstance(self._backend, Preparing):
            await self._backend.prepare(call)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Do it, and note how it went."""
        breaker = self._breakers[_place(call.expert)]
        await _rested(breaker, call)
        if not breaker.enter():
            raise ExpertError(f"{call.expert.model_id}: {self._paused(call.expert)}", kind="unavailable")
        began = time.perf_counter()
        try:
            with use_limits(self._settings):
                made = await self._backend.run(call)
        except ExpertError as error:
            _tell(breaker, error)
            if not error.input_fault:
                self._note(call.expert, None)
            raise
        except BaseException:
            breaker.told_nothing()
            raise
        breaker.succeeded()
        self._note(call.expert, time.perf_counter() - began)
        return made

    async def aclose(self) -> None:
        """Close the backend."""
        await self._backend.aclose()

    def _paused(self, expert: Expert) -> Obstacle | None:
        left = self._breakers[_place(expert)].left()
        what = f"{_place(expert)} has failed {FAILURES} times in a row; tried again in {left:.0f} s"
        return Obstacle(what=what) if left else None

    def _note(self, expert: Expert, seconds: float | None) -> None:
        """In the background: nobody waits for a row that only ranks."""
        if expert.backend == "embedded":
            return
        key = (expert.backend, expert.provider, expert.model_id)
        threading.Thread(target=self._cache.note, args=(key, seconds), daemon=True).start()


async def _rested(breaker: Breaker, call: Call) -> None:
    """Wait for as long as the provider asked one call to wait; for no longer than this call may take."""
    while (rest := breaker.resting()) > 0:  # a call under way may lengthen it
        if rest > call.timeout:
            told = f"{_place(call.expert)} takes no calls for another {rest:.0f} s"
            raise ExpertError(f"{call.expert.model_id}: {told}", kind="rate_limit")
        await asyncio.sleep(rest)


def _tell(breaker: Breaker, error: ExpertError) -> None:
    """What a failure says of the provider. One that gets too many calls at once is well: the others wait as well."""
    if error.kind == "rate_limit" and breaker.rest(error.retry_after):
        return
    (breaker.failed if error.kind in OF_THE_PROVIDER else breaker.told_nothing)()


def _place(expert: Expert) -> str:
    """What fails together: a provider; where a backend has none, each model."""
    return f"{expert.backend}:{expert.provider or expert.model_id}"
