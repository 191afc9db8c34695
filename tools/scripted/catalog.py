"""`ScriptedCatalog`, for tests: one scripted expert for every task type, or the given ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...graph.expert import Candidate, Expert, Obstacle
from ...graph.task import Task


class ScriptedCatalog:
    """One expert for every task type, or the given ones."""

    def __init__(
        self, experts: Iterable[Expert] | None = None, *, obstacles: Mapping[str, str | Obstacle] | None = None
    ) -> None:
        """`obstacles`: why an expert can't run here, by model id."""
        self._experts = None if experts is None else tuple(experts)
        self._obstacles = {
            name: Obstacle(what=why) if isinstance(why, str) else why for name, why in (obstacles or {}).items()
        }

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """The scripted experts for this task's type."""
        known = (scripted_expert(task.type),) if self._experts is None else self._experts
        return [
            Candidate(expert=expert, obstacle=self._obstacles.get(expert.model_id))
            for expert in known
            if expert.task_type == task.type
        ]


def scripted_expert(task_type: str, model_id: str | None = None, **fields: Any) -> Expert:
    """An expert that the scripted backend runs."""
    return Expert.model_validate(
        {"model_id": model_id or f"scripted/{task_type}", "task_type": task_type, "backend": "scripted"} | fields
    )
