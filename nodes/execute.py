"""Execute: do a task by its expert, record the result, and only then let it be seen."""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import stamina

from ..graph.call import Artifact, Call
from ..graph.errors import ExpertError
from ..graph.events import TaskFinished, TaskQueued, TaskStarted, emit
from ..graph.expert import FALLEN_BACK, Assignment, Expert
from ..graph.ports import Backend, Catalog, Ledger, Preparing, Slots, Store
from ..graph.result import Made, Result
from ..graph.settings import Settings
from ..graph.state import TaskRun, TaskState
from ..graph.task import Task
from ..graph.vocabulary import VOCABULARY
from .inputs import Inputs, gather_inputs, members_of
from .obstacles import obstacle_to

MEMBERS_AT_ONCE = 32
"""Of a list that is done member by member; fewer where their expert needs a slot."""
LONGEST_WAIT = 60.0
"""Seconds. A server that asks for a longer pause is not waited for: the next candidate is tried."""


class Execution:
    """The node, with the ports that it needs."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        backends: Mapping[str, Backend],
        ledger: Ledger,
        store: Store,
        slots: Slots,
        settings: Settings,
    ) -> None:
        self._catalog = catalog
        self._backends = backends
        self._ledger = ledger
        self._store = store
        self._slots = slots
        self._settings = settings

    async def __call__(self, state: TaskState) -> dict[str, Any]:
        """The task's result: from the ledger if it is there, else by doing it. An expert's failure is a result too."""
        task, run, chosen = Task.model_validate(state["task"]), state["run"], state.get("assignment")
        rows = await self._ledger.results(run["epoch"], [task.key, *(str(id) for id in task.depends_on)])
        if recorded := rows.get(task.key):
            return self._told(recorded, run, recorded=True)
        assignment = Assignment.model_validate(chosen) if chosen else None
        if broken := next((row for row in rows.values() if not row.ok), None):
            why = f"needs task {broken.task_id} ({broken.task_type}), which {_FATES[broken.status]}"
            return await self._record(_result(task, task.key, "skipped", error=why), run)
        try:
            if assignment is None:
                raise ExpertError(await self._why_nobody(task, run))
            inputs = await gather_inputs(task, rows, self._store)
            members = members_of(task, inputs)
        except ExpertError as error:
            return await self._record(_result(task, task.key, "failed", error=_in_a_line(error)), run)
        if members is None:
            return await self._record(await self._one(task, task.key, assignment, inputs, run), run)
        return await self._record(await self._map(task, assignment, members, run), run)

    async def _why_nobody(self, task: Task, run: TaskRun) -> str:
        where = run.get("where") or self._settings.where
        return f"no expert can do it here: {await obstacle_to(task, self._catalog, run['models'], where)}"

    async def _map(self, task: Task, assignment: Assignment, members: Sequence[Inputs], run: TaskRun) -> Result:
        """A list input: each member is done, recorded and retried on its own, under `3[0]`, `3[1]`, ..."""
        keys = [f"{task.key}[{number}]" for number in range(len(members))]
        rows = await self._ledger.results(run["epoch"], keys)
        began = time.time()

        room = asyncio.Semaphore(MEMBERS_AT_ONCE)

        async def member(key: str, inputs: Inputs) -> Result:
            async with room:
                return rows.get(key) or await self._put(await self._one(task, key, assignment, inputs, run), run)

        working = [asyncio.ensure_future(member(*each)) for each in zip(keys, members, strict=True)]
        try:
            done = await asyncio.gather(*working)
        except BaseException:  # what ends one (a full disk, a question, Ctrl-C) must not leave the others at work
            for one in working:
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            raise
        about = {
            "assignment": assignment,
            "started_at": began,
            "duration": time.time() - began,
            "attempts": max((row.attempts for row in done), default=0),
            "inputs": tuple(sha for row in done for sha in row.inputs),
        }
        if failed := [row for row in done if not row.ok]:
            why = f"{len(failed)} of {len(done)} failed: " + "; ".join(f"{row.key}: {row.error}" for row in failed)
            return _result(task, task.key, "failed", error=why, **about)
        names = {name for row in done for name in row.outputs}
        outputs: Made = {
            name: tuple(resource for row in done for resource in _flat(row.outputs.get(name, ()))) for name in names
        }
        return _result(task, task.key, "succeeded", outputs=outputs, **about)

    async def _one(self, task: Task, key: str, first: Assignment, inputs: Inputs, run: TaskRun) -> Result:
        """One call: taken from an earlier run of this line if it was made there, else from the first expert that can."""
        fingerprint = _fingerprint(task, key, first.expert, inputs)
        hashes = tuple(m.resource.sha256 or "" for materials in inputs.values() for m in materials)
        if earlier := await self._ledger.find(run["run_id"], fingerprint):
            return earlier.model_copy(update={"task_id": task.id, "key": key})
        began, clock, tries = time.time(), time.perf_counter(), Counter[str]()
        errors: list[str] = []
        for expert in (first.expert, *first.fallbacks):
            assignment = first if expert == first.expert else _fallen_back(first, expert, errors[-1])
            try:
                outputs = await self._call(task, key, expert, inputs, run, tries)
                return _result(
                    task, key, "succeeded", outputs=outputs, assignment=assignment, fingerprint=fingerprint,
                    inputs=hashes, started_at=began, duration=time.perf_counter() - clock, attempts=tries.total(),
                )  # fmt: skip
            except ExpertError as error:
                errors.append(_in_a_line(error))
                if error.input_fault:
                    break
        return _result(
            task, key, "failed", error="; ".join(dict.fromkeys(errors)), assignment=first, fingerprint=fingerprint,
            inputs=hashes, started_at=began, duration=time.perf_counter() - clock, attempts=tries.total(),
        )  # fmt: skip

    async def _call(
        self, task: Task, key: str, expert: Expert, inputs: Inputs, run: TaskRun, tries: Counter[str]
    ) -> Made:
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
                    return await self._adopted(task, key, made)
        raise AssertionError("retry_context ends by returning or raising")

    async def _adopted(self, task: Task, key: str, made: Sequence[Artifact]) -> Made:
        """The artifacts in the store; a list where the task type gives one."""
        lists = {output.name for output in VOCABULARY[task.type].outputs if output.many}
        adopted: Made = {}
        for artifact in made:
            resource = await self._store.adopt(artifact, key)
            if artifact.output in lists:
                adopted[artifact.output] = (*_flat(adopted.get(artifact.output, ())), resource)
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

    async def _put(self, result: Result, run: TaskRun) -> Result:
        return await self._ledger.put(run["run_id"], run["thread_id"], run["epoch"], result)

    async def _record(self, result: Result, run: TaskRun) -> dict[str, Any]:
        """Record, then wake those who wait for it, then tell."""
        row = await self._put(result, run)
        self._ledger.board.wake(run["epoch"], row.key)
        return self._told(row, run)

    def _told(self, row: Result, run: TaskRun, *, recorded: bool = False) -> dict[str, Any]:
        paths = {resource.sha256: str(self._store.path(resource)) for resource in row.resources if resource.sha256}
        emit(TaskFinished(run_id=run["run_id"], result=row, recorded=recorded, paths=paths))
        return {"results": {row.key: row.model_dump(mode="json")}}


def _pause(error: Exception) -> bool | float:
    """Whether to ask the same expert again; in how many seconds, where its server says."""
    if not isinstance(error, ExpertError) or not error.retryable:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False


def _in_a_line(error: ExpertError) -> str:
    """What happened and what to do, in one line."""
    return f"{error.message} ({error.hint})" if error.hint else error.message


_FATES = {"failed": "failed", "skipped": "was skipped", "cancelled": "was cancelled"}


def _result(task: Task, key: str, status: str, **about: Any) -> Result:
    return Result(task_id=task.id, key=key, task_type=task.type, status=status, **about)  # type: ignore[arg-type]


def _flat(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _fallen_back(first: Assignment, expert: Expert, error: str) -> Assignment:
    reason = f"{FALLEN_BACK}{first.expert.model_id} failed: {error}"
    return first.model_copy(update={"expert": expert, "reason": reason})


def _fingerprint(task: Task, key: str, expert: Expert, inputs: Inputs) -> str:
    """What is asked of the expert. The task's key is part of it: two equal tasks of one plan are two."""
    asked = [
        key, task.type, task.goal, task.model_dump(mode="json")["parameters"],
        {name: [m.resource.sha256 for m in materials] for name, materials in sorted(inputs.items())},
        expert.model_id, expert.revision,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
