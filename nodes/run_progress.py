"""`add_progress`: what of a run is done and what is not, in the error of a limit that it has reached."""

from collections.abc import Sequence

from ..graph.errors import LimitReached
from ..graph.ports import Runs
from ..graph.task import Task

MOST_NAMED = 8


async def add_progress(error: LimitReached, runs: Runs) -> None:
    """Add it to the message; the exit code is that of a run done in part, where a task was done."""
    run = await runs.recorded(error.run_id) if error.run_id else None
    if run is None:
        return
    ok = {result.task_id for result in run.results if result.ok}
    done = [task for task in run.plan.tasks if task.id in ok]
    left = [task for task in run.plan.tasks if task.id not in ok]
    if not run.plan.tasks:
        error.add_progress("nothing was planned", in_part=False)
    else:
        rest = "; not done: " + (_named(left) if left else "the answer")
        error.add_progress(f"done: {_named(done) or 'nothing'}{rest}", in_part=bool(done))


def _named(tasks: Sequence[Task]) -> str:
    more = f" and {len(tasks) - MOST_NAMED} more" if len(tasks) > MOST_NAMED else ""
    return ", ".join(task.label for task in tasks[:MOST_NAMED]) + more
