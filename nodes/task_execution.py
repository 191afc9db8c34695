"""`TaskExecution` does a task for `execute`: fingerprint, expert, fallbacks; lists by member, long recordings by part."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..graph.clock import now
from ..graph.errors import ExpertError, LimitReached
from ..graph.expert import Assignment, Expert
from ..graph.member import Member
from ..graph.ports import Cutter, Ledger, Store
from ..graph.result import Outputs, Result, TaskStatus
from ..graph.state import TaskRun
from ..graph.task import Task
from .execution import current
from .expert_calls import ExpertCalls
from .list_results import failures, few, gathered, list_result, made_without, not_made, read_in_part, result_of
from .lists import Given, Inputs
from .long_recordings import parts_of, whole_text

Step = Callable[[str, Given], Awaitable[Result]]
"""Makes the result of one ledger key from what it is given."""
MEMBERS_AT_ONCE = 32
"""Members of a list under way at once; fewer where their expert needs a slot."""


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

    async def mapped(self, members: Mapping[str, Given]) -> Result:
        """A list input: one result for each member, so that those that succeed go on and `retry` repeats only the others."""
        began = now()
        return list_result(self.task, self.assignment, await self._each(self.whole, members), began=began)

    async def whole(self, key: str, given: Given) -> Result:
        """One member, or the whole task: by one call, or by one for each part of a long recording."""
        if given.inputs is None:
            return not_made(self.task, key, given.missing, given.name)
        return made_without(await self._made(key, given.inputs, given.missing), given)

    async def _made(self, key: str, inputs: Inputs, missing: Sequence[Member]) -> Result:
        try:
            parts = await parts_of(self.task, key, inputs, self.store, self.cut)
        except ExpertError as error:
            return result_of(self.task, key, "failed", error=error.line, input_fault=error.input_fault)
        if not parts:
            return await self._one(key, inputs, missing)
        began = now()
        done = await self._each(self._part, {f"{key}[{n}]": Given(given) for n, (_, given) in enumerate(parts)})
        failed = [Member(key=row.key, error=row.error) for row in done if not row.ok]
        if len(failed) == len(done) or not all(row.ok or row.input_fault for row in done):
            why = failures(failed, f"{len(failed)} of {len(done)} failed")
            return gathered(self.task, key, "failed", done, began=began, assignment=self.assignment, error=why)
        text = await asyncio.to_thread(whole_text, [part for part, _ in parts], done, self.store)
        outputs: Outputs = {"text": (await self.store.put_text(text, producer=key),)}
        made = gathered(self.task, key, "succeeded", done, began=began, assignment=self.assignment, outputs=outputs)
        gaps = few([row.error for row in done if row.status == "partial" and row.error])
        return read_in_part(made.model_copy(update={"notes": few(made.notes)}), gaps)

    async def _part(self, key: str, given: Given) -> Result:
        return await self._one(key, given.inputs or {}, given.missing)

    async def _each(self, step: Step, calls: Mapping[str, Given]) -> list[Result]:
        """Each call is made and recorded on its own, under `3[0]`, `3[1]`, ...; recorded ones are not made again."""
        rows = await self.ledger.results(self.run["epoch"], list(calls))
        room = asyncio.Semaphore(MEMBERS_AT_ONCE)

        async def member(key: str, given: Given) -> Result:
            async with room:
                return rows.get(key) or await self._put(await step(key, given))

        working = [asyncio.ensure_future(member(*each)) for each in calls.items()]
        try:
            return await asyncio.gather(*working)
        except (
            BaseException
        ) as error:  # what ends one (a full disk, a question, Ctrl-C) must not leave the others running
            for one in working if not isinstance(error, LimitReached) else ():  # what is paid for is kept
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            raise

    async def _one(self, key: str, inputs: Inputs, missing: Sequence[Member]) -> Result:
        """One call: taken from an earlier run of this lineage that made it, else from the first expert that succeeds.

        `missing`: the members of lists that it is made without.
        """
        task, first = self.task, self.assignment
        fingerprint = _fingerprint(task, key, first.expert, inputs)
        earlier = await self.ledger.find(self.run["run_id"], fingerprint) if await self._may_be_known() else None
        if earlier and (earlier.status == "succeeded" or {m.key for m in earlier.missing} == {m.key for m in missing}):
            anew = {"task_id": task.id, "key": key, "status": "succeeded", "members": (), "error": None}
            return earlier.model_copy(update=anew)  # `whole` says again what it is made without
        began, tries, waits = now(), Counter[str](), list[float]()
        errors, input_fault = list[str](), False

        def result(status: TaskStatus, **fields: Any) -> Result:
            hashes = tuple(m.resource.sha256 or "" for materials in inputs.values() for m in materials)
            return result_of(
                task, key, status, fingerprint=fingerprint, inputs=hashes, started_at=began,
                duration=now() - began, attempts=tries.total(), queued=_queued(waits), **fields,
            )  # fmt: skip

        for expert in (first.expert, *first.fallbacks):
            assignment = first if expert == first.expert else _fallback(first, expert, errors[-1])
            try:
                stored = await self.expert_calls.make(
                    task, expert, inputs, run_id=self.run["run_id"], key=key, tries=tries, waits=waits,
                    report=partial(self.ledger.runs.at_work, self.run["run_id"]),
                )  # fmt: skip
            except ExpertError as error:
                errors.append(error.line)
                if input_fault := error.input_fault:
                    break
            else:
                made = result(
                    "succeeded", outputs=stored.outputs, notes=stored.notes, assignment=assignment,
                    first_call=stored.is_first,
                )  # fmt: skip
                return read_in_part(made, stored.lacks)
            finally:
                self.ledger.runs.left(self.run["run_id"], key)
        return result("failed", error="; ".join(dict.fromkeys(errors)), input_fault=input_fault, assignment=first)

    async def _may_be_known(self) -> bool:
        """Whether the ledger may have an earlier call of the task that it may be given."""
        if self.task.id in self.run.get("redo", ()):
            return False
        return await current().rows.may_be_known(self.run["run_id"], self.run["epoch"], self.ledger)

    async def _put(self, result: Result) -> Result:
        return await self.ledger.put(self.run["run_id"], self.run["thread_id"], self.run["epoch"], result)


def _queued(waits: Sequence[float]) -> float:
    """Seconds before the first attempt; shorter ones than a hundredth are no wait for a slot."""
    return round(waits[0], 3) if waits and waits[0] >= 0.01 else 0.0


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
