"""`MonitoredBackend` wraps a backend: counts calls for the ranking, and skips providers whose `CircuitBreaker` is open."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from ...graph.call import Artifact, Call
from ...graph.errors import OF_THE_PROVIDER, ExpertError
from ...graph.expert import Expert, Obstacle
from ...graph.ports import Backend
from ...graph.settings import Settings
from ...graph.task import Task
from ..backends.delegating_backend import DelegatingBackend
from ..media.media_limits import use_limits
from .cache import CatalogCache
from .circuit_breaker import FAILURES, CircuitBreaker


class MonitoredBackend(DelegatingBackend):
    """The `Backend` port around another. With `settings`, media are read within their limits."""

    def __init__(self, backend: Backend, cache: CatalogCache, settings: Settings | None = None) -> None:
        super().__init__(backend)
        self._cache = cache
        self._settings = settings
        self._breakers: defaultdict[str, CircuitBreaker] = defaultdict(CircuitBreaker)

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """The backend's, or that its provider is not called for now."""
        return super().obstacle(expert, task) or self._paused(expert)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Run the call, and record how it ended."""
        breaker = self._breakers[_provider(call.expert)]
        await _wait_for_delay(breaker, call)
        if not breaker.allow_call():
            raise ExpertError(f"{call.expert.model_id}: {self._paused(call.expert)}", kind="unavailable")
        began = time.perf_counter()
        try:
            with use_limits(self._settings):
                artifacts = await super().run(call)
        except ExpertError as error:
            _record_failure(breaker, error)
            if not error.input_fault:
                self._record_call(call.expert, None)
            raise
        except BaseException:
            breaker.record_neutral()
            raise
        breaker.record_success()
        self._record_call(call.expert, time.perf_counter() - began)
        return artifacts

    def _paused(self, expert: Expert) -> Obstacle | None:
        seconds = self._breakers[_provider(expert)].seconds_open()
        what = f"{_provider(expert)} has failed {FAILURES} times in a row; tried again in {seconds:.0f} s"
        return Obstacle(what=what) if seconds else None

    def _record_call(self, expert: Expert, seconds: float | None) -> None:
        """In the background: the row serves the ranking only, so no call waits for it."""
        if expert.backend == "embedded":
            return
        key = (expert.backend, expert.provider, expert.model_id)
        threading.Thread(target=self._cache.record_call, args=(key, seconds), daemon=True).start()


async def _wait_for_delay(breaker: CircuitBreaker, call: Call) -> None:
    """Wait while the provider's calls are delayed, but no longer than this call may take."""
    while (delay := breaker.delay()) > 0:  # another call may lengthen it meanwhile
        if delay > call.timeout:
            message = f"{_provider(call.expert)} takes no calls for another {delay:.0f} s"
            raise ExpertError(f"{call.expert.model_id}: {message}", kind="rate_limit")
        await asyncio.sleep(delay)


def _record_failure(breaker: CircuitBreaker, error: ExpertError) -> None:
    """Count a failure that is the provider's. After a rate limit the provider works, and the next calls are delayed."""
    if error.kind == "rate_limit" and breaker.delay_calls(error.retry_after):
        return
    if error.kind in OF_THE_PROVIDER:
        breaker.record_failure()
    else:
        breaker.record_neutral()


def _provider(expert: Expert) -> str:
    """What fails together: a provider; where a backend has none, each model."""
    return f"{expert.backend}:{expert.provider or expert.model_id}"
