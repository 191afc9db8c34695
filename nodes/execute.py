"""Execute: do a task by its expert, record the result, and only then let it be seen."""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ..graph.errors import ExpertError
from ..graph.events import TaskFinished, emit
from ..graph.expert import Assignment, Expert
from ..graph.ports import Catalog, Cutter, Ledger, Store
from ..graph.result import Made, Result
from ..graph.state import TaskRun, TaskState
from ..graph.task import Task
from .calling import Calling, flat
from .inputs import Inputs, gather_inputs, members_of
from .obstacles import obstacle_to
from .parts import parts_of, whole_text

Do = Callable[[Task, str, Assignment, Inputs, TaskRun], Awaitable[Result]]
"""Does one thing, under a key."""
MEMBERS_AT_ONCE = 32
"""Of a list that is done member by member; fewer where their expert needs a slot."""
TOLD = 5
"""Failed members that are named in the error of their list."""


class Execution:
    """The node, with the ports that it needs."""

    def __init__(
        self, *, catalog: Catalog, calling: Calling, ledger: Ledger, store: Store, cut: Cutter, where: Sequence[str]
    ) -> None:
        self._catalog = catalog
        self._calling = calling
        self._ledger = ledger
        self._store = store
        self._cut = cut
        self._where = where

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
            return await self._record(await self._whole(task, task.key, assignment, inputs, run), run)
        return await self._record(await self._map(task, assignment, members, run), run)

    async def _why_nobody(self, task: Task, run: TaskRun) -> str:
        where = run.get("where") or self._where
        return f"no expert can do it here: {await obstacle_to(task, self._catalog, run['models'], where)}"

    async def _map(self, task: Task, assignment: Assignment, members: Sequence[Inputs], run: TaskRun) -> Result:
        """A list input: each member is done on its own, and one that fails is all that `retry` must do again."""
        began = time.time()
        done = await self._each(self._whole, task, task.key, assignment, members, run)
        if failed := [row for row in done if not row.ok]:
            return _gathered(task, task.key, assignment, done, began, error=_told_failures(failed, len(done)))
        names = {name for row in done for name in row.outputs}
        outputs: Made = {
            name: tuple(resource for row in done for resource in flat(row.outputs.get(name, ()))) for name in names
        }
        return _gathered(task, task.key, assignment, done, began, outputs=outputs)

    async def _whole(self, task: Task, key: str, assignment: Assignment, inputs: Inputs, run: TaskRun) -> Result:
        """One thing: by one call, or by one for each part of a recording that is too long for one."""
        try:
            parts = await parts_of(task, key, inputs, self._store, self._cut)
        except ExpertError as error:
            return _result(task, key, "failed", error=_in_a_line(error), input_fault=error.input_fault)
        if not parts:
            return await self._one(task, key, assignment, inputs, run)
        began = time.time()
        done = await self._each(self._one, task, key, assignment, [inputs for _, inputs in parts], run)
        failed = [row for row in done if not row.ok]
        if len(failed) == len(done) or not all(row.input_fault for row in failed):
            return _gathered(task, key, assignment, done, began, error=_told_failures(failed, len(done)))
        text = await asyncio.to_thread(whole_text, [part for part, _ in parts], done, self._store)
        outputs: Made = {"text": await self._store.put_text(text, producer=key)}
        return _gathered(task, key, assignment, done, began, outputs=outputs)

    async def _each(
        self, do: Do, task: Task, key: str, assignment: Assignment, members: Sequence[Inputs], run: TaskRun
    ) -> list[Result]:
        """Every member is done, recorded and retried on its own, under `3[0]`, `3[1]`, ..."""
        keys = [f"{key}[{number}]" for number in range(len(members))]
        rows = await self._ledger.results(run["epoch"], keys)
        room = asyncio.Semaphore(MEMBERS_AT_ONCE)

        async def member(key: str, inputs: Inputs) -> Result:
            async with room:
                return rows.get(key) or await self._put(await do(task, key, assignment, inputs, run), run)

        working = [asyncio.ensure_future(member(*each)) for each in zip(keys, members, strict=True)]
        try:
            return await asyncio.gather(*working)
        except BaseException:  # what ends one (a full disk, a question, Ctrl-C) must not leave the others at work
            for one in working:
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            raise

    async def _one(self, task: Task, key: str, first: Assignment, inputs: Inputs, run: TaskRun) -> Result:
        """One call: taken from an earlier run of this line if it was made there, else from the first expert that can."""
        fingerprint = _fingerprint(task, key, first.expert, inputs)
        hashes = tuple(m.resource.sha256 or "" for materials in inputs.values() for m in materials)
        if earlier := await self._ledger.find(run["run_id"], fingerprint):
            return earlier.model_copy(update={"task_id": task.id, "key": key})
        began, clock, tries = time.time(), time.perf_counter(), Counter[str]()
        errors, at_fault = list[str](), False
        for expert in (first.expert, *first.fallbacks):
            assignment = first if expert == first.expert else _fallen_back(first, expert, errors[-1])
            try:
                kept = await self._calling.ask(task, key, expert, inputs, run, tries)
                return _result(
                    task, key, "succeeded", outputs=kept.outputs, notes=kept.notes, assignment=assignment,
                    fingerprint=fingerprint, inputs=hashes, started_at=began, duration=time.perf_counter() - clock,
                    attempts=tries.total(),
                )  # fmt: skip
            except ExpertError as error:
                errors.append(_in_a_line(error))
                if at_fault := error.input_fault:
                    break
        return _result(
            task, key, "failed", error="; ".join(dict.fromkeys(errors)), input_fault=at_fault, assignment=first,
            fingerprint=fingerprint, inputs=hashes, started_at=began, duration=time.perf_counter() - clock,
            attempts=tries.total(),
        )  # fmt: skip

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


