"""`known_seconds`: how long processes have worked on a run, as far as its rows show; pauses do not count.

The owner adds the time that has passed on a clock that never jumps, with each beat and when it returns the lease. What a
killed one did since its last beat is known from its tasks and calls.
"""

from collections.abc import Iterable

from .row_connection import RowConnection


def known_seconds(run_id: str, db: RowConnection) -> float:
    """Of a run that has a row."""
    query = "SELECT seconds, started_at, epoch FROM runs WHERE run_id = ?"
    seconds, since, epoch = db.execute(query, [run_id]).fetchone()
    made = db.execute("SELECT started_at, duration FROM tasks WHERE epoch = ?", [epoch]).fetchall()
    called = db.execute("SELECT started_at, seconds FROM llm_calls WHERE run_id = ?", [run_id]).fetchall()
    return max(seconds or 0.0, _covered([*made, *called], since or 0.0))


def _covered(intervals: Iterable[tuple[float | None, float | None]], since: float) -> float:
    """Seconds after `since` that are covered by any of the intervals (start, length)."""
    seconds, reached = 0.0, since
    for start, length in sorted((start or 0.0, length or 0.0) for start, length in intervals):
        seconds += max(0.0, start + length - max(start, reached))
        reached = max(reached, start + length)
    return seconds
