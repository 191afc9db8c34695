"""`record_fork`: the rows with which a fork begins, in one transaction: its run, files, edited results, and copied ones."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from ..graph.advice import resume
from ..graph.clock import now
from ..graph.errors import UsageError
from ..graph.result import UNFINISHED, Result, Run
from .budgets import reached_limit
from .row_connection import RowConnection
from .rows import resource_rows, task_row
from .run_rows import read_run

_ROW = ("run_id", "thread_id", "parent", "controller", "epoch", "started_at", "version")
_TASK = "task_type, status, model_id, error, fingerprint, started_at, duration, attempts, result"
_RESOURCE = "output, task_type, model_id, kind, media_type, sha256, size, name, text, caveat, created_at"


def record_fork(
    db: RowConnection, home: Path, run: Run, edited: Sequence[Result], taken: Collection[int], epoch: str
) -> None:
    """Record a fork that is to go on; nothing where it is recorded already. Reads the rows of its parent, changes none.

    `taken`: ids of the tasks whose rows in the parent's `epoch` are its own too. Raises `UsageError` where its conversation
    has an unfinished run.
    """
    if db.execute("SELECT 1 FROM runs WHERE run_id = ?", [run.run_id]).fetchone():
        return
    newest = db.query("SELECT * FROM runs WHERE thread_id = ? ORDER BY rowid DESC LIMIT 1", [run.thread_id])
    if (last := next((read_run(db, row, home) for row in newest), None)) and last.status in UNFINISHED:
        raise unfinished(last, db)
    row = run.model_dump(include=set(_ROW)) | {
        "status": "interrupted",  # until an execution of the graph claims it
        "request": run.request.text,
        "files": json.dumps([file.name for file in run.request.files]),
        "options": run.options.model_dump_json(),
        "plan": run.plan.model_dump_json(),
        "refusals": json.dumps(run.refusals),
        "repairs": json.dumps(run.repairs),
    }
    db.insert("runs", row)
    given = {"thread_id": run.thread_id, "run_id": run.run_id, "created_at": now()}
    for file in run.request.files:
        if not file.missing:
            db.insert("resources", file.model_dump(exclude={"producer", "made_by", "problem"}) | given)
    for result in edited:
        db.insert("tasks", task_row(run.run_id, run.epoch, result))
        for made in resource_rows(run.run_id, run.thread_id, run.epoch, result):
            db.insert("resources", made)
    _take_over(db, run, sorted(taken), epoch)


def unfinished(last: Run, db: RowConnection) -> UsageError:
    """The error of a conversation that can't go on before its last run is finished; it names the limit that stopped it."""
    limit = None if last.status == "waiting" else reached_limit(last.run_id, db)
    why = f"; {limit.message}" if limit else ""
    return UsageError(
        f"conversation {last.thread_id} has an unfinished run, {last.run_id} ({last.status}){why}",
        hint=f"finish it first: {resume(last.run_id)}{f'; {limit.hint}' if limit else ''}",
    )


def _take_over(db: RowConnection, run: Run, taken: Sequence[int], epoch: str) -> None:
    """Copy the rows of these tasks, of their members too, and of what they made."""
    tasks = "SELECT key FROM tasks WHERE epoch = :from AND task_id IN (SELECT value FROM json_each(:taken))"
    values = {"to": run.epoch, "run": run.run_id, "thread": run.thread_id, "from": epoch, "taken": json.dumps(taken)}
    query = f"""INSERT INTO tasks (epoch, run_id, key, task_id, {_TASK})
        SELECT :to, :run, key, task_id, {_TASK} FROM tasks WHERE epoch = :from AND key IN ({tasks})"""
    db.execute(query, values)
    query = f"""INSERT INTO resources (epoch, run_id, thread_id, key, {_RESOURCE})
        SELECT :to, :run, :thread, key, {_RESOURCE} FROM resources WHERE epoch = :from AND key IN ({tasks}) ORDER BY id"""
    db.execute(query, values)
