"""`work_text`: what a run under way, and each of its tasks, is doing now, in words for `show`, `runs`, `show --watch`."""

from collections import Counter

from ...graph.at_work import AtWork, Phase
from ...graph.clock import now
from ...graph.result import Run
from .task_tree import MARKS

_SUMMARY: dict[Phase, str] = {
    "choosing": "chosen for", "ready": "ready", "preparing": "prepared", "queued": "queued", "running": "running",
    "retrying": "to be retried", "waiting": "waiting",
}  # fmt: skip


def stage_of(run: Run) -> str:
    """`is planning`, `is running`, `is answering`, `was interrupted`; of a run that no one works on its status."""
    if run.status != "running":
        return f"is {run.status}"
    if not run.epoch:
        return "is planning"
    return "is running" if run.at_work or not run.plan.tasks else "is answering"


def work_text(run: Run, task_id: int) -> str:
    """`runs embedded/summary for 12 s`; of a list how many of its members do what; empty where it does nothing."""
    doing = [each for each in run.at_work if each.task_id == task_id]
    if len(doing) == 1 and doing[0].key == str(task_id):
        return f"{doing[0].words}{_for(doing[0])}"
    return ", ".join(f"{number} {name}" for name, number in _counted(doing).items())


def work_mark(run: Run, task_id: int) -> tuple[str, str]:
    """Mark and style of a task without a result."""
    busy = any(each.task_id == task_id and each.phase != "waiting" for each in run.at_work)
    return ("…", "cyan") if busy else MARKS["pending"]


def number_at_work(run: Run) -> str:
    """`3 at work`, for a list of runs; empty where no process works on the run, or all wait for data."""
    number = len({each.task_id for each in run.at_work if each.phase != "waiting"})
    return f"{number} at work" if number else ""


def _counted(doing: list[AtWork]) -> dict[str, int]:
    number = Counter(each.phase for each in doing)
    order: tuple[Phase, ...] = ("running", "retrying", "queued", "preparing", "choosing", "ready", "waiting")
    return {_SUMMARY[phase]: number[phase] for phase in order if number[phase]}


def _for(work: AtWork) -> str:
    seconds = now() - work.since if work.since else 0.0
    return f" for {seconds:.0f} s" if seconds >= 1 else ""
