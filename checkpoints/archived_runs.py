"""`check_runs`: whether rows and checkpoints are whole runs that go on elsewhere, before they leave a home or enter one."""

from pathlib import Path

from ..graph.advice import command
from ..graph.errors import StorageError, UsageError
from ..graph.expert import Assignment
from ..graph.result import RESUMABLE, Result
from .archive import Rows
from .row_connection import RowConnection
from .rows import read_row
from .run_rows import read_run
from .serializer import strict_serializer
from .state_parts import PartsSerializer
from .state_rows import newest_of, states_of

_BEFORE_THE_PLAN = {"__start__", "branch:to:plan"}
"""Channels that have a value until `plan` has run."""


def check_runs(db: RowConnection, rows: Rows, thread_id: str, home: Path) -> None:
    """Raises `UsageError` or `StorageError` for a run that can't be read, or would be planned anew where it is resumed.

    Another machine has other files under the names in a request, so what is planned there is another run.
    """
    query = "SELECT * FROM runs WHERE run_id = ?"
    runs = [read_run(db, next(db.query(query, [row["run_id"]])), home) for row in rows["runs"]]
    for run in runs:
        if run.status == "damaged":
            hint = f"delete it: {command(f'delete {run.run_id}')}"
            raise StorageError(f"run {run.run_id} is damaged: {run.answer}", hint=hint)
    for run in [run for run in runs if run.thread_id == thread_id][-1:]:  # only the last of a conversation can go on
        begins_from_rows = run.parent and run.plan.tasks and run.status != "waiting"
        if run.status in RESUMABLE and not begins_from_rows and _newest(db, thread_id) != run.run_id:
            raise UsageError(
                f"run {run.run_id} has no checkpoint with its plan, from which it could go on elsewhere",
                hint=f"make the request again there; or resume it here first: {command(f'resume {run.run_id}')}",
            )
    for row in rows["tasks"]:
        read_row(Result, row["result"], f"task {row['key']}")
    for row in rows["assignments"]:
        read_row(Assignment, row["assignment"], "a choice of expert")


def _newest(db: RowConnection, thread_id: str) -> str | None:
    """The run in the newest checkpoint of the conversation, if it is planned there."""
    newest = dict(newest_of(db, thread_id)).get("")
    serde = PartsSerializer(strict_serializer(), db)
    for state in states_of(db, thread_id, "", newest) if newest else ():
        values = serde.loads_typed((state.kind, state.state)).get("channel_values") or {}
        known = values.get("run") if not _BEFORE_THE_PLAN & values.keys() else None
        return str(known["run_id"]) if isinstance(known, dict) and "run_id" in known else None
    return None
