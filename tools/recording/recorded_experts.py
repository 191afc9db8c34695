"""`RecordedBackend`, `RecordedCatalog`: record what backends and catalogue return, or replay it without calling them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.expert import Candidate, Expert, Obstacle
from ...graph.ports import Backend, Catalog
from ...graph.task import Task
from ..backends.delegating_backend import DelegatingBackend
from .exchange import NotRecorded, Recording


class RecordedCatalog:
    """The `Catalog` port: the candidates for each task."""

    def __init__(self, catalog: Catalog, recording: Recording) -> None:
        self._catalog = catalog
        self._recording = recording

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """Those of the catalogue; in a replay none for a task that was not recorded."""

        async def call_catalog() -> Any:
            return [candidate.model_dump(mode="json") for candidate in await self._catalog.candidates(task, wanted)]

        request = task.model_dump(mode="json", exclude={"goal"})
        try:
            label = f"experts for task {task.key} ({task.type})"
            rows = await self._recording.exchange("experts", label, request, call_catalog)
        except NotRecorded:
            return ()
        return [Candidate.model_validate(row) for row in rows]


class RecordedBackend(DelegatingBackend):
    """The `Backend` port: the artifacts of each call with their files, or the error."""

    def __init__(self, backend: Backend, recording: Recording) -> None:
        super().__init__(backend)
        self._recording = recording

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """The backend's; none in a replay, which needs nothing."""
        return None if self._recording.replaying else super().obstacle(expert, task)

    def warm_up(self, expert: Expert) -> None:
        """Warm up the backend, except in a replay."""
        if not self._recording.replaying:
            super().warm_up(expert)

    async def prepare(self, call: Call) -> None:
        """Prepare the backend, except in a replay."""
        if not self._recording.replaying:
            await super().prepare(call)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Run the call and record it, or replay it."""

        async def call_expert() -> Any:
            try:
                return {"made": [await self._dumped(artifact) for artifact in await self._backend.run(call)]}
            except ExpertError as error:
                flags = {flag: getattr(error, flag) for flag in _FLAGS}
                return {"failed": {"message": error.message, "hint": error.hint, **flags}}

        label = f"task {call.key} ({call.task.type} by {call.expert.model_id})"
        request = {
            "key": call.key,
            "type": call.task.type,
            "goal": call.task.goal,
            "parameters": call.task.model_dump(mode="json")["parameters"],
            "model_id": call.expert.model_id,
            "inputs": {name: [m.resource.sha256 for m in materials] for name, materials in call.inputs.items()},
        }
        try:
            response = await self._recording.exchange("expert", label, request, call_expert)
            if failed := response.get("failed"):
                raise ExpertError(
                    failed["message"], hint=failed["hint"], **{f: failed[f] for f in _FLAGS if f in failed}
                )
            return [await self._loaded(row, call) for row in response["made"]]
        except NotRecorded as error:
            raise ExpertError(str(error)) from None

    async def _dumped(self, artifact: Artifact) -> dict[str, Any]:
        row = artifact.model_dump(mode="json", exclude={"path"})
        if artifact.path is None:
            return row
        data = await asyncio.to_thread(artifact.path.read_bytes)
        return row | {"file": artifact.path.name, "sha256": await self._recording.keep(data)}

    async def _loaded(self, row: dict[str, Any], call: Call) -> Artifact:
        fields = {name: value for name, value in row.items() if name not in ("file", "sha256")}
        if "sha256" not in row:
            return Artifact.model_validate(fields)
        data = await self._recording.blob(row["sha256"])
        path = await asyncio.to_thread(lambda: call.scratch / Path(row["file"]).name)
        await asyncio.to_thread(path.write_bytes, data)
        return Artifact.model_validate(fields | {"path": path})


_FLAGS = ("kind", "retryable", "retry_after", "input_fault")
"""Fields of an `ExpertError` beside its message and hint."""
