"""Calls to a backend are counted, and a provider that keeps failing is not called for a while."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import ExpertError, FailureKind
from hugginggpt.graph.expert import Candidate, Expert, Obstacle, allowed
from hugginggpt.graph.ports import Backend
from hugginggpt.graph.retrying import retrying
from hugginggpt.graph.task import Task
from hugginggpt.tools.catalog.cache import CatalogCache
from hugginggpt.tools.catalog.circuit_breaker import (
    DEFAULT_DELAY,
    FAILURES,
    LONGEST_DELAY,
    OPEN_SECONDS,
    CircuitBreaker,
)
from hugginggpt.tools.catalog.monitored_backend import MonitoredBackend
from hugginggpt.tools.catalog.ranked_catalog import RankedCatalog
from samples import call_of

TASK = Task(id=0, type="summarization", inputs={"text": "long"})


def expert(model_id: str, provider: str = "acme", **more: Any) -> Expert:
    return Expert(model_id=model_id, task_type="summarization", backend="hf", provider=provider, **more)


class FailingBackend:
    """A backend that raises `error`, where one is set."""

    name = "hf"

    def __init__(self, *experts: Expert) -> None:
        self._experts = experts
        self.error: ExpertError | None = None
        self.calls = 0

    def experts(self, task_type: str) -> Sequence[Expert]:
        return self._experts

    def named(self, task_type: str, model_id: str) -> Expert | None:
        return expert(model_id) if model_id.startswith("my/") else None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        return None

    async def run(self, call: Call) -> Sequence[Artifact]:
        self.calls += 1
        if self.error:
            raise self.error
        return [Artifact(output="text", kind="text", media_type="text/plain", text="short")]

    async def aclose(self) -> None: ...


async def fail(backend: Backend, scratch: Path, times: int, model: Expert) -> None:
    for _ in range(times):
        with pytest.raises(ExpertError):
            await backend.run(call_of("summarization", model, scratch))


async def test_a_provider_that_keeps_failing_is_paused_and_others_are_not(home: Path, tmp_path: Path) -> None:
    mine, other = expert("org/a"), expert("org/b", provider="other")
    failing = FailingBackend(mine, other)
    monitored: Backend = MonitoredBackend(failing, CatalogCache(home))
    failing.error = ExpertError("down", kind="unavailable", retryable=True)
    await fail(monitored, tmp_path, FAILURES, mine)
    assert "has failed 3 times in a row; tried again in" in str(monitored.obstacle(mine, TASK))
    assert monitored.obstacle(other, TASK) is None
    with pytest.raises(ExpertError, match="in a row") as raised:
        await monitored.run(call_of("summarization", mine, tmp_path))
    assert not raised.value.retryable
    assert failing.calls == FAILURES


@pytest.mark.parametrize("kind", ["", "garbage", "bad_request", "unknown_model", "gated"])
async def test_failures_of_the_model_or_the_input_do_not_pause_the_provider(
    kind: FailureKind, home: Path, tmp_path: Path
) -> None:
    failing = FailingBackend(expert("org/a"))
    monitored = MonitoredBackend(failing, CatalogCache(home))
    failing.error = ExpertError("no", kind=kind)
    await fail(monitored, tmp_path, FAILURES + 2, expert("org/a"))
    assert monitored.obstacle(expert("org/a"), TASK) is None


async def test_one_success_resets_the_count_of_failures(home: Path, tmp_path: Path) -> None:
    failing = FailingBackend(expert("org/a"))
    monitored = MonitoredBackend(failing, CatalogCache(home))
    for _ in range(3):
        failing.error = ExpertError("down", kind="unavailable")
        await fail(monitored, tmp_path, FAILURES - 1, expert("org/a"))
        failing.error = None
        await monitored.run(call_of("summarization", expert("org/a"), tmp_path))
    assert monitored.obstacle(expert("org/a"), TASK) is None


async def test_equal_experts_are_ranked_by_earlier_calls_but_downloads_count_more(home: Path) -> None:
    cache = CatalogCache(home)
    for _ in range(5):
        cache.record_call(("hf", "acme", "org/bad"), None)
        cache.record_call(("hf", "acme", "org/slow"), 9.0)
        cache.record_call(("hf", "acme", "org/quick"), 1.0)
    offers = FailingBackend(
        expert("org/bad"), expert("org/slow"), expert("org/quick"), expert("org/popular", downloads=5)
    )
    found = await RankedCatalog([offers], cache=cache).candidates(TASK)
    assert [c.expert.model_id for c in found] == ["org/popular", "org/quick", "org/slow", "org/bad"]


async def test_a_server_that_the_user_added_is_first_and_a_model_to_download_last() -> None:
    popular, fetched = expert("org/popular", downloads=9), expert("org/absent", downloads=99, here=False)
    mine = Expert(model_id="mine", task_type="summarization", backend="endpoint")
    found = await RankedCatalog([FailingBackend(fetched, popular, mine)]).candidates(TASK)
    assert [c.expert.model_id for c in found] == ["mine", "org/popular", "org/absent"]


async def test_a_model_that_no_list_has_is_found_by_its_id() -> None:
    catalog = RankedCatalog([FailingBackend(expert("org/a"))])
    assert [c.expert.model_id for c in await catalog.candidates(TASK, "my/own")] == ["my/own", "org/a"]
    assert [c.expert.model_id for c in await catalog.candidates(TASK, "their/own")] == ["org/a"]


def test_the_places_are_an_order_and_tasks_done_by_arithmetic_need_none() -> None:
    def at(backend: str, task_type: str = "summarization", obstacle: Obstacle | None = None) -> Candidate:
        row = Expert(model_id=f"{backend}/m", task_type=task_type, backend=backend)
        return Candidate(expert=row, obstacle=obstacle)

    offered = [at("hf"), at("embedded"), at("chat"), at("local", obstacle=Obstacle(what="not installed"))]
    assert [c.expert.backend for c in allowed(offered, ())] == ["hf", "embedded", "chat", "local"]
    assert [c.expert.backend for c in allowed(offered, ("chat", "local", "hf"))] == ["chat", "hf", "local"]
    assert [c.expert.backend for c in allowed([at("embedded", "count")], ("hf",))] == ["embedded"]


def test_after_the_pause_one_trial_call_is_allowed_and_the_others_wait_for_it() -> None:
    now = 0.0
    breaker = CircuitBreaker(clock=lambda: now)
    for _ in range(FAILURES):
        assert breaker.allow_call()
        breaker.record_failure()
    assert not breaker.allow_call()
    now = OPEN_SECONDS + 1
    assert breaker.allow_call()
    assert [breaker.allow_call() for _ in range(5)] == [False] * 5
    breaker.record_neutral()  # cancelled: another call may be the trial
    assert breaker.allow_call()
    breaker.record_failure()
    assert not breaker.allow_call()
    now += OPEN_SECONDS + 1
    assert breaker.allow_call()
    breaker.record_success()
    assert [breaker.allow_call() for _ in range(5)] == [True] * 5


def test_a_failure_that_is_not_the_provider_s_does_not_reset_the_count() -> None:
    breaker = CircuitBreaker(clock=lambda: 0.0)
    for _ in range(FAILURES - 1):
        breaker.record_failure()
    breaker.record_neutral()
    breaker.record_failure()
    assert breaker.seconds_open() > 0


async def test_a_rate_limit_of_one_call_delays_the_others_and_loses_none(home: Path, tmp_path: Path) -> None:
    class Busy(FailingBackend):
        """Takes two calls in each fifth of a second."""

        def __init__(self) -> None:
            super().__init__(expert("org/m"))
            self.taken: list[float] = []
            self.refused = 0

        async def run(self, call: Call) -> Sequence[Artifact]:
            now = time.monotonic()
            if len([moment for moment in self.taken if now - moment < 0.2]) >= 2:
                self.refused += 1
                raise ExpertError("429", kind="rate_limit", retryable=True, retry_after=0.2)
            self.taken.append(now)
            return await super().run(call)

    async def patient(number: int) -> None:
        async for attempt in retrying(7, lambda error: 0.01):
            with attempt:
                await backend.run(call_of("summarization", expert("org/m"), tmp_path / str(number)))

    busy = Busy()
    backend = MonitoredBackend(busy, CatalogCache(home))
    await asyncio.gather(*(patient(number) for number in range(6)))
    assert len(busy.taken) == 6
    assert busy.refused <= 8  # without the shared delay it would be far more
    assert backend.obstacle(expert("org/m"), None) is None


@pytest.mark.parametrize(("requested", "delay"), [(None, DEFAULT_DELAY), (3.0, 3.0), (LONGEST_DELAY + 1, 0.0)])
def test_a_long_pause_is_a_failure_and_a_short_one_delays_calls(requested: float | None, delay: float) -> None:
    breaker = CircuitBreaker(clock=lambda: 100.0)
    assert breaker.delay_calls(requested) == (delay > 0)
    assert breaker.delay() == delay
    assert breaker.allow_call()


async def test_a_call_does_not_wait_for_a_provider_beyond_its_timeout(home: Path, tmp_path: Path) -> None:
    failing = FailingBackend(expert("org/m"))
    failing.error = ExpertError("429", kind="rate_limit", retryable=True, retry_after=30.0)
    backend = MonitoredBackend(failing, CatalogCache(home))
    await fail(backend, tmp_path, 1, expert("org/m"))
    began = time.monotonic()
    with pytest.raises(ExpertError, match="takes no calls for another 30 s"):
        await backend.run(call_of("summarization", expert("org/m"), tmp_path, timeout=5))
    assert (failing.calls, time.monotonic() - began < 25) == (1, True)  # it wants 30
