"""`RecordedRows`: what one execution knows of the ledger's rows; `wait_for_inputs` waits until a task's inputs are there.

A row does not change while an execution has the lease of its run: what it has read or recorded is not read again, so that a
task that is woken goes on at once.
"""

from collections.abc import Iterable, Sequence

from ..graph.ports import Ledger
from ..graph.result import Result
from ..graph.task import Task
from .inputs import required_by
from .read_once import ReadOnce


class RecordedRows:
    """Rows by epoch and key. Tasks that had none when the first of an epoch looked get theirs from this execution alone."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Result] = {}
        self._before = ReadOnce[set[str]]()
        """By epoch: the keys that had a row."""
        self._earlier = ReadOnce[bool]()

    def add(self, epoch: str, row: Result) -> None:
        """A row that is committed."""
        self._rows[epoch, row.key] = row

    async def of(self, epoch: str, keys: Sequence[str], ledger: Ledger) -> dict[str, Result]:
        """Those of the rows that are recorded, by key."""
        if unknown := [key for key in keys if (epoch, key) not in self._rows]:
            for found in (await ledger.results(epoch, unknown)).values():
                self.add(epoch, found)
        return {key: row for key in keys if (row := self._rows.get((epoch, key)))}

    async def own(self, epoch: str, key: str, ledger: Ledger) -> Result | None:
        """The row of the calling task."""
        if key in await self._before.of(epoch, lambda: ledger.recorded(epoch)):
            return (await self.of(epoch, [key], ledger)).get(key)
        return self._rows.get((epoch, key))

    async def may_be_known(self, run_id: str, epoch: str, ledger: Ledger) -> bool:
        """Whether calls of other epochs of the run, or of runs that it descends from, may be those of its tasks."""
        return await self._earlier.of(epoch, lambda: ledger.has_earlier(run_id, epoch))


async def wait_for_inputs(task: Task, epoch: str, ledger: Ledger, rows: RecordedRows) -> dict[str, Result]:
    """The rows that it depends on, once all are recorded, or one that is required has failed."""
    keys = [str(task_id) for task_id in task.depends_on]
    required = {str(task_id) for task_id in required_by(task)}

    async def recorded() -> Iterable[str]:
        found = await rows.of(epoch, keys, ledger)
        return found if all(row.ok for key, row in found.items() if key in required) else keys

    if keys:
        await ledger.board.wait(epoch, keys, recorded)
    return await rows.of(epoch, keys, ledger)
