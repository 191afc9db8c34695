"""`SqliteLedger`: results, choices of experts and resources as rows; `board`, `runs` and `llm_calls` are its attributes.

A call returns when its transaction is committed. A result or choice is written once: a second writer gets the first
one's row.
"""

from collections.abc import Collection, Sequence
from functools import partial

from ..graph.board import Board
from ..graph.clock import now
from ..graph.estimate import Measured
from ..graph.expert import Assignment
from ..graph.resource import Resource
from ..graph.result import Result, Run
from . import lease
from .database import Database
from .forks import record_fork
from .llm_calls import SqliteLlmCalls
from .measured import read_measured
from .row_connection import RowConnection
from .rows import COLUMNS, M, listed_once, planned_order, read_row, resource_rows, task_row, valid_resources
from .runs import SqliteRuns

_LINEAGE = """
    WITH RECURSIVE lineage(run_id, parent, steps) AS (
        SELECT run_id, parent, 0 FROM runs WHERE run_id = ?
        UNION ALL SELECT runs.run_id, runs.parent, steps + 1 FROM runs JOIN lineage ON runs.run_id = lineage.parent
        WHERE steps < 1000)
"""
"""A run and all that it descends from; `steps` is 0 for the run itself."""


class SqliteLedger:
    """The `Ledger` port on a database."""

    def __init__(self, database: Database, *, patience: float = lease.STALE) -> None:
        """`patience`: seconds without a beat after which an owner on another host counts as dead."""
        self.database = database
        self.board = Board()
        self.runs = SqliteRuns(database, patience=patience)
        self.llm_calls = SqliteLlmCalls(database)

    def close(self) -> None:
        """Return all leases; the database stays open."""
        self.runs.close()

    # -- results ----------------------------------------------------------------------------------------------------

    async def results(self, epoch: str, keys: Sequence[str] | None = None) -> dict[str, Result]:
        """The rows of an epoch by key: all, or those named."""

        def read(db: RowConnection) -> list[tuple[str, str]]:
            if keys is None:
                return list(db.execute("SELECT key, result FROM tasks WHERE epoch = ?", [epoch]).fetchall())
            marks = ",".join("?" * len(keys))
            query = f"SELECT key, result FROM tasks WHERE epoch = ? AND key IN ({marks})"
            return list(db.execute(query, [epoch, *keys]).fetchall())

        rows = await self.database.read(read) if keys is None or keys else []
        return {key: read_row(Result, text, f"task {key}") for key, text in rows}

    async def recorded(self, epoch: str) -> set[str]:
        """The keys that have a row in an epoch."""
        query = "SELECT key FROM tasks WHERE epoch = ?"
        rows = await self.database.read(lambda db: db.execute(query, [epoch]).fetchall())
        return {key for (key,) in rows}

    async def find(self, run_id: str, fingerprint: str) -> Result | None:
        """A row of a call with that fingerprint that succeeded, in this run or the nearest that it descends from.

        It may be partial: what was missing before is missing in the inputs of the call, which the fingerprint has.
        """
        query = """SELECT result FROM tasks JOIN lineage USING (run_id)
            WHERE fingerprint = ? AND status IN ('succeeded', 'partial')
            ORDER BY status DESC, steps, tasks.rowid DESC LIMIT 1"""
        return await self._inherited(Result, query, run_id, fingerprint, "an earlier result")

    async def has_earlier(self, run_id: str, epoch: str) -> bool:
        """Whether `find` may return a row of another epoch: of this run, or of those that it descends from."""
        query = """SELECT parent IS NOT NULL OR EXISTS (SELECT 1 FROM tasks WHERE run_id = ?1 AND epoch <> ?2)
            FROM runs WHERE run_id = ?1"""
        found = await self.database.read(lambda db: db.execute(query, [run_id, epoch]).fetchone())
        return found is None or bool(found[0])

    async def chosen(self, run_id: str, key: str) -> Assignment | None:
        """The expert that did the task of that key in the nearest run that this one descends from."""
        query = """SELECT result FROM tasks JOIN lineage USING (run_id) WHERE key = ? AND steps > 0
            AND status IN ('succeeded', 'partial') AND model_id IS NOT NULL ORDER BY steps, tasks.rowid DESC LIMIT 1"""
        row = await self._inherited(Result, query, run_id, key, "an earlier result")
        return row.assignment if row else None

    async def put(self, run_id: str, thread_id: str, epoch: str, result: Result) -> Result:
        """Record a result and what it made in one transaction; the row that was there first wins, and is returned."""

        def write(db: RowConnection) -> str:
            if db.insert("tasks", task_row(run_id, epoch, result), ignore=True):
                for row in resource_rows(run_id, thread_id, epoch, result):
                    db.insert("resources", row)
            query = "SELECT result FROM tasks WHERE epoch = ? AND key = ?"
            return str(db.execute(query, [epoch, result.key]).fetchone()[0])

        return read_row(Result, await self.database.write(write), f"task {result.key}")

    async def fork(self, run: Run, edited: Sequence[Result], taken: Collection[int], epoch: str) -> dict[str, Result]:
        """Record a fork with the results that it begins with, which are returned; see `record_fork`."""
        home = self.database.file.parent
        await self.database.write(lambda db: record_fork(db, home, run, edited, taken, epoch))
        return await self.results(run.epoch)

    async def measured(self, models: Collection[str]) -> Measured:
        """What calls took and used here, on the average; `models`: the experts whose seconds are wanted."""
        return await self.database.read(partial(read_measured, models, self.database.file.parent))

    # -- choices --------------------------------------------------------------------------------------

    async def assignment(self, run_id: str, decision: str) -> Assignment | None:
        """The choice recorded for a decision in this run or one that it descends from."""
        query = (
            "SELECT assignment FROM assignments JOIN lineage USING (run_id) WHERE decision = ? ORDER BY steps LIMIT 1"
        )
        return await self._inherited(Assignment, query, run_id, decision, "a choice of expert")

    async def assign(self, run_id: str, decision: str, assignment: Assignment) -> Assignment:
        """Record a choice; the one that was there first wins, and is returned."""
        row = {
            "run_id": run_id,
            "decision": decision,
            "task_type": assignment.expert.task_type,
            "model_id": assignment.expert.model_id,
            "reason": assignment.reason,
            "assignment": assignment.model_dump_json(),
        }

        def write(db: RowConnection) -> str:
            db.insert("assignments", row, ignore=True)
            query = "SELECT assignment FROM assignments WHERE run_id = ? AND decision = ?"
            return str(db.execute(query, [run_id, decision]).fetchone()[0])

        return read_row(Assignment, await self.database.write(write), "a choice of expert")

    async def _inherited(self, noun: type[M], query: str, run_id: str, value: str, what: str) -> M | None:
        found = await self.database.read(lambda db: db.execute(_LINEAGE + query, [run_id, value]).fetchone())
        return read_row(noun, found[0], what) if found else None

    # -- resources --------------------------------------------------------------------------------------------------

    async def given(self, run_id: str, thread_id: str, resources: Sequence[Resource]) -> None:
        """Record what the user gave to a run, once."""
        when = {"thread_id": thread_id, "run_id": run_id, "created_at": now()}
        rows = [
            resource.model_dump(exclude={"producer", "made_by"}) | when
            for resource in resources
            if not resource.missing
        ]

        def write(db: RowConnection) -> None:
            db.execute("DELETE FROM resources WHERE run_id = ? AND key IS NULL", [run_id])
            for row in rows:
                db.insert("resources", row)

        await self.database.write(write)

    async def thread_resources(self, thread_id: str) -> Sequence[Resource]:
        """What was given and made in a conversation, oldest first; what tasks of one type made, in the order of the plan."""

        def read(db: RowConnection) -> list[Resource]:
            rows = listed_once(db.query("SELECT * FROM resources WHERE thread_id = ? ORDER BY id", [thread_id]))
            return valid_resources(
                {name: row[name] for name in COLUMNS} | {"producer": row["key"], "made_by": row["task_type"]}
                for row in planned_order(rows)
            )

        return await self.database.read(read)
