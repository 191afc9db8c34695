"""`SqliteLlmCalls`: rows of the table `llm_calls`; refuses a call beyond the limits of its run (`budgets.py`)."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from ..graph.clock import now
from ..graph.usage import LlmCall, Stage, Usage
from .budgets import check_budget, check_charge, limits_of
from .database import Database
from .row_connection import RowConnection


class SqliteLlmCalls:
    """The `LlmCalls` port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
        """By event loop, and run or conversation."""
        self._under_way: dict[int, asyncio.Lock] = {}
        """The turns of calls that have not ended, by number."""

    async def start(self, run_id: str, stage: Stage, model: str, tokens: int = 0, cost: float | None = None) -> int:
        """Record a call before it is made; returns its number. Raises `LimitReached`."""
        write = partial(_start, run_id, stage, model, now(), tokens, cost)
        if not (owner := (await self._database.read(partial(limits_of, run_id))).owner):
            return await self._database.write(write)
        turn = self._turns.setdefault((id(asyncio.get_running_loop()), owner), asyncio.Lock())
        await turn.acquire()
        try:
            number = await self._database.write(write)
        except BaseException:
            turn.release()
            raise
        self._under_way[number] = turn
        return number

    async def charge(self, run_id: str, model: str, cost: float | None) -> None:
        """Record a call that is paid by the call, before it is made; raises `LimitReached` where it costs too much.

        It waits for the calls of its run whose cost is known later, under a limit of dollars.
        """
        write = partial(_charge, run_id, model, cost, now())
        owner = (await self._database.read(partial(limits_of, run_id))).owner
        turn = self._turns.setdefault((id(asyncio.get_running_loop()), owner), asyncio.Lock()) if owner else None
        async with turn or nullcontext():
            await self._database.write(write)

    async def end(self, number: int, call: LlmCall) -> None:
        """Record what a call cost."""
        columns = {**call.usage.model_dump(exclude={"llm_calls"}), "estimated": int(call.usage.estimated)}
        columns |= call.model_dump(include={"prompt_characters", "started_at"})
        settings = ", ".join(f"{name} = :{name}" for name in columns)
        query = f"UPDATE llm_calls SET {settings} WHERE id = :id"
        try:
            await self._database.write(lambda db: db.execute(query, {**columns, "id": number}))
        finally:
            if turn := self._under_way.pop(number, None):
                turn.release()

    async def of_run(self, run_id: str) -> Sequence[LlmCall]:
        """The calls of a run, oldest first."""
        return await self._database.read(partial(read_calls, run_id))


def _start(
    run_id: str, stage: Stage, model: str, began: float, reads: int, cost: float | None, db: RowConnection
) -> int:
    """`reads`, `cost`: the estimates that a call keeps which never ends, as its process was killed."""
    check_budget(run_id, model, cost, db)
    query = """INSERT INTO llm_calls (run_id, stage, model, started_at, input_tokens, cost, estimated)
        VALUES (?, ?, ?, ?, ?, ?, 1)"""
    return int(db.execute(query, [run_id, stage, model, began, reads, cost]).lastrowid or 0)


def _charge(run_id: str, model: str, cost: float | None, began: float, db: RowConnection) -> None:
    check_charge(run_id, model, cost, db)
    if cost is not None:
        row = {"run_id": run_id, "stage": "call", "model": model, "started_at": began, "cost": cost}
        db.insert("llm_calls", row)


def read_calls(run_id: str, db: RowConnection) -> list[LlmCall]:
    """The calls of a run, oldest first; one without an end (killed, for instance) has an estimate of what it read."""
    columns = ("stage", "model", "started_at", "prompt_characters")
    spent = ("input_tokens", "output_tokens", "seconds", "cost", "estimated")
    rows = db.query("SELECT * FROM llm_calls WHERE run_id = ? ORDER BY id", [run_id])
    return [
        LlmCall(**_known(row, columns), usage=Usage(llm_calls=int(row["stage"] != "call"), **_known(row, spent)))
        for row in rows
    ]


def _known(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in columns if row[name] is not None}
