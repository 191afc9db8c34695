"""`LlmBudget`: records each call to a chat model before it is made, or refuses it beyond the run's limits."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ..graph.call_progress import CallProgress
from ..graph.events import LlmCalled, LlmProgress, TaskDrafted, emit
from ..graph.ports import Ledger
from ..graph.usage import LlmCall, Stage, Usage


@dataclass(frozen=True)
class LlmBudget:
    """The `Callbacks` port for one run."""

    ledger: Ledger
    run_id: str
    key: str = ""
    """Of the task whose expert the model is; empty for the controller."""
    on_drafted: Callable[[str], None] = lambda _task_type: None
    """Gets the type of each task while a plan is being written."""

    async def on_call_start(self, stage: Stage, model: str, tokens: int = 0, cost: float | None = None) -> int:
        """Record a call before it is made; raises `LimitReached`."""
        return await self.ledger.llm_calls.start(self.run_id, stage, model, tokens, cost)

    async def on_call_end(self, number: int, call: LlmCall) -> None:
        """Record what it cost, also when it failed or the run was cancelled meanwhile."""
        await asyncio.shield(self.ledger.llm_calls.end(number, call))
        emit(LlmCalled(run_id=self.run_id, call=call))

    async def on_progress(self, progress: CallProgress) -> None:
        """Report what a call waits for."""
        emit(LlmProgress(run_id=self.run_id, progress=progress, key=self.key))

    async def on_task_drafted(self, place: int, task_type: str) -> None:
        """Report a task of the plan that is being written."""
        self.on_drafted(task_type)
        emit(TaskDrafted(run_id=self.run_id, place=place, task_type=task_type))

    async def usage(self) -> Usage:
        """The sum over all calls of the run so far."""
        return sum((call.usage for call in await self.ledger.llm_calls.of_run(self.run_id)), Usage())
