"""Calling: one expert is asked for one thing, again when that may help, and what it makes is kept."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple

import stamina

from ..graph.call import Artifact, Call
from ..graph.errors import ExpertError
from ..graph.events import TaskQueued, TaskStarted, emit
from ..graph.expert import Expert
from ..graph.ports import Backend, Preparing, Slots, Store
from ..graph.resource import Resource
from ..graph.result import Made
from ..graph.settings import Settings
from ..graph.state import TaskRun
from ..graph.task import Task
from ..graph.vocabulary import VOCABULARY
from .inputs import Inputs

LONGEST_WAIT = 60.0
"""Seconds. A server that asks for a longer pause is not waited for: the next candidate is tried."""


class Kept(NamedTuple):
    """What a call gave, in the store, and what must be known of it."""

    outputs: Made
    notes: tuple[str, ...]


class Calling:
    """Calls to experts, within the slots that they need. Raises `ExpertError` when an expert did not do it."""

    def __init__(self, *, backends: Mapping[str, Backend], store: Store, slots: Slots, settings: Settings) -> None:
        self._backends = backends
        self._store = store
        self._slots = slots
        self._settings = settings

    async def ask(
        self, task: Task, key: str, expert: Expert, inputs: Inputs, run: TaskRun, tries: Counter[str]
    ) -> Kept:
        """Ask one expert, again when that may help; slots are held only while it works. `tries` counts the calls."""
        place = f"{expert.backend}:{expert.provider}:{expert.model_id}"
        async for attempt in stamina.retry_context(on=_pause, attempts=self._settings.retries + 1, timeout=None):
            with attempt:
                async with AsyncExitStack() as held:
                    scratch = await held.enter_async_context(self._store.scratch())
                    call = Call(
                        run_id=run["run_id"], key=key, task=task, expert=expert, inputs=inputs, scratch=scratch,
                        timeout=self._settings.timeout,
                    )  # fmt: skip
                    await self._prepare(call)  # a download, or a question, takes no room from others
                    if full := self._slots.full(expert.needs):
                        emit(TaskQueued(run_id=run["run_id"], task_id=task.id, key=key, slots=full))
                    await held.enter_async_context(self._slots.hold(expert.needs))
                    if not tries[place]:
                        emit(TaskStarted(run_id=run["run_id"], task_id=task.id, key=key, model_id=expert.model_id))
                    tries[place] += 1
                    made = await self._attempt(call)
                    notes = tuple(dict.fromkeys(artifact.note for artifact in made if artifact.note))
                    return Kept(await self._adopted(task, key, made), notes)
        raise AssertionError("retry_context ends by returning or raising")

    async def _adopted(self, task: Task, key: str, made: Sequence[Artifact]) -> Made:
        """The artifacts in the store; a list where the task type gives one."""
        lists = {output.name for output in VOCABULARY[task.type].outputs if output.many}
        adopted: Made = {}
        for artifact in made:
            resource = await self._store.adopt(artifact, key)
            if artifact.output in lists:
                adopted[artifact.output] = (*flat(adopted.get(artifact.output, ())), resource)
            else:
                adopted[artifact.output] = resource
        return adopted

    async def _prepare(self, call: Call) -> None:
        backend = self._backends[call.expert.backend]
        if isinstance(backend, Preparing):
            await backend.prepare(call)

    async def _attempt(self, call: Call) -> Sequence[Artifact]:
        try:
            async with asyncio.timeout(
                call.timeout + 5
            ):  # a backend keeps the limit itself; this is for one that does not
                return await self._backends[call.expert.backend].run(call)
        except TimeoutError as error:
            raise ExpertError(
                f"{call.expert.model_id} took longer than {call.timeout:g} s", hint="raise --timeout", kind="timeout"
            ) from error


def _pause(error: Exception) -> bool | float:
    """Whether to ask the same expert again; in how many seconds, where its server says."""
    if not isinstance(error, ExpertError) or not error.retryable:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False


def flat(value: Resource | tuple[Resource, ...]) -> tuple[Resource, ...]:
    """One or several as several."""
    return value if isinstance(value, tuple) else (value,)
