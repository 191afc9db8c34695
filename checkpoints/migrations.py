"""Migrations: the versions of our tables, which are in one SQLite file.

runs         one request: text, plan, answer, status, and its owner (the lease)
tasks        the ledger: one row a finished task, by epoch and key; never changed, only deleted by a retry
resources    what was given and made, by which task and model; the bytes are in the store
assignments  which expert was chosen for which decision, and why
llm_calls    calls to chat models: stage, tokens, seconds, dollars where a price is known
states, state_writes, namespaces  LangGraph's checkpoints and writes (state_rows.py)
runs_readable, tasks_readable  views of runs and tasks for people (readable_views.py)
state_parts  messages, results, plans and long texts of LangGraph's states, by hash: each once (state_parts.py)

A change of the tables is a new function at the end of the migrations, e.g. `db.table("runs").add_column("note", str)`, and
a `FORMAT` (`format.py`) that is higher by one.
"""

from sqlite3 import Connection
from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from ..graph.advice import setting
from ..graph.errors import StorageError
from ..graph.result import EARLIER_REPAIRS
from .format import FORMAT
from .readable_views import create_views
from .state_parts import compress_all
from .state_rows import create_tables, number_states
from .stock_tables import move_stock_tables

migrations = Migrations("hugginggpt")

_TABLES: Final[dict[str, dict[str, type]]] = {
    "runs": {
        "run_id": str, "thread_id": str, "parent": str, "status": str, "controller": str, "request": str, "files": str,
        "plan": str, "epoch": str, "refusals": str, EARLIER_REPAIRS: str, "answer": str, "started_at": float,
        "finished_at": float, "version": str, "usage": str, "options": str, "owner": str, "heartbeat": float,
    },
    "tasks": {
        "epoch": str, "key": str, "run_id": str, "task_id": int, "task_type": str, "status": str, "model_id": str,
        "error": str, "fingerprint": str, "started_at": float, "duration": float, "attempts": int, "result": str,
    },
    "resources": {
        "id": int, "thread_id": str, "run_id": str, "epoch": str, "key": str, "output": str, "task_type": str,
        "model_id": str, "kind": str, "media_type": str, "sha256": str, "size": int, "name": str, "text": str,
        "created_at": float,
    },
    "assignments": {
        "run_id": str, "decision": str, "task_type": str, "model_id": str, "reason": str, "assignment": str,
    },
    "llm_calls": {
        "id": int, "run_id": str, "stage": str, "model": str, "started_at": float, "seconds": float,
        "input_tokens": int, "output_tokens": int, "cost": float, "prompt_characters": int,
    },
}  # fmt: skip
_KEYS: Final[dict[str, str | tuple[str, ...]]] = {
    "runs": "run_id", "tasks": ("epoch", "key"), "resources": "id", "assignments": ("run_id", "decision"),
    "llm_calls": "id",
}  # fmt: skip
_NOT_NULL: Final = {
    "runs": {"thread_id", "status", "request"}, "tasks": {"run_id", "status", "result"},
    "llm_calls": {"run_id", "stage"},
}  # fmt: skip
_INDEXES: Final = (
    ("runs", ["thread_id", "started_at"]), ("tasks", ["fingerprint", "run_id"]), ("resources", ["thread_id", "id"]),
    ("resources", ["epoch", "key"]), ("llm_calls", ["run_id"]),
)  # fmt: skip


@migrations()
def tables_of_format_2(db: Database) -> None:
    """All tables; for homes made before there were migrations, the tables and columns that are missing."""
    for name, columns in _TABLES.items():
        table = db.table(name)
        table.create(columns, pk=_KEYS[name], not_null=_NOT_NULL.get(name, ()), if_not_exists=True)
        for column in columns.keys() - table.columns_dict.keys():
            table.add_column(column, columns[column])
    for name, indexed in _INDEXES:
        db.table(name).create_index(indexed, if_not_exists=True)


@migrations()
def state_parts_of_format_3(db: Database) -> None:
    """States of earlier formats stay as they are, and are read as before."""
    db.execute("CREATE TABLE state_parts (hash BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")


@migrations()
def repairs_of_format_4(db: Database) -> None:
    """The repairs of a plan are called so."""
    db.execute(f"ALTER TABLE runs RENAME COLUMN {EARLIER_REPAIRS} TO repairs")


@migrations()
def short_rows_of_format_5(db: Database) -> None:
    """LangGraph's own tables, which the library's saver made, become rows with short keys and compressed contents."""
    create_tables(db.conn)
    compress_all(db.conn)
    move_stock_tables(db.conn)


@migrations()
def caveats_of_format_6(db: Database) -> None:
    """A given file has what was not read of it."""
    db.table("resources").add_column("caveat", str)


@migrations()
def seconds_of_format_7(db: Database) -> None:
    """How long processes have worked on a run, and the home whose files its answer names; not known of earlier runs."""
    db.table("runs").add_column("seconds", float)
    db.table("runs").add_column("home", str)


@migrations()
def numbered_states_of_format_8(db: Database) -> None:
    """Checkpoints are in the order in which they were saved."""
    number_states(db.conn)


@migrations()
def readable_of_format_9(db: Database) -> None:
    """Views for people, with times as text."""
    create_views(db.conn)


@migrations()
def estimates_of_format_10(db: Database) -> None:
    """Whether the tokens of a call are estimated."""
    db.table("llm_calls").add_column("estimated", int)


@migrations()
def work_of_format_11(db: Database) -> None:
    """What the tasks of a run under way are doing; calls paid by the call are no calls to chat models."""
    db.table("runs").add_column("at_work", str)
    create_views(db.conn)


def refuse_newer(connection: Connection) -> None:
    """Raises `StorageError` for tables of a newer version."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        raise StorageError(
            f"the database was made by a newer HuggingGPT (format {found}, this one knows {FORMAT})",
            hint=f"upgrade hugginggpt, or name another home: {setting('home', 'DIR')}",
        )


def migrate(connection: Connection) -> None:
    """Apply the migrations that are pending. Raises `StorageError` for tables of a newer version."""
    refuse_newer(connection)
    db = Database(connection)
    if migrations.pending(db):
        db.execute("BEGIN IMMEDIATE")  # of several processes that open a home, one migrates it
        try:
            migrations.apply(db)
            db.execute(f"PRAGMA user_version={FORMAT}")
            db.conn.commit()
        finally:
            if db.conn.in_transaction:
                db.conn.rollback()
