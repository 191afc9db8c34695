"""`EmbeddedBackend`: runs the small experts of `experts/`, from pip wheels on the processor, without network or key."""

import asyncio
from collections.abc import Sequence

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError, StorageError
from ....graph.expert import Expert, Obstacle
from ....graph.settings import Settings
from ....graph.task import Task
from ..with_caveats import with_caveats
from ..worker.child import Failure
from ..worker.pool import Workers
from .registry import BACKEND, Embedded, registered

LIGHT_BYTES = 64 * 1024
"""Light experts process larger inputs in a worker process too: a thread can't be stopped."""


class EmbeddedBackend:
    """The `Backend` port over the registry. Light experts run in a thread, all others in worker processes."""

    name = BACKEND

    def __init__(self, settings: Settings, workers: Workers | None = None) -> None:
        self._workers = workers or Workers(settings)

    def experts(self, task_type: str) -> Sequence[Expert]:
        """The experts for a task type, installed or not."""
        return [entry.expert for entry in registered().values() if entry.task_type == task_type]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """None: `experts` lists all experts. Raises `ExpertError` for an id of this place that is not among them."""
        if model_id.startswith(f"{BACKEND}/"):
            known = ", ".join(expert.model_id for expert in self.experts(task_type)) or "none"
            raise ExpertError(
                f"there is no such embedded expert for {task_type}; there are: {known}", kind="unknown_model"
            )
        return None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """A missing library, or a goal that the expert does not support."""
        return _entry(expert).obstacle(task)

    def warm_up(self, expert: Expert) -> None:
        """Start a worker process for an expert that needs one."""
        if not _entry(expert).light:
            self._workers.warm_up()

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Run the expert; its failure is an `ExpertError`, and a cancelled call's process is killed."""
        entry = _entry(call.expert)
        if (obstacle := entry.obstacle(call.task)) is not None:
            raise ExpertError(f"{entry.model_id} can't do task {call.task.label}: {obstacle}")
        size = sum(material.resource.size for materials in call.inputs.values() for material in materials)
        if entry.light and size <= LIGHT_BYTES:
            return await asyncio.to_thread(_run_in_thread, entry, call)
        return await self._workers.run(entry.target, call)

    async def aclose(self) -> None:
        """Kill the worker processes."""
        await asyncio.to_thread(self._workers.close)


def _entry(expert: Expert) -> Embedded:
    try:
        return registered()[expert.model_id]
    except KeyError:
        known = ", ".join(registered())
        raise ExpertError(f"there is no embedded expert {expert.model_id}", hint=f"there are: {known}") from None


def _run_in_thread(entry: Embedded, call: Call) -> Sequence[Artifact]:
    try:
        return with_caveats(entry.function, call)
    except StorageError:
        raise
    except Exception as error:
        raise Failure.of(error, entry.model_id).error() from error
