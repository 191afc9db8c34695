"""`DelegatingBackend`: base of the wrappers (monitored, recorded, redacted); passes on what a subclass leaves as it is."""

from collections.abc import Sequence

from ...graph.call import Artifact, Call
from ...graph.expert import Expert, Obstacle
from ...graph.ports import Backend, Preparing, WarmsUp
from ...graph.task import Task


class DelegatingBackend:
    """The `Backend` port around another."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.name = backend.name

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Those of the backend."""
        return self._backend.experts(task_type)

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """That of the backend."""
        return self._backend.named(task_type, model_id)

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """That of the backend."""
        return self._backend.obstacle(expert, task)

    async def prepare(self, call: Call) -> None:
        """Prepare the backend, where it has work before a call."""
        if isinstance(self._backend, Preparing):
            await self._backend.prepare(call)

    def warm_up(self, expert: Expert) -> None:
        """Warm up the backend, where its first call waits for something."""
        if isinstance(self._backend, WarmsUp):
            self._backend.warm_up(expert)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Run the call."""
        return await self._backend.run(call)

    async def aclose(self) -> None:
        """Close the backend."""
        await self._backend.aclose()
