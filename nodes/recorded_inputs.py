"""`wait_for_inputs`: until the results that a task depends on are in the ledger."""

from collections.abc import Iterable

from ..graph.ports import Ledger
from ..graph.task import Task
from .inputs import required_by


async def wait_for_inputs(task: Task, epoch: str, ledger: Ledger) -> None:
    """Until all are recorded, or one that is required has failed."""
    keys = [str(task_id) for task_id in task.depends_on]
    required = {str(task_id) for task_id in required_by(task)}

    async def recorded() -> Iterable[str]:
        rows = await ledger.results(epoch, keys)
        return rows if all(row.ok for key, row in rows.items() if key in required) else keys

    if keys:
        await ledger.board.wait(epoch, keys, recorded)
