"""`RankedCatalog`, the `Catalog` port over all backends: collects the experts for a task, and ranks them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ...graph.errors import ExpertError
from ...graph.expert import Candidate, Expert, Obstacle
from ...graph.ports import Backend
from ...graph.task import Task
from .cache import CallStats, CatalogCache


class RankedCatalog:
    """The `Catalog` port over `backends`. `cache`: has the counts of calls that the ranking uses."""

    def __init__(self, backends: Sequence[Backend], *, cache: CatalogCache | None = None) -> None:
        self._backends = tuple(backends)
        self._cache = cache

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """All experts for the task's type, best first; in a thread, since backends may import libraries and read files."""
        return await asyncio.to_thread(self._candidates, task, wanted)

    def _candidates(self, task: Task, wanted: str | None) -> list[Candidate]:
        stats = self._cache.call_stats() if self._cache else {}
        found = ranked_candidates(self._backends, task.type, task, stats=stats)
        if wanted and all(candidate.expert.model_id != wanted for candidate in found):
            found = [*_named(self._backends, task, wanted), *found]
        return found


def ranked_candidates(
    backends: Iterable[Backend],
    task_type: str,
    task: Task | None = None,
    *,
    stats: Mapping[tuple[str, str, str], CallStats] | None = None,
) -> list[Candidate]:
    """The experts that `backends` offer, best first. Without `task`: for any task of the type.

    Ranked by: can run here and now; needs no download; is a server that the user added; downloads; likes; covers the whole
    type; success rate and latency of earlier calls here (`stats`); the order of `backends`.
    """
    offered = [
        Candidate(expert=expert, obstacle=backend.obstacle(expert, task))
        for backend in backends
        for expert in backend.experts(task_type)
    ]

    def rank(candidate: Candidate) -> tuple[float, ...]:
        expert = candidate.expert
        known = (stats or {}).get((expert.backend, expert.provider, expert.model_id), CallStats())
        return (
            candidate.obstacle is not None, not expert.here, expert.backend != "endpoint",
            -expert.downloads, -expert.likes, expert.partial, -round(known.success_rate, 1), known.latency,
        )  # fmt: skip

    return sorted(offered, key=rank)


def _named(backends: Iterable[Backend], task: Task, model_id: str) -> list[Candidate]:
    """A model that no list has, from every backend that can run it, or with the reason why it can't."""
    found: list[Candidate] = []
    if model_id.startswith("embedded/"):  # the name of its place
        backends = [backend for backend in backends if backend.name == "embedded"]
    for backend in backends:
        try:
            expert = backend.named(task.type, model_id)
        except ExpertError as error:
            unusable = Expert(model_id=model_id, task_type=task.type, backend=backend.name)
            found.append(Candidate(expert=unusable, obstacle=Obstacle(what=error.message)))
            continue
        if expert is not None:
            found.append(Candidate(expert=expert, obstacle=backend.obstacle(expert, task)))
    return sorted(found, key=lambda candidate: candidate.obstacle is not None)
