"""The catalogue that joins what every backend offers, and ranks it."""

import asyncio
from collections.abc import Iterable, Sequence

from ...graph.expert import Candidate
from ...graph.ports import Backend
from ...graph.task import Task


class JoinedCatalog:
    """The `Catalog` port over `backends`; their order decides between experts that are otherwise equal."""

    def __init__(self, backends: Sequence[Backend]) -> None:
        self._backends = tuple(backends)

    async def candidates(self, task: Task) -> Sequence[Candidate]:
        """All experts for the task's type, best first."""
        return await asyncio.to_thread(ranked, self._backends, task.type, task)  # it may import, and look for libraries


def ranked(backends: Iterable[Backend], task_type: str, task: Task | None = None) -> list[Candidate]:
    """What `backends` offer: those without obstacle first, then by downloads, then by likes. Without `task`: for any."""
    offered = [
        Candidate(expert=expert, obstacle=backend.obstacle(expert, task))
        for backend in backends
        for expert in backend.experts(task_type)
    ]
    return sorted(offered, key=_rank)


def _rank(candidate: Candidate) -> tuple[bool, int, int]:
    return candidate.obstacle is not None, -candidate.expert.downloads, -candidate.expert.likes
