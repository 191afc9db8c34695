"""Experts on tape: a backend and a catalogue, between the stages and the real ones."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.expert import Candidate, Expert, Obstacle
from ...graph.ports import Backend, Catalog, Preparing
from ...graph.task import Task
from .tape import NotRecorded, Tape


class TapedCatalog:
    """The `Catalog` port: who could do what, as it was when it was recorded."""

    def __init__(self, catalog: Catalog, tape: Tape) -> None:
        self._catalog = catalog
        self._tape = tape

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """As recorded; none for a task that was not asked about."""

        async def ask() -> Any:
            return [candidate.model_dump(mode="json") for candidate in await self._catalog.candidates(task, wanted)]

        asked = task.model_dump(mode="json", exclude={"goal"})
        try:
            told = await self._tape.exchange("experts", f"experts for task {task.key} ({task.type})", asked, ask)
        except NotRecorded:
            return ()
        return [Candidate.model_validate(row) for row in told]


class TapedBackend:
    """The `Backend` port: what an expert made, file by file, or why it failed."""

    def __init__(self, backend: Backend, tape: Tape) -> None:
        self._backend = backend
        self._tape = tape
        self.name = backend.name

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Those of the real one."""
        return self._backend.experts(task_type)

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """That of the real one."""
        return self._backend.named(task_type, model_id)

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """None while playing: nothing is needed to play."""
        return None if self._tape.playing else self._backend.obstacle(expert, task)

    async def prepare(self, call: Call) -> None:
        """What the real one has to bring; nothing while playing."""
        if isinstance(self._backend, Preparing) and not self._tape.playing:
            await self._backend.prepare(call)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Do it and write it down, or take it from the tape."""

        async def ask() -> Any:
            try:
                return {"made": [await self._dumped(artifact) for artifact in await self._backend.run(call)]}
            except ExpertError as error:
                flags = {flag: getattr(error, flag) for flag in _FLAGS}
                return {"failed": {"message": error.message, "hint": error.hint, **flags}}

        label = f"task {call.key} ({call.task.type} by {call.expert.model_id})"
        asked = {
            "key": call.key,
            "type": call.task.type,
            "goal": call.task.goal,
            "parameters": call.task.model_dump(mode="json")["parameters"],
            "model_id": call.expert.model_id,
            "inputs": {name: [m.resource.sha256 for m in materials] for name, materials in call.inputs.items()},
        }
        try:
            told = await self._tape.exchange("expert", label, asked, ask)
            if failed := told.get("failed"):
                raise ExpertError(
                    failed["message"], hint=failed["hint"], **{f: failed[f] for f in _FLAGS if f in failed}
                )
            return [await self._loaded(row, call.scratch) for row in told["made"]]
        except NotRecorded as error:
            raise ExpertError(str(error)) from None

    async def aclose(self) -> None:
        """Close the real one."""
        await self._backend.aclose()

    async def _dumped(self, artifact: Artifact) -> dict[str, Any]:
        row = artifact.model_dump(mode="json", exclude={"path"})
        if artifact.path is None:
            return row
        data = await asyncio.to_thread(artifact.path.read_bytes)
        return row | {"file": artifact.path.name, "sha256": await self._tape.keep(data)}

    async def _loaded(self, row: dict[str, Any], scratch: Path) -> Artifact:
        fields = {name: value for name, value in row.items() if name not in ("file", "sha256")}
        if "sha256" not in row:
            return Artifact.model_validate(fields)
        path = scratch / Path(row["file"]).name
        data = await self._tape.blob(row["sha256"])
        await asyncio.to_thread(path.write_bytes, data)
        return Artifact.model_validate(fields | {"path": path})


_FLAGS = ("kind", "retryable", "retry_after", "input_fault")
"""Of an `ExpertError`, beside its words."""
