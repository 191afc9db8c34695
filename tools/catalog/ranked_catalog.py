"""The catalogue that joins what every backend offers, and ranks it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ...graph.errors import ExpertError
from ...graph.expert import Candidate, Expert, Obstacle
from ...graph.ports import Backend
from ...graph.task import Task
from .cache import CatalogCache, Fared

Fares = Mapping[tuple[str, str, str], Fared]


class JoinedCatalog:
    """The `Catalog` port over `backends`; their order decides between experts that are otherwise equal.

    `cache`: how experts fared here, which decides before that.
    """

    def __init__(self, backends: Sequence[Backend], *, cache: CatalogCache | None = None) -> None:
        self._backends = tuple(backends)
        self._cache = cache

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """All experts for the task's type, best first; in a thread, as it may import, and look for files."""
        return await asyncio.to_thread(self._candidates, task, wanted)

    def _candidates(self, task: Task, wanted: str | None) -> list[Candidate]:
        fared = self._cache.fared() if self._cache else {}
        found = ranked(self._backends, task.type, task, fared=fared)
        if wanted and all(candidate.expert.model_id != wanted for candidate in found):
            found = [*_named(self._backends, task, wanted), *found]
        return found


def ranked(
    backends: Iterable[Backend],
    task_type: str,
    task: Task | None = None,
    *,
    fared: Fares | None = None,
) -> list[Candidate]:
    """What `backends` offer, best first. Without `task`: for any.

    Those that can run here and now, before those that must be downloaded first; servers that the user added, for they
    were added to be used; then by downloads, then by likes; of equals what covers the whole type, then by how often it
    succeeded and how long it took here, then by the order of `backends`.
    """
    offered = [
        Candidate(expert=expert, obstacle=backend.obstacle(expert, task))
        for backend in backends
        for expert in backend.experts(task_type)
    ]

    def rank(candidate: Candidate) -> tuple[float, ...]:
        expert = candidate.expert
        known = (fared or {}).get((expert.backend, expert.provider, expert.model_id), Fared())
        return (
            candidate.obstacle is not None, not expert.here, expert.backend != "endpoint",
            -expert.downloads, -expert.likes, expert.partial, -round(known.success, 1), known.latency,
        )  # fmt: skip

    return sorted(offered, key=rank)


def _named(backends: Iterable[Backend], task: Task, model_id: str) -> list[Candidate]:
    """A model that no list has, from every place that can have it; one that can't be used, with the reason."""
    found: list[Candidate] = []
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
