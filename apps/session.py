"""`Session`: starts, resumes and retries runs in an open world, for all front ends."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import Command, Overwrite, StateSnapshot

from ..checkpoints.history import History
from ..graph.advice import again, resume, retry
from ..graph.approval import asks as exceeded
from ..graph.content_blocks import reference_to
from ..graph.errors import UsageError
from ..graph.events import Event, PlanReady, RunFinished, RunStarted, RunWaiting, read_event
from ..graph.options import Options
from ..graph.plan import Plan
from ..graph.result import Run
from ..graph.state import RUN_ID, with_repairs
from ..graph.world import World
from ..nodes.controller_here import ControllerHere
from ..nodes.given_plan import with_tasks
from ..nodes.next_stages import asks, plans, stages_left
from ..nodes.reread_files import with_files_reread
from ..nodes.respond import finished
from ..nodes.verdicts import QUESTION, Unreadable, read_verdict
from ..tools.chat_models.trusted_servers import trust_servers
from .changes import Changes
from .checked_plan import checked_plan
from .fork import start_fork, write_first_checkpoint
from .known_run import known_run


@dataclass(frozen=True)
class Session:
    """Starts, resumes and retries runs in one world."""

    world: World

    @property
    def history(self) -> History:
        """The recorded runs, results and resources."""
        return History(self.world.ledger)

    async def run(self, name: str | None = None) -> Run:
        """The run of that name; the newest without one. Raises `UnknownRun`."""
        return await known_run(self.world, name)

    async def start(
        self,
        request: str,
        *,
        thread_id: str,
        files: Iterable[str | dict[str, Any]] = (),
        options: Options | None = None,
        plan: Plan | None = None,
        recorded: bool = False,
    ) -> AsyncIterator[Event]:
        """Start a run in the conversation `thread_id`. Raises `UsageError` while an earlier run of it is unfinished.

        `files`: paths, URLs, data URLs or content blocks. `plan`: what is run; by default the controller makes one.
        """
        await self.history.check_finished(thread_id)
        options = options or Options()
        # the options of a recording may name servers that this user did not
        if not recorded:
            await asyncio.to_thread(trust_servers, self.world.settings.config, options.models.values())
        graph_input = {"request": request, "files": list(files), "options": options.model_dump(mode="json")}
        if plan is not None:
            graph_input["given_plan"] = plan.model_dump(mode="json")
        async with aclosing(self._stream(graph_input, _config(thread_id))) as feed:
            async for event in feed:
                yield event

    async def resume(self, chosen: Run, verdict: Any = None) -> AsyncIterator[Event]:
        """Continue a run. One that waits for approval needs a `verdict` (see `nodes/review.py`), else it still waits.

        Raises `UsageError` if it is finished, `RunBusy` if another process runs it, `RunChanged` if another version of the
        graph made it.
        """
        if await self._edited_since(chosen):
            async with aclosing(self._stream(None, _config(chosen.thread_id))) as feed:  # a fork: see `take_up`
                async for event in feed:
                    yield event
            return
        async with self._claimed(chosen) as run:
            if run.status == "refused":
                raise UsageError(
                    f"the plan of run {run.run_id} was refused, and nothing was run",
                    hint=f"make the request again in the same conversation: {again(run.thread_id)}",
                )
            if not run.resumable:
                in_part = run.status in {"partial", "failed"}
                hint = f"{retry(run.run_id)} runs again what failed" if in_part else ""
                raise UsageError(f"run {run.run_id} is finished ({run.status})", hint=hint)
            _check_verdict(verdict)
            saved = await self.world.graph.newest(_config(run.thread_id))
            planned = (
                saved is not None and saved.checkpoint["channel_values"].get("run", {}).get("run_id") == run.run_id
            )
            left = stages_left(saved) if saved else frozenset()
            just_planned = saved is not None and plans(saved, run.run_id)  # `review` comes next
            # killed between the interrupt and its checkpoint: only the row records the interrupt
            waits = (saved is not None and asks(saved)) or (run.status == "waiting" and left == {"review"})
            if verdict is not None and not waits:
                raise UsageError(f"run {run.run_id} is not waiting for approval ({run.status})")
            if waits and verdict is None:
                await self.world.ledger.runs.set_status(run.run_id, "waiting")  # one was killed as it gave the verdict
                _, warnings, estimate = await checked_plan(self.world, run)
                yield PlanReady.of(run, run.plan, warnings, estimate)
                question = "; ".join((QUESTION, *exceeded(run.options.approve, estimate)[1]))
                yield RunWaiting(run_id=run.run_id, question=question, estimate=estimate)
                yield await self.closing(run.run_id)
                return
            await self.world.ledger.runs.set_status(run.run_id, "running")
            graph_input: Any = Command(resume=verdict) if waits else None
            config = _config(run.thread_id)
            if run.parent and run.plan.tasks and not planned and not left:
                await write_first_checkpoint(self.world, run)  # a fork that was killed before its first checkpoint
                saved = None
            elif not planned and not just_planned and not left:
                # killed before its first checkpoint: start again with the same id
                config["configurable"][RUN_ID] = run.run_id
                stored = {file.sha256 for file in await self.world.ledger.thread_resources(run.thread_id)}
                graph_input = {
                    "request": run.request.text,
                    "files": [
                        reference_to(file) if file.sha256 in stored else file.name
                        for file in run.request.files
                        if file.sha256 in stored or (file.name and file.name not in run.request.text)
                    ],
                    "options": run.options.model_dump(mode="json"),
                }
            # `plan` and `review` emit `plan_ready` themselves
            announce = planned and not just_planned and not left & {"plan", "review"}
            async with aclosing(self._stream(graph_input, config, run if announce else None, saved)) as feed:
                async for event in feed:
                    yield event

    async def fork(self, parent: Run, changes: Changes | None = None) -> AsyncIterator[Event]:
        """A run of its own that goes on from `parent` with changes; what is recorded and does not change is not run again.

        Rows and files of the parent stay as they are. Raises `UsageError` for a run that is under way, or what can't be
        changed.
        """
        fork = await start_fork(self.world, parent, changes or Changes())
        yield RunStarted(run_id=fork.run_id, thread_id=fork.thread_id, request=fork.request.text, parent=parent.run_id)
        async with aclosing(self._stream(None, _config(fork.thread_id))) as feed:
            async for event in feed:
                yield event

    async def retry(self, chosen: Run) -> AsyncIterator[Event]:
        """Run again what failed in a finished run, and what depends on it; what succeeded is kept."""
        async with self._claimed(chosen) as run:
            if run.status not in {"partial", "failed"}:
                hint = resume(run.run_id) if run.unfinished else ""
                raise UsageError(f"run {run.run_id} has nothing to retry ({run.status})", hint=hint)
            if not run.plan.tasks:
                raise UsageError(f"run {run.run_id} planned nothing", hint=f"reword the request: {again()}")
            if len(run.results) == len(run.plan.tasks) and all(result.status == "succeeded" for result in run.results):
                raise UsageError(
                    f"every task of run {run.run_id} succeeded", hint=f"reword what was not planned: {again()}"
                )
            snapshots = [snapshot async for snapshot in self.checkpoints(run)]
            if not snapshots:
                raise UsageError(
                    f"the checkpoints of run {run.run_id} are gone", hint=f"make the request again: {again()}"
                )
            reread = await with_files_reread(run, self.world.fetcher)
            # the new checkpoint first: if killed after it, a retry is possible again; if killed after the rest, a resume
            kept = {row.key: row.model_dump(mode="json") for row in reread.results if row.status == "succeeded"}
            changed: dict[str, Any] = {"answer": "", "results": Overwrite(kept), "problems": []}
            if reread.epoch != run.epoch:
                changed |= await self._recorded_anew(reread, snapshots[0].values["run"])
            config = await self.world.graph.aupdate_state(snapshots[0].config, changed, as_node="review")
            await self.history.reopen(reread)
            async with aclosing(self._stream(None, config, reread)) as feed:
                async for event in feed:
                    yield event

    async def _recorded_anew(self, run: Run, state: dict[str, Any]) -> dict[str, Any]:
        """Record the files and the results that a new epoch begins with; returns the channels that differ."""
        await self.world.ledger.given(run.run_id, run.thread_id, run.request.files)
        for row in run.results:
            if row.status == "succeeded":
                await self.world.ledger.put(run.run_id, run.thread_id, run.epoch, row)
        changed = run.model_dump(mode="json", include={"epoch", "repairs"})
        request = {**state["request"], "files": [file.model_dump(mode="json") for file in run.request.files]}
        return {"run": {**with_repairs(state), **changed, "request": request}, "plan": run.plan.model_dump(mode="json")}

    async def _edited_since(self, run: Run) -> bool:
        """Whether a client has edited the state of a run that has ended, and did not go on from there."""
        if run.status not in {"succeeded", "partial", "failed"}:
            return False
        newest = await self.history.newest(run.thread_id)
        is_newest = newest and newest[0] == run.run_id
        return bool(is_newest and await self.world.graph.edits_in(_config(run.thread_id)))

    @asynccontextmanager
    async def _claimed(self, run: Run) -> AsyncIterator[Run]:
        if run.status == "damaged":
            raise UsageError(f"run {run.run_id} is damaged: {run.answer}", hint=f"make the request again: {again()}")
        found = await self.history.newest(run.thread_id)
        if not (found and found[0] == run.run_id) and await self.world.ledger.runs.recorded(run.run_id) is None:
            await self.world.graph.restore(_config(run.thread_id))
            found = await self.history.newest(run.thread_id)
        newest, status = found or (run.run_id, run.status)
        if newest != run.run_id:
            raise UsageError(
                f"run {run.run_id} is not the newest of its conversation; {newest} came after it",
                hint=f"make the request again in the same conversation: {again(run.thread_id)}",
            )
        await self.world.ledger.runs.claim(run.run_id)
        try:
            now = await self.history.run(run.run_id)
            yield now.model_copy(update={"status": status if now.status == "running" else now.status})
        finally:
            await self.world.ledger.runs.disown(run.run_id)

    async def checkpoints(self, run: Run) -> AsyncIterator[StateSnapshot]:
        """The checkpoints of a run, newest first: its own, and those of its conversation that it was planned from."""
        own = False
        async for snapshot in self.world.graph.aget_state_history(_config(run.thread_id)):
            first = snapshot.next in {("plan",), ("__start__",)}  # these still hold the run before
            mine = not first and snapshot.values.get("run", {}).get("run_id") == run.run_id
            if mine or (own and first):
                own = True
                yield snapshot
            elif own:
                return

    async def closing(self, run_id: str) -> RunFinished:
        """The last event of a run from its recorded state, also if it waits or was interrupted."""
        return finished(await self.history.run(run_id), self.world.store)

    async def _stream(
        self,
        graph_input: Any,
        config: RunnableConfig,
        known: Run | None = None,
        saved: CheckpointTuple | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Run the graph to its end, an interrupt or an error.

        `known`: a run that continues; its plan is emitted again, for consumers that did not see it. `saved`: the newest
        checkpoint, where it was read a moment ago, under the run's lease.
        """
        stream = self.world.graph.astream(
            graph_input, config, stream_mode="custom", subgraphs=True, durability="sync", saved=saved
        )
        if known:
            other = ControllerHere.of(self.world.controller, self.world.settings).instead_of(known)
            yield PlanReady.of(known, known.plan, [other] if other else ())
        async with aclosing(stream) as parts:
            async for _, part in parts:
                event = read_event(part)
                yield event
                if isinstance(event, RunWaiting):
                    yield await self.closing(event.run_id)


def _check_verdict(verdict: Any) -> None:
    """Raises `UsageError` for one that can't be read, `InvalidPlan` for one with such a plan, before anything changes."""
    if verdict is None:
        return
    try:
        plan = read_verdict(verdict).plan
    except Unreadable as error:
        raise UsageError(str(error)) from None
    if plan is not None:
        with_tasks(Plan.from_hugginggpt(plan))


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}
