"""`Execution`: the leases that one execution of the graph has claimed; it returns them however it ends."""

from contextvars import ContextVar
from uuid import uuid4

from ..graph.ports import Runs
from ..graph.result import Run

current_execution: ContextVar["Execution"] = ContextVar("hugginggpt_execution")


class Execution:
    """One execution of the graph, from a start or resume to its end, an interrupt, an error or a cancellation."""

    def __init__(self, runs: Runs) -> None:
        self.id = uuid4().hex
        self._runs = runs
        self._claimed: set[str] = set()

    async def start(self, run: Run) -> None:
        """Record a new run, and claim its lease."""
        self._claimed.add(run.run_id)
        await self._runs.start(run, self.id)

    async def own(self, run_id: str) -> None:
        """Claim the lease of a run, or keep it; raises `RunBusy`."""
        self._claimed.add(run_id)  # before the claim: a cancellation may arrive when it is committed
        await self._runs.own(run_id, self.id)

    async def end(self) -> None:
        """Return the leases that are still held: their runs were left unfinished."""
        for run_id in self._claimed:
            await self._runs.interrupt(run_id, self.id)


def current() -> Execution:
    """The execution to which the calling node belongs."""
    return current_execution.get()
