"""`Execution`: the leases that one execution of the graph has claimed; it returns them however it ends."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from langgraph.checkpoint.base import CheckpointTuple

from ..graph.clock import Clock, shown_by
from ..graph.errors import LimitReached, RunBusy, RunCancelled
from ..graph.ports import Beside, Runs
from ..graph.result import Run
from .edited_fields import EditedFields
from .precedence import Precedence
from .recorded_inputs import RecordedRows

current_execution: ContextVar["Execution"] = ContextVar("hugginggpt_execution")


class Execution:
    """One execution of the graph, from a start or resume to its end, an interrupt, an error or a cancellation."""

    def __init__(self, runs: Runs) -> None:
        self.id = uuid4().hex
        self._runs = runs
        self._clock = Clock.set_now()
        self.context: Any = None
        """Choices for runs that are planned in it, where their options say nothing; see `nodes/run_options.py`."""
        self.unused: tuple[str, ...] = ()
        """What of the context no run reads, a sentence each."""
        self.inside: Mapping[str, Any] = {}
        """LangGraph's options for the sub-graph of each task."""
        self.left: tuple[str, ...] = ()
        """What a new request leaves behind (edits and the question of the run before, a message), a sentence each."""
        self.read = list[CheckpointTuple]()
        """The newest checkpoint, which it has just read, until LangGraph takes it."""
        self.asked = False
        """The run that it continues has asked a question, to which it may bring the reply."""
        self.edited_fields = EditedFields()
        """What was edited in the run that it continues, beside plan and results."""
        self._claimed: set[str] = set()
        self._limit: asyncio.Timeout | None = None
        self._until: float | None = None
        """The moment of the loop's clock at which a limit of time is reached."""
        self._late: LimitReached | None = None
        self._timed = set[str]()
        self.call_seconds: dict[str, float] = {}
        """By run: how long a call to an expert may take, where the run's options say so."""
        self.cancelled = ""
        """Id of the run that is to be cancelled, or that another process has taken over."""
        self._lost: RunBusy | None = None
        self.rows = RecordedRows()
        """What it knows of the ledger's rows."""
        self.precedence = Precedence()
        """Which of its tasks are prepared first."""
        self._working: dict[str, tuple[set[object], asyncio.Event]] = {}
        """By run: its tasks that make calls or record them, and whether there is none."""

    @contextmanager
    def entered(self) -> Iterator[None]:
        """What the body calls belongs to this execution, and reads its clock."""
        outer = current_execution.set(self)
        try:
            with shown_by(self._clock):
                yield
        finally:
            current_execution.reset(outer)

    async def start(self, run: Run, *, beside: Beside = "any") -> str:
        """Record a new run, and claim its lease; see `Runs.start`. Raises `RunBusy`."""
        self._claimed.add(run.run_id)
        began_with = await self._runs.start(run, self.id, beside=beside)
        self._end_on_request(run.run_id)
        await self.keep_time(run.run_id)
        return began_with

    async def own(self, run_id: str) -> None:
        """Claim the lease of a run, or keep it; raises `RunBusy`."""
        self._claimed.add(run_id)  # before the claim: a cancellation may arrive when it is committed
        await self._runs.own(run_id, self.id)
        self._end_on_request(run_id)
        await self.keep_time(run_id)

    async def keep_time(self, run_id: str) -> None:
        """From now on the limits of time in a run's row hold: the body of `cancellable` ends when one is reached.

        Raises `LimitReached` where it is already. Limits that were edited by hand hold once `review` has recorded them.
        """
        if run_id not in self._timed and not self.edited_fields.limits:
            await self.read_limits(run_id)

    async def read_limits(self, run_id: str) -> None:
        """As `keep_time`, also where the limits have changed since."""
        self._timed.add(run_id)
        call, first = await self._runs.time_limits(run_id)
        if call is not None:
            self.call_seconds[run_id] = call
        if first is None:
            return
        seconds, error = first
        if seconds <= 0:
            raise error
        until = asyncio.get_running_loop().time() + seconds
        if self._until is None or until < self._until:
            self._until, self._late = until, error
            if self._limit and not self.cancelled:
                self._limit.reschedule(until)

    @property
    def timed(self) -> bool:
        """The limits of a run are kept."""
        return bool(self._timed)

    def _end_on_request(self, run_id: str) -> None:
        loop = asyncio.get_running_loop()

        def end(lost: RunBusy | None) -> None:
            with suppress(RuntimeError):  # the loop was closed: the execution has ended
                loop.call_soon_threadsafe(self._expire, run_id, lost)

        self._runs.on_end(run_id, end)

    def _expire(self, run_id: str, lost: RunBusy | None) -> None:
        self.cancelled = run_id
        self._lost = lost
        if self._limit:
            self._limit.reschedule(0)

    @asynccontextmanager
    async def cancellable(self) -> AsyncGenerator[None, None]:
        """The body is cancelled when that is requested for a run of this execution, or its time is over.

        Then raises `RunCancelled` or `LimitReached`; `RunBusy` where another process has taken the run over.
        """
        try:
            async with asyncio.timeout_at(0 if self.cancelled else self._until) as self._limit:
                yield
        except TimeoutError:
            if not (self._limit and self._limit.expired()):
                raise
            if self._late and not self.cancelled:
                raise self._late from None
            raise self._lost or RunCancelled(f"run {self.cancelled} was cancelled") from None
        finally:
            self._limit = None

    @asynccontextmanager
    async def working(self, run_id: str) -> AsyncGenerator[None, None]:
        """The body makes calls for one task of a run, and records what they gave.

        `LimitReached` leaves it when the bodies of all other tasks have ended: what their calls cost is spent, so what they
        give is kept. Further calls are refused meanwhile.
        """
        others, none = self._working.setdefault(run_id, (set(), asyncio.Event()))
        this = object()
        others.add(this)
        none.clear()

        def left() -> None:
            others.discard(this)
            if not others:
                none.set()

        try:
            yield
        except LimitReached:
            left()
            await none.wait()
            raise
        finally:
            left()

    async def end(self) -> None:
        """Return the leases that are still held: their runs were left unfinished."""
        cancelled: asyncio.CancelledError | None = None
        for run_id in self._claimed:
            try:
                await self._runs.interrupt(run_id, self.id)
            except asyncio.CancelledError as error:  # again: the others are returned too
                cancelled = error
        if cancelled:
            raise cancelled


def current() -> Execution:
    """The execution to which the calling node belongs."""
    return current_execution.get()
