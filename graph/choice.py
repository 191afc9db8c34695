"""`Choice`: which of several experts does a task; settled by rank, or asked of the controller where they differ."""

import hashlib
import json

from .expert import Assignment, Expert
from .resource import Frozen
from .task import Task

MAX_FALLBACKS = 3
"""Of the candidates, and of those of other places: each failing one costs its time and its retries."""


class Choice(Frozen):
    """A task and the experts that can do it, best first; at least two."""

    task: Task
    candidates: tuple[Expert, ...]
    """Of the place that comes first for the user, where there is an order of places."""
    others: tuple[Expert, ...] = ()
    """Of the other places: only tried when all candidates fail."""
    request: str = ""
    """The words of the user."""
    differences: tuple[str, ...] = ()
    """What the task asks for and another candidate than the first offers; none where the first by rank does it."""

    @property
    def key(self) -> str:
        """Equal for choices that pose the same question: type, parameters, candidates (models at places), differences."""
        candidates = [[e.backend, e.provider, e.model_id, e.revision] for e in self.candidates]
        question: list[object] = [self.task.type, self.task.model_dump(mode="json")["parameters"], candidates]
        question += [self.differences] if self.differences else []
        return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]

    def of(self, expert: Expert, reason: str) -> Assignment:
        """The assignment of one of the candidates; the others are its fallbacks, best first."""
        return Assignment(
            task_id=self.task.id,
            expert=expert,
            reason=reason,
            candidates=tuple(candidate.model_id for candidate in self.candidates),
            fallbacks=(
                *[candidate for candidate in self.candidates if candidate != expert][:MAX_FALLBACKS],
                *self.others[:MAX_FALLBACKS],
            ),
        )

    def by_rank(self, why: str = "") -> Assignment:
        """The assignment of the first, with what puts it there; or `why` the controller's choice does not count."""
        return self.of(self.candidates[0], f"first by rank: {why}" if why else self._rank())

    def _rank(self) -> str:
        first, second, number = *self.candidates[:2], len(self.candidates)
        if first.downloads > second.downloads:
            return f"most downloads of {number} that can do it here ({first.downloads:,})"
        if first.backend != second.backend:
            return f"first in rank of {number}: runs on the {first.backend} backend"
        if first.likes > second.likes:
            return f"as many downloads as the next, and more likes ({first.likes:,})"
        return f"first in rank of {number} that can do it here"
