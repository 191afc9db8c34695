"""`ScriptedBackend`, for tests: returns a small valid output for every task type, or fails as its script says."""

import asyncio
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.expert import Expert, Obstacle
from ...graph.resource import Kind
from ...graph.task import Task
from ...graph.vocabulary import VOCABULARY
from .catalog import scripted_expert
from .task_answers import png, wav


class ScriptedBackend:
    """Returns a small valid output for every task type after a set time, or fails as its script says."""

    name = "scripted"

    def __init__(
        self,
        *,
        latency: float | Mapping[int, float] = 0.0,
        failures: Mapping[int | str, str | ExpertError | Sequence[str | ExpertError | None]] | None = None,
        texts: Mapping[int, str] | None = None,
        log: str | Path | None = None,
    ) -> None:
        """`latency`: seconds a call, for all or by task id. `failures`: by ledger key (`3[0]`), task id or model id, one
        error for every call or a list with one for each (None: that call succeeds; calls beyond the list succeed).
        `texts`: the output of a task, by id. `log`: a file with one JSON line for each call started and finished, written
        before and after it.
        """
        self._latency = latency
        self._failures = failures or {}
        self._texts = texts or {}
        self._log = Path(log) if log else None
        self.calls: list[str] = []
        """Keys of the tasks that it was called for, in order."""
        self.running = 0
        self.most_running = 0

    def experts(self, task_type: str) -> Sequence[Expert]:
        """One for every type of the vocabulary."""
        return (scripted_expert(task_type),) if task_type in VOCABULARY else ()

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """Any, for every type of the vocabulary."""
        return scripted_expert(task_type, model_id) if task_type in VOCABULARY else None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """None: it can always run."""
        return None

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Wait, then fail or return outputs."""
        self.calls.append(call.key)
        nth = self.calls.count(call.key)
        await self._write("started", call)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            latency = self._latency
            await asyncio.sleep(latency if isinstance(latency, int | float) else latency.get(call.task.id, 0.0))
            if error := self._failure(call, nth):
                raise error if isinstance(error, ExpertError) else ExpertError(error)
            artifacts = [
                await self._make(call, output.name, output.kind) for output in VOCABULARY[call.task.type].outputs
            ]
        finally:
            self.running -= 1
        await self._write("finished", call)
        return artifacts

    async def aclose(self) -> None:
        """Nothing to close."""

    def _failure(self, call: Call, nth: int) -> str | ExpertError | None:
        names = (call.key, call.task.id, call.expert.model_id)
        failure = next((self._failures[name] for name in names if name in self._failures), None)
        if failure is None or isinstance(failure, str | ExpertError):
            return failure
        return failure[nth - 1] if nth <= len(failure) else None

    async def _make(self, call: Call, output: str, kind: Kind) -> Artifact:
        text = self._texts.get(call.task.id) or f"{call.task.type} of " + ", ".join(
            material.resource.text or material.resource.sha256 or ""
            for many in call.inputs.values()
            for material in many
        )
        match kind:
            case "text":
                return Artifact(output=output, kind=kind, media_type="text/plain", text=text)
            case "boxes":
                box = {"label": "thing", "score": 1.0, "box": {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1}}
                return Artifact(output=output, kind=kind, media_type="application/json", text=json.dumps([box]))
            case "labels" | "table" | "embedding":
                label = json.dumps([{"label": text[:200], "score": 1.0}])
                return Artifact(output=output, kind=kind, media_type="application/json", text=label)
        media_type, data = _SAMPLES.get(kind, ("application/octet-stream", text.encode()))
        file = await asyncio.to_thread(_written, call, output, data)
        return Artifact(output=output, kind=kind, media_type=media_type, path=file)

    async def _write(self, event: str, call: Call) -> None:
        if self._log:
            line = json.dumps({"event": event, "key": call.key, "run_id": call.run_id, "time": time.time()}) + "\n"
            await asyncio.to_thread(_append, self._log, line)


def _written(call: Call, name: str, data: bytes) -> Path:
    file = call.scratch / name
    file.write_bytes(data)
    return file


def _append(log: Path, line: str) -> None:
    with log.open("a") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


_PIXEL = png(1, 1, 128)
_SAMPLES = {"image": ("image/png", _PIXEL), "mask": ("image/png", _PIXEL), "audio": ("audio/wav", wav(0.1, 8_000))}
