"""A backend that is watched: figures kept, providers that keep failing left alone."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import stamina

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import ExpertError, FailureKind
from hugginggpt.graph.expert import Candidate, Expert, Obstacle, allowed
from hugginggpt.graph.ports import Backend
from hugginggpt.graph.task import Task
from hugginggpt.tools.catalog.cache import CatalogCache
from hugginggpt.tools.catalog.circuit_breaker import FAILURES, LONGEST_REST, PAUSE, USUAL_REST, Breaker
from hugginggpt.tools.catalog.monitored_backend import WatchedBackend
from hugginggpt.tools.catalog.ranked_catalog import JoinedCatalog
from samples import call_of

TASK = Task(id=0, type="summarization", inputs={"text": "long"})


def expert(model_id: str, provider: str = "acme", **more: Any) -> Expert:
    return Expert(model_id=model_id, task_type="summarization", backend="hf", provider=provider, **more)


class Moody:
    """A backend that fails as it is told."""

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


async def test_a_provider_that_keeps_failing_is_left_alone_and_others_are_not(home: Path, tmp_path: Path) -> None:
    mine, other = expert("org/a"), expert("org/b", provider="other")
    moody = Moody(mine, other)
    watched: Backend = WatchedBackend(moody, CatalogCache(home))
    moody.error = ExpertError("down", kind="unavailable", retryable=True)
    await fail(watched, tmp_path, FAILURES, mine)
    assert "has failed 3 times in a row; tried again in" in str(watched.obstacle(mine, TASK))
    assert watched.obstacle(other, TASK) is None
    with pytest.raises(ExpertError, match="in a row") as raised:
        await watched.run(call_of("summarization", mine, tmp_path))
    assert not raised.value.retryable
    assert moody.calls == FAILURES


@pytest.mark.parametrize("kind", ["", "garbage", "bad_request", "unknown_model", "gated"])
async def test_failures_of_the_model_or_the_input_tell_nothing_of_its_provider(
    kind: FailureKind, home: Path, tmp_path: Path
) -> None:
    moody = Moody(expert("org/a"))
    watched = WatchedBackend(moody, CatalogCache(home))
    moody.error = ExpertError("no", kind=kind)
    await fail(watched, tmp_path, FAILURES + 2, expert("org/a"))
    assert watched.obstacle(expert("org/a"), TASK) is None


async def test_one_success_in_between_begins_the_count_anew(home: Path, tmp_path: Path) -> None:
    moody = Moody(expert("org/a"))
    watched = WatchedBackend(moody, CatalogCache(home))
    for _ in range(3):
        moody.error = ExpertError("down", kind="unavailable")
        await fail(watched, tmp_path, FAILURES - 1, expert("org/a"))
        moody.error = None
        await watched.run(call_of("summarization", expert("org/a"), tmp_path))
    assert watched.obstacle(expert("org/a"), TASK) is None


async def test_of_equals_the_one_that_went_better_here_is_first_but_downloads_count_more(home: Path) -> None:
    cache = CatalogCache(home)
    for _ in range(5):
        cache.note(("hf", "acme", "org/bad"), None)
        cache.note(("hf", "acme", "org/slow"), 9.0)
        cache.note(("hf", "acme", "org/quick"), 1.0)
    shelf = Moody(expert("org/bad"), expert("org/slow"), expert("org/quick"), expert("org/popular", downloads=5))
    found = await JoinedCatalog([shelf], cache=cache).candidates(TASK)
    assert [c.expert.model_id for c in found] == ["org/popular", "org/quick", "org/slow", "org/bad"]


async def test_a_server_of_one_s_own_is_first_and_what_must_be_fetched_last() -> None:
    popular, fetched = expert("org/popular", downloads=9), expert("org/absent", downloads=99, here=False)
    mine = Expert(model_id="mine", task_type="summarization", backend="endpoint")
    found = await JoinedCatalog([Moody(fetched, popular, mine)]).candidates(TASK)
    assert [c.expert.model_id for c in found] == ["mine", "org/popular", "org/absent"]


async def test_a_model_that_no_list_has_is_found_by_its_id() -> None:
    catalog = JoinedCatalog([Moody(expert("org/a"))])
    assert [c.expert.model_id for c in await catalog.candidates(TASK, "my/own")] == ["my/own", "org/a"]
    assert [c.expert.model_id for c in await catalog.candidates(TASK, "their/own")] == ["org/a"]


def test_places_are_an_order_and_what_is_done_by_arithmetic_needs_none() -> None:
    def at(backend: str, task_type: str = "summarization", obstacle: Obstacle | None = None) -> Candidate:
        row = Expert(model_id=f"{backend}/m", task_type=task_type, backend=backend)
        return Candidate(expert=row, obstacle=obstacle)

    offered = [at("hf"), at("embedded"), at("chat"), at("local", obstacle=Obstacle(what="not installed"))]
    assert [c.expert.backend for c in allowed(offered, ())] == ["hf", "embedded", "chat", "local"]
    assert [c.expert.backend for c in allowed(offered, ("chat", "local", "hf"))] == ["chat", "hf", "local"]
    assert [c.expert.backend for c in allowed([at("embedded", "count")], ("hf",))] == ["embedded"]


def test_after_the_pause_one_call_tries_and_the_others_wait_for_it() -> None:
    now = 0.0
    breaker = Breaker(clock=lambda: now)
    for _ in range(FAILURES):
        assert breaker.enter()
        breaker.failed()
    assert not breaker.enter()
    now = PAUSE + 1
    assert breaker.enter()
    assert [breaker.enter() for _ in range(5)] == [False] * 5
    breaker.told_nothing()  # it was cancelled: another may try
    assert breaker.enter()
    breaker.failed()
    assert not breaker.enter()
    now += PAUSE + 1
    assert breaker.enter()
    breaker.succeeded()
    assert [breaker.enter() for _ in range(5)] == [True] * 5


def test_what_tells_nothing_of_the_provider_does_not_forgive_it() -> None:
    breaker = Breaker(clock=lambda: 0.0)
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.told_nothing()
    breaker.failed()
    assert breaker.left() > 0


async def test_where_one_call_is_told_to_wait_the_others_wait_too_and_none_is_lost(home: Path, tmp_path: Path) -> None:
    class Busy(Moody):
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
        async for attempt in stamina.retry_context(on=ExpertError, attempts=8, wait_initial=0.01, wait_jitter=0.01):
            with attempt:
                await backend.run(call_of("summarization", expert("org/m"), tmp_path / str(number)))

    busy = Busy()
    backend = WatchedBackend(busy, CatalogCache(home))
    await asyncio.gather(*(patient(number) for number in range(6)))
    assert len(busy.taken) == 6
    assert busy.refused <= 8  # each calling for itself it would be far more
    assert backend.obstacle(expert("org/m"), None) is None


@pytest.mark.parametrize(("asked", "rests"), [(None, USUAL_REST), (3.0, 3.0), (LONGEST_REST + 1, 0.0)])
def test_a_pause_too_long_to_wait_for_is_a_failure_and_any_other_is_a_rest(asked: float | None, rests: float) -> None:
    breaker = Breaker(clock=lambda: 100.0)
    assert breaker.rest(asked) == (rests > 0)
    assert breaker.resting() == rests
    assert breaker.enter()


async def test_a_call_waits_no_longer_for_a_provider_than_it_may_take(home: Path, tmp_path: Path) -> None:
    moody = Moody(expert("org/m"))
    moody.error = ExpertError("429", kind="rate_limit", retryable=True, retry_after=30.0)
    backend = WatchedBackend(moody, CatalogCache(home))
    await fail(backend, tmp_path, 1, expert("org/m"))
    began = time.monotonic()
    with pytest.raises(ExpertError, match="takes no calls for another 30 s"):
        await backend.run(call_of("summarization", expert("org/m"), tmp_path, timeout=5))
    assert (moody.calls, time.monotonic() - began < 5) == (1, True)
