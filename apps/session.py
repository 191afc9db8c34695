"""Session: start, resume or retry a run, and hear its events. What every door does with an open world."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, StateSnapshot

from ..checkpoints.history import History
from ..graph.errors import RunChanged, UsageError
from ..graph.events import Event, PlanReady, RunFinished, RunStarted, RunWaiting, read_event
from ..graph.plan import Plan
from ..graph.result import Options, Run
from ..graph.settings import Settings
from ..graph.state import GRAPH_VERSION
from ..graph.world import World, open_world
from ..nodes.respond import finished


@dataclass(frozen=True)
class Session:
    """The runs of one world, driven."""

    world: World

    @property
    def history(self) -> History:
        """What happened so far."""
        return History(self.world.ledger)

    async def start(
        self, request: str, *, thread_id: str, files: Iterable[str] = (), options: Options | None = None
    ) -> AsyncIterator[Event]:
        """A new run, in a conversation of that id. Raises `UsageError` while an earlier run of it is unfinished."""
        earlier = await self.history.runs(thread_id=thread_id, limit=1)
        if earlier and earlier[0].status in {"running", "waiting", "interrupted"}:
            raise UsageError(
                f"conversation {thread_id} has an unfinished run, {earlier[0].run_id} ({earlier[0].status})",
                hint=f"finish it first: hugginggpt resume {earlier[0].run_id}",
            )
        asked = {
            "request": request,
            "files": list(files),
            "options": (options or Options()).model_dump(mode="json"),
        }
        async for event in self._drive(asked, thread_id, None):
            yield event

    async def resume(self, run: Run, verdict: Any = None) -> AsyncIterator[Event]:
        """Go on with a run. One that waits for approval needs a `verdict` (see `nodes/review.py`), else it says so.

        Raises `UsageError` when it is finished, `RunBusy` when a living process owns it, `RunChanged` when another
        version of the graph made it.
        """
        if run.status in {"succeeded", "partial", "failed", "cancelled"}:
            hint = (
                f"hugginggpt retry {run.run_id} runs again what failed" if run.status in {"partial", "failed"} else ""
            )
            raise UsageError(f"run {run.run_id} is finished ({run.status})", hint=hint)
        _check_version(run)
        if isinstance(verdict, dict) and verdict.get("plan") is not None:
            Plan.from_hugginggpt(verdict["plan"])  # a plan that can't be run is refused before anything is touched
        await self.world.ledger.own(run.run_id)
        state = await self.world.graph.aget_state(_config(run.thread_id))
        if not state.next:  # killed before its first checkpoint: begin again under the same id
            again = {
                "request": run.request.text,
                "files": [file.name for file in run.request.files if file.name],
                "options": run.options.model_dump(mode="json"),
                "run_id": run.run_id,
            }
            async for event in self._drive(again, run.thread_id, run.run_id):
                yield event
            return
        # killed between asking and its checkpoint, only the row knows that it asked
        asked = bool(state.interrupts) or (run.status == "waiting" and state.next == ("review",))
        if asked and verdict is None:
            yield RunWaiting(run_id=run.run_id, question="run this plan?")
            await self.world.ledger.disown(run.run_id)
            yield await self.closing(run.run_id)
            return
        await self.world.ledger.set_status(run.run_id, "running")
        if not set(state.next) & {"__start__", "plan", "review"}:  # these announce the plan themselves
            yield _announced(run)
        goes_on: Command[Any] | None = Command(resume=verdict) if asked else None
        async for event in self._drive(goes_on, run.thread_id, run.run_id):
            yield event

    async def retry(self, run: Run) -> AsyncIterator[Event]:
        """Run again what failed in a finished run, and what hung on it; what succeeded is kept."""
        if run.status not in {"partial", "failed"}:
            hint = f"hugginggpt resume {run.run_id}" if run.status in {"running", "waiting", "interrupted"} else ""
            raise UsageError(f"run {run.run_id} has nothing to retry ({run.status})", hint=hint)
        if not run.plan.tasks:
            raise UsageError(f"run {run.run_id} planned nothing", hint="word the request anew with `hugginggpt run`")
        _check_version(run)
        await self.world.ledger.own(run.run_id)
        graph = self.world.graph
        newest = [snapshot async for snapshot in self.checkpoints(run)][:1]
        if not newest:
            raise UsageError(f"the checkpoints of run {run.run_id} are gone", hint="word it anew: hugginggpt run")
        if not await self.history.forget_failures(run):
            raise UsageError(f"every task of run {run.run_id} succeeded", hint="what it could not plan, word anew")
        await self.world.ledger.set_status(run.run_id, "running")
        yield _announced(run)
        config = await graph.aupdate_state(newest[0].config, {"answer": ""}, as_node="review")
        async for event in self._drive(None, run.thread_id, run.run_id, config):
            yield event

    async def checkpoints(self, run: Run) -> AsyncIterator[StateSnapshot]:
        """The checkpoints of a run, newest first: its own, and those of its conversation from which it was planned."""
        own = False
        async for snapshot in self.world.graph.aget_state_history(_config(run.thread_id)):
            mine = snapshot.values.get("run", {}).get("run_id") == run.run_id
            if mine or (own and snapshot.next in {("plan",), ("__start__",)}):
                own = True
                yield snapshot
            elif own:
                return

    async def closing(self, run_id: str) -> RunFinished:
        """The state of a run as a last event, also when it is waiting or was interrupted."""
        return finished(await self.history.run(run_id), self.world.store)

    async def _drive(
        self, given: Any, thread_id: str, run_id: str | None, config: RunnableConfig | None = None
    ) -> AsyncIterator[Event]:
        """Run the graph to its end, a pause, or an error, and leave the run's row true whichever it is."""
        closed = False
        try:
            async for _, part in self.world.graph.astream(
                given, config or _config(thread_id), stream_mode="custom", subgraphs=True, durability="sync"
            ):
                event = read_event(part)
                run_id = event.run_id if isinstance(event, RunStarted) else run_id
                closed = closed or isinstance(event, RunFinished | RunWaiting)
                yield event
                if isinstance(event, RunWaiting):
                    await self.world.ledger.disown(event.run_id)
                    yield await self.closing(event.run_id)
        finally:
            if run_id and not closed:
                await self.world.ledger.set_status(run_id, "interrupted")
                await self.world.ledger.disown(run_id)


def run(
    request: str, *, files: Iterable[str] = (), settings: Settings | None = None, thread_id: str | None = None
) -> RunFinished:
    """Do a request and wait for its end: answer, plan, results, resources with their local paths.

    For scripts; inside a running event loop (a notebook, a server) use `open_world` and a `Session`.
    """

    async def all_of_it() -> RunFinished:
        async with open_world(settings) as world:
            feed = Session(world).start(request, thread_id=thread_id or uuid4().hex[:10], files=files)
            *_, last = [event async for event in feed]
            assert isinstance(last, RunFinished)  # `_drive` ends so, or raises
            return last

    return asyncio.run(all_of_it())


def _announced(run: Run) -> PlanReady:
    """The plan of a run that goes on, told again to who hears it for the first time."""
    return PlanReady(
        run_id=run.run_id, plan=run.plan, refusals=run.refusals, mends=run.mends, controller=run.controller
    )


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}


def _check_version(run: Run) -> None:
    if run.version != GRAPH_VERSION:
        raise RunChanged(
            f"run {run.run_id} was made by version {run.version or '?'} of the graph, this is {GRAPH_VERSION}",
            hint="word it anew with `hugginggpt run`, or use the version of hugginggpt that made it; `show` still works",
        )
