"""Our tables, beside LangGraph's in one SQLite file; readable with `sqlite-utils`, Datasette or pandas.

runs         one request: text, plan, answer, status, and who owns it (the lease)
tasks        the ledger: one row a finished task, by epoch and key; never changed, only deleted by a retry
resources    what was given and made, by which task and model; the bytes are in the store
assignments  which expert was chosen for which decision, and why
llm_calls    calls to the controller's model: stage, tokens, seconds, dollars where a price is known
"""

from typing import Any, Final

from sqlite_utils import Database

from ..graph.errors import StorageError
from ..graph.result import Result

SCHEMA_VERSION: Final = 2


def create_tables(db: Database) -> None:
    """Make our tables where they are not; raises `StorageError` for those of a newer format."""
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:
        raise StorageError(
            f"the database was made by a newer HuggingGPT (format {found}, this one knows {SCHEMA_VERSION})",
            hint="upgrade hugginggpt, or name another home with --home DIR",
        )
    if found < SCHEMA_VERSION:
        db.execute("BEGIN IMMEDIATE")
        try:
            _create(db)
            db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            db.conn.commit()
        finally:
            if db.conn.in_transaction:
                db.conn.rollback()


def _create(db: Database) -> None:
    db.table("runs").create(
        {
            "run_id": str, "thread_id": str, "parent": str, "status": str, "controller": str, "request": str,
            "files": str, "plan": str, "epoch": str, "refusals": str, "mends": str, "answer": str, "started_at": float,
            "finished_at": float, "version": str, "usage": str, "options": str, "owner": str, "heartbeat": float,
        },
        pk="run_id", not_null={"thread_id", "status", "request"}, if_not_exists=True,
    )  # fmt: skip
    db.table("runs").create_index(["thread_id", "started_at"], if_not_exists=True)
    db.table("tasks").create(
        {
            "epoch": str, "key": str, "run_id": str, "task_id": int, "task_type": str, "status": str, "model_id": str,
            "error": str, "fingerprint": str, "started_at": float, "duration": float, "attempts": int, "result": str,
        },
        pk=("epoch", "key"), not_null={"run_id", "status", "result"}, if_not_exists=True,
    )  # fmt: skip
    db.table("tasks").create_index(["fingerprint", "run_id"], if_not_exists=True)
    db.table("resources").create(
        {
            "id": int, "thread_id": str, "run_id": str, "epoch": str, "key": str, "output": str, "task_type": str,
            "model_id": str, "kind": str, "media_type": str, "sha256": str, "size": int, "name": str, "text": str,
            "created_at": float,
        },
        pk="id", if_not_exists=True,
    )  # fmt: skip
    db.table("resources").create_index(["thread_id", "id"], if_not_exists=True)
    db.table("resources").create_index(["epoch", "key"], if_not_exists=True)
    db.table("assignments").create(
        {"run_id": str, "decision": str, "task_type": str, "model_id": str, "reason": str, "assignment": str},
        pk=("run_id", "decision"), if_not_exists=True,
    )  # fmt: skip
    db.table("llm_calls").create(
        {
            "id": int, "run_id": str, "stage": str, "model": str, "started_at": float, "seconds": float, "input_tokens": int,
            "output_tokens": int, "cost": float, "prompt_characters": int,
        },
        pk="id", not_null={"run_id", "stage"}, if_not_exists=True,
    )  # fmt: skip
    db.table("llm_calls").create_index(["run_id"], if_not_exists=True)


def task_row(run_id: str, epoch: str, result: Result) -> dict[str, Any]:
    """A result as a row of `tasks`; the columns repeat what one wants to query by."""
    return {
        "epoch": epoch,
        "key": result.key,
        "run_id": run_id,
        "task_id": result.task_id,
        "task_type": result.task_type,
        "status": result.status,
        "model_id": result.assignment.expert.model_id if result.assignment else None,
        "error": result.error,
        "fingerprint": result.fingerprint,
        "started_at": result.started_at,
        "duration": result.duration,
        "attempts": result.attempts,
        "result": result.model_dump_json(),
    }


def resource_rows(run_id: str, thread_id: str, epoch: str, result: Result) -> list[dict[str, Any]]:
    """What a result made, as rows of `resources`."""
    return [
        {
            **made.model_dump(exclude={"producer"}),
            "thread_id": thread_id,
            "run_id": run_id,
            "epoch": epoch,
            "key": result.key,
            "output": name,
            "task_type": result.task_type,
            "model_id": result.assignment.expert.model_id if result.assignment else None,
            "created_at": result.started_at + result.duration,
        }
        for name, resources in result.outputs.items()
        for made in resources
    ]
