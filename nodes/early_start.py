"""`EarlyStart`: what begins while a plan is still being written: ranking of experts, and what their first call waits for.

Nothing is spent by it, and no expert runs: `review` has not seen the plan.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from ..graph.errors import HuggingGPTError
from ..graph.expert import allowed
from ..graph.ports import Backend, Catalog, WarmsUp
from ..graph.task import Task

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EarlyStart:
    """For one plan. A context manager: what has not begun at its end is given up."""

    catalog: Catalog | None
    """None: nothing begins."""
    backends: Mapping[str, Backend]
    where: Sequence[str] = ()
    """The places that the run may use; all where it is empty."""
    _begun: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """By task type."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._begun.values():
            task.cancel()
        await asyncio.gather(*self._begun.values(), return_exceptions=True)

    def of(self, task_type: str) -> None:
        """Begin for a task of that type, which the plan has so far; returns at once."""
        if self.catalog and task_type not in self._begun:
            self._begun[task_type] = asyncio.create_task(self._begin(task_type, self.catalog))

    async def _begin(self, task_type: str, catalog: Catalog) -> None:
        try:
            found = allowed(await catalog.candidates(Task(id=0, type=task_type, inputs={})), self.where)
        except HuggingGPTError as error:  # the choice meets it again, and reports it
            _log.debug("experts for %s could not be ranked early: %s", task_type, error)
            return
        first = next((candidate.expert for candidate in found if candidate.obstacle is None), None)
        if first and isinstance(backend := self.backends.get(first.backend), WarmsUp):
            backend.warm_up(first)