def _in_a_line(error: ExpertError) -> str:
    """What happened and what to do, in one line."""
    return f"{error.message} ({error.hint})" if error.hint else error.message


_FATES = {"failed": "failed", "skipped": "was skipped", "cancelled": "was cancelled"}


def _result(task: Task, key: str, status: str, **about: Any) -> Result:
    return Result(task_id=task.id, key=key, task_type=task.type, status=status, **about)  # type: ignore[arg-type]


def _gathered(
    task: Task, key: str, assignment: Assignment, done: Sequence[Result], began: float, *,
    error: str = "", outputs: Made | None = None,
) -> Result:  # fmt: skip
    """One row for several."""
    return _result(
        task, key, "failed" if error else "succeeded", error=error or None, outputs=outputs or {},
        input_fault=bool(error) and all(row.ok or row.input_fault for row in done),
        assignment=assignment, started_at=began, duration=time.time() - began,
        attempts=max(row.attempts for row in done), inputs=tuple(sha for row in done for sha in row.inputs),
        notes=tuple(dict.fromkeys(note for row in done for note in row.notes)),
    )  # fmt: skip


def _told_failures(failed: Sequence[Result], of: int) -> str:
    """Each, or the first few of many."""
    told = "; ".join(f"{row.key}: {row.error}" for row in failed[:TOLD])
    return f"{len(failed)} of {of} failed: {told}" + (f"; and {len(failed) - TOLD} more" if len(failed) > TOLD else "")


def _fallen_back(first: Assignment, expert: Expert, error: str) -> Assignment:
    reason = f"next best after {first.expert.model_id} failed: {error}"
    return first.model_copy(update={"expert": expert, "reason": reason, "fallback": True})


def _fingerprint(task: Task, key: str, expert: Expert, inputs: Inputs) -> str:
    """What is asked of the expert. The task's key is part of it: two equal tasks of one plan are two."""
    asked = [
        key, task.type, task.goal, task.model_dump(mode="json")["parameters"],
        {name: [m.resource.sha256 for m in materials] for name, materials in sorted(inputs.items())},
        expert.model_id, expert.revision,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
