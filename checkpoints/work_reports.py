"""`WorkReports`: what the tasks of runs under way are doing, written to their rows once a second; `work_of` reads it.

It is for people who look from elsewhere: nothing depends on it, and a task that ends sooner is never written. What is
waiting for data, and what could begin, follows from plan and results.
"""

import json
from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from ..graph.at_work import AtWork
from ..graph.result import Run
from ..graph.untrusted_json import read_untrusted_json
from .row_connection import RowConnection

_AT_WORK: TypeAdapter[tuple[AtWork, ...]] = TypeAdapter(tuple[AtWork, ...])


class WorkReports:
    """By run and key, in memory; used by event loops and by the thread of the leases."""

    def __init__(self) -> None:
        self._of_run: dict[str, dict[str, AtWork]] = {}
        self._changed: dict[str, None] = {}

    def put(self, run_id: str, work: AtWork) -> None:
        """What a task is doing now."""
        self._of_run.setdefault(run_id, {})[work.key] = work
        self._changed[run_id] = None

    def remove(self, run_id: str, key: str) -> None:
        """A task does nothing any more."""
        self._of_run.get(run_id, {}).pop(key, None)
        self._changed[run_id] = None

    def forget(self, run_id: str) -> None:
        """No process works on the run."""
        self._of_run.pop(run_id, None)
        self._changed.pop(run_id, None)

    def changed(self) -> Iterator[tuple[str, str]]:
        """Runs whose reports have changed since this was called, and the column to be written."""
        for run_id in list(self._changed):
            self._changed.pop(run_id, None)  # before its reports are read: one that comes now is written the next time
            reports = list(self._of_run.get(run_id, {}).values())
            yield run_id, json.dumps([each.model_dump(mode="json") for each in reports])


def work_of(run: Run, row: Mapping[str, object]) -> tuple[AtWork, ...]:
    """Of a run that a process works on: each task without result, in the order of the plan. `row`: of `runs`."""
    if run.status not in ("running", "cancelling"):
        return ()
    done = {result.task_id for result in run.results if result.key == str(result.task_id)}
    reported = dict[int, list[AtWork]]()
    for each in _read(row.get("at_work")):
        reported.setdefault(each.task_id, []).append(each)
    found = list[AtWork]()
    for task in run.plan.tasks:
        if task.id in done:
            continue
        missing = tuple(needed for needed in task.depends_on if needed not in done)
        known = reported.get(task.id, [])
        if missing and all(each.phase != "choosing" for each in known):
            known = [AtWork(key=task.key, phase="waiting", tasks=missing)]
        found += known or [AtWork(key=task.key, phase="ready")]
    return tuple(found)


def _read(column: object) -> tuple[AtWork, ...]:
    """Nothing for a row that another version wrote, or that is damaged: it is only shown."""
    try:
        return _AT_WORK.validate_python(read_untrusted_json(column)) if isinstance(column, str) else ()
    except (ValueError, ValidationError):
        return ()


def write_reports(reports: Mapping[str, str], owner: str, db: RowConnection) -> None:
    """By run; only where that owner has it still."""
    for run_id, column in reports.items():
        db.execute("UPDATE runs SET at_work = ? WHERE run_id = ? AND owner = ?", [column, run_id, owner])
