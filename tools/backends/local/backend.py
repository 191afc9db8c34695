"""`LocalBackend`: models of transformers and diffusers on this machine's processors or GPUs, in worker processes."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.expert import Expert, Obstacle
from ....graph.ports import Consent
from ....graph.settings import Settings
from ....graph.task import Task
from ...catalog.pinned import pinned
from ..accepts import received
from .device_workers import DeviceWorkers
from .downloads import Downloads
from .hardware import device_for
from .model_cache import LocalModel, base_model_of, find, helper_model_of
from .offered_models import BACKEND, ListModels, OfferedModels
from .progress_events import progress_events
from .run_in_worker import TARGET

if TYPE_CHECKING:
    from ....graph.events import TaskProgress


class LocalBackend:
    """The `Backend` port over the models that `models` lists, and any other that is named. `consent`: to a download."""

    name = BACKEND

    def __init__(
        self,
        settings: Settings,
        models: ListModels = pinned,
        consent: Consent | None = None,
        emit: Callable[["TaskProgress"], None] | None = None,
    ) -> None:
        self._emit = emit
        self._downloads = Downloads(settings, consent)
        self._offered = OfferedModels(models, self._downloads, has_token=settings.hf_token is not None)
        self._workers = DeviceWorkers(settings)

    def experts(self, task_type: str) -> Sequence[Expert]:
        """The listed models that a function here can run."""
        return self._offered.listed(task_type)

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """The expert of a model by id on the Hub or by folder, listed or not; None where no function here can run it."""
        return self._offered.named(task_type, model_id)

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """Why a model can't do a task here and now. Imports no torch, and sends nothing to the Hub."""
        return self._offered.obstacle(expert, task)

    async def prepare(self, call: Call) -> None:
        """Download the model, its base model and its helper, where they are missing, as settings or user allow."""
        found = await self._found_or_downloaded(call, call.expert.model_id, call.expert.revision)
        base = await asyncio.to_thread(base_model_of, found.folder)
        if base is not None:
            await self._found_or_downloaded(call, base)
        helper = await asyncio.to_thread(helper_model_of, found.folder)
        if helper is not None and self._downloads.possible:
            with suppress(ExpertError):  # the model runs without it, and its result has a note
                await self._found_or_downloaded(call, helper)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Do the task in the worker process of the model's device."""
        if (reason := await asyncio.to_thread(self._offered.model_obstacle, call.expert, received(call))) is not None:
            raise ExpertError(f"{call.expert.model_id} can't do task {call.task.label}: {reason}")
        await self.prepare(call)
        device = await asyncio.to_thread(device_for, call.expert.model_id, call.expert.size)
        pool = await asyncio.to_thread(self._workers.pool, device)
        with progress_events(call, self._emit) as report:
            return await pool.run(TARGET, call, report)

    async def aclose(self) -> None:
        """Kill the worker processes, and the models in them."""
        await asyncio.to_thread(self._workers.close)

    async def _found_or_downloaded(self, call: Call, model_id: str, revision: str = "") -> LocalModel:
        if (found := await asyncio.to_thread(find, model_id, revision)) is not None:
            return found
        with progress_events(call, self._emit) as report:
            return await self._downloads.get(call, model_id, revision, report)
