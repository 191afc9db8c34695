"""`TaskExecution` does a task for `execute`: fingerprint, expert, fallbacks; lists by member, long recordings by part."""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..graph.errors import ExpertError
from ..graph.expert import Assignment, Expert
from ..graph.ports import Cutter, Ledger, Store
from ..graph.result import Outputs, Result, TaskStatus
from ..graph.state import TaskRun
from ..graph.task import Task
from .expert_calls import ExpertCalls
from .inputs import Inputs
from .long_recordings import parts_of, whole_text

Step = Callable[[str, Inputs], Awaitable[Result]]
"""Makes the result of one ledger key from its inputs."""
MEMBERS_AT_ONCE = 32
"""Members of a list under way at once; fewer where their expert needs a slot."""
FAILURES_NAMED = 5
"""Failed members that are named in the error of their list."""


@dataclass(frozen=True)
class TaskExecution:
    """One task with its chosen expert, in one run. Each method returns a result that is not recorded yet."""

    task: Task
    assignment: Assignment
    run: TaskRun
    expert_calls: ExpertCalls
    ledger: Ledger
    store: Store
    cut: Cutter

    async def mapped(self, members: Sequence[Inputs]) -> Result:
        """A list input: one result for each member, so that `retry` repeats only those that failed.

        Where some failed, the task failed, and its outputs are those of the others.
        """
        began = time.time()
        done = await self._each(self.whole, self.task.key, members)
        names = {name for row in done for name in row.outputs}
        outputs = {name: tuple(resource for row in done for resource in row.outputs.get(name, ())) for name in names}
        labels = {row.key: _label_of(inputs) or row.key for row, inputs in zip(done, members, strict=True)}
        failed = [row.model_copy(update={"key": labels[row.key]}) for row in done if not row.ok]
        error = _failures(failed, len(done)) if failed else ""
        return self._gathered(self.task.key, done, began, error=error, outputs=outputs)

    async def whole(self, key: str, inputs: Inputs) -> Result:
        """One member, or the whole task: by one call, or by one for each part of a long recording."""
        try:
            parts = await parts_of(self.task, key, inputs, self.store, self.cut)
        except ExpertError as error:
            return result_of(self.task, key, "failed", error=error_line(error), input_fault=error.input_fault)
        if not parts:
            return await self._one(key, inputs)
        began = time.time()
        done = await self._each(self._one, key, [inputs for _, inputs in parts])
        failed = [row for row in done if not row.ok]
        if len(failed) == len(done) or not all(row.input_fault for row in failed):
            return self._gathered(key, done, began, error=_failures(failed, len(done)))
        text = await asyncio.to_thread(whole_text, [part for part, _ in parts], done, self.store)
        outputs: Outputs = {"text": (await self.store.put_text(text, producer=key),)}
        return self._gathered(key, done, began, outputs=outputs)

    async def _each(self, step: Step, key: str, members: Sequence[Inputs]) -> list[Result]:
        """Each member is done and recorded on its own, under `3[0]`, `3[1]`, ...; recorded ones are not done again."""
        keys = [f"{key}[{number}]" for number in range(len(members))]
        rows = await self.ledger.results(self.run["epoch"], keys)
        room = asyncio.Semaphore(MEMBERS_AT_ONCE)

        async def member(key: str, inputs: Inputs) -> Result:
            async with room:
                return rows.get(key) or await self._put(await step(key, inputs))

        working = [asyncio.ensure_future(member(*each)) for each in zip(keys, members, strict=True)]
        try:
            return await asyncio.gather(*working)
        except BaseException:  # what ends one (a full disk, a question, Ctrl-C) must not leave the others running
            for one in working:
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            raise

    async def _one(self, key: str, inputs: Inputs) -> Result:
        """One call: taken from an earlier run of this lineage that made it, else from the first expert that succeeds."""
        task, first = self.task, self.assignment
        fingerprint = _fingerprint(task, key, first.expert, inputs)
        if earlier := await self.ledger.find(self.run["run_id"], fingerprint):
            return earlier.model_copy(update={"task_id": task.id, "key": key})
        began, clock, tries = time.time(), time.perf_counter(), Counter[str]()
        errors, input_fault = list[str](), False

        def result(status: TaskStatus, **fields: Any) -> Result:
            hashes = tuple(m.resource.sha256 or "" for materials in inputs.values() for m in materials)
            return result_of(
                task, key, status, fingerprint=fingerprint, inputs=hashes, started_at=began,
                duration=time.perf_counter() - clock, attempts=tries.total(), **fields,
            )  # fmt: skip

        for expert in (first.expert, *first.fallbacks):
            assignment = first if expert == first.expert else _fallback(first, expert, errors[-1])
            try:
                stored = await self.expert_calls.make(
                    task, expert, inputs, run_id=self.run["run_id"], key=key, tries=tries
                )
            except ExpertError as error:
                errors.append(error_line(error))
                if input_fault := error.input_fault:
                    break
            else:
                return result("succeeded", outputs=stored.outputs, notes=stored.notes, assignment=assignment)
        return result("failed", error="; ".join(dict.fromkeys(errors)), input_fault=input_fault, assignment=first)

    async def _put(self, result: Result) -> Result:
        return await self.ledger.put(self.run["run_id"], self.run["thread_id"], self.run["epoch"], result)

    def _gathered(
        self, key: str, done: Sequence[Result], began: float, *, error: str = "", outputs: Outputs | None = None
    ) -> Result:
        return result_of(
            self.task, key, "failed" if error else "succeeded", error=error or None, outputs=outputs or {},
            input_fault=bool(error) and all(row.ok or row.input_fault for row in done),
            assignment=self.assignment, started_at=began, duration=time.time() - began,
            attempts=max(row.attempts for row in done), inputs=tuple(sha for row in done for sha in row.inputs),
            notes=tuple(dict.fromkeys(note for row in done for note in row.notes)),
        )  # fmt: skip


def result_of(task: Task, key: str, status: TaskStatus, **fields: Any) -> Result:
    """A result of a task under a ledger key."""
    return Result(task_id=task.id, key=key, task_type=task.type, status=status, **fields)


def error_line(error: ExpertError) -> str:
    """The error and its hint in one line."""
    return f"{error.message} ({error.hint})" if error.hint else error.message


def _label_of(inputs: Inputs) -> str:
    """What the user calls a member of a list; empty where it has no name."""
    given = (material.resource for materials in inputs.values() for material in materials)
    return next((resource.label for resource in given if resource.name), "")


def _failures(failed: Sequence[Result], of: int) -> str:
    named = "; ".join(f"{row.key}: {row.error}" for row in failed[:FAILURES_NAMED])
    more = f"; and {len(failed) - FAILURES_NAMED} more" if len(failed) > FAILURES_NAMED else ""
    return f"{len(failed)} of {of} failed: {named}{more}"


def _fallback(first: Assignment, expert: Expert, error: str) -> Assignment:
    reason = f"next best after {first.expert.model_id} failed: {error}"
    return first.model_copy(update={"expert": expert, "reason": reason, "fallback": True})


def _fingerprint(task: Task, key: str, expert: Expert, inputs: Inputs) -> str:
    """The hash of a call. The ledger key is part of it: two equal tasks of one plan are two calls."""
    content = [
        key, task.type, task.goal, task.model_dump(mode="json")["parameters"],
        {name: [m.resource.sha256 for m in materials] for name, materials in sorted(inputs.items())},
        expert.model_id, expert.revision,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
