"""Spending: every call to the controller's model is put on record before it is made, and refused beyond the limits.

What the model drafts meanwhile is told.
"""

import asyncio
from dataclasses import dataclass

from ..graph.events import LlmCalled, TaskDrafted, emit
from ..graph.ports import Ledger
from ..graph.result import LlmCall, Stage, Usage


@dataclass(frozen=True)
class Spending:
    """The `Callbacks` port for one run."""

    ledger: Ledger
    run_id: str

    async def on_call_start(self, stage: Stage, model: str) -> int:
        """Before a call; raises `LimitReached`."""
        return await self.ledger.start_call(self.run_id, stage, model)

    async def on_call_end(self, number: int, call: LlmCall) -> None:
        """After it, however it went: what was paid for is on record though the run be cancelled."""
        await asyncio.shield(self.ledger.end_call(self.run_id, number, call))
        emit(LlmCalled(run_id=self.run_id, call=call))

    async def on_task_drafted(self, place: int, task_type: str) -> None:
        """Told, so that the user sees the plan grow."""
        emit(TaskDrafted(run_id=self.run_id, place=place, task_type=task_type))

    async def usage(self) -> Usage:
        """All that the run has spent so far."""
        return sum((call.usage for call in await self.ledger.calls(self.run_id)), Usage())
