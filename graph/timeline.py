"""`timeline`: when each task of a run waited, was queued and ran, and which of them made the run as long as it was."""

from .resource import Frozen
from .result import Result, Run


class Span(Frozen):
    """One task in time; all times are seconds since the epoch."""

    key: str
    task_type: str
    status: str
    model_id: str = ""
    sent: float
    """When it was sent, with all others."""
    ready: float
    """When all that it needs was there."""
    started: float
    """When its first attempt began."""
    queued: float = 0.0
    """Seconds before that in which it waited for a slot; between `ready` and these the run was not at work."""
    ended: float
    attempts: int = 0
    critical: bool = False
    """Had it been shorter, the run would have been."""
    taken_over: bool = False
    """Its result is of a run before this one; its times lie before this run too."""


def timeline(run: Run) -> tuple[Span, ...]:
    """The tasks that have a result, in the order of the plan."""
    rows = {row.task_id: row for row in run.results}
    own = [row for row in rows.values() if not _is_older(row, run)]
    sent = min((row.started_at for row in own if row.started_at), default=run.started_at)  # 0: of no call
    spans = dict[int, Span]()
    for task in run.plan.tasks:
        if (row := rows.get(task.id)) is None:
            continue
        taken = _is_older(row, run)
        ready = max([sent, *(spans[source].ended for source in task.depends_on if source in spans)])
        start = row.started_at or ready
        spans[task.id] = Span(
            key=row.key,
            task_type=row.task_type,
            status=row.status,
            model_id=row.assignment.expert.model_id if row.assignment else "",
            sent=row.started_at if taken else sent,
            ready=row.started_at if taken else min(ready, start) if row.started_at else ready,
            started=start + row.queued,
            queued=row.queued,
            ended=start + row.duration,
            attempts=row.attempts,
            taken_over=taken,
        )
    critical = _critical(run, spans)
    return tuple(
        span.model_copy(update={"critical": task_id in critical, "ended": max(span.ended, span.started)})
        for task_id, span in spans.items()
    )


def _is_older(row: Result, run: Run) -> bool:
    """Whether a fork has taken the result over, or it was given by hand; also of the run that it was copied from."""
    return bool(run.parent) and (row.edited or 0 < row.started_at < run.started_at)


def _critical(run: Run, spans: dict[int, Span]) -> set[int]:
    """The task that ended last, what it waited for last, and so on."""
    path = set[int]()
    open_ends = {task_id for task_id, span in spans.items() if not span.taken_over}
    while open_ends:
        last = max(open_ends, key=lambda task_id: spans[task_id].ended)
        path.add(last)
        open_ends = {i for i in run.plan.by_id[last].depends_on if i in spans and not spans[i].taken_over}
    return path
