"""Bytes of the database: ours, and the same checkpoints in the stock saver, measured in one run.

task    one of 100 small independent text tasks of one request
turns   a conversation of 100 turns with answers of 20 KB

python benchmarks/storage.py [--turns N] [--json FILE]
"""

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.sqlite import SqliteSaver

from hugginggpt.apps.session import Session
from hugginggpt.graph.result import Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController


def answer(run: Run) -> str:
    """20 KB of words that no other answer has."""
    rng = random.Random(run.run_id)
    return " ".join(f"word{rng.randrange(10**9)}" for _ in range(2_000))[:20_000]


def step(task_id: int) -> dict[str, Any]:
    """A small text task."""
    return {"task": "text2text-generation", "id": task_id, "dep": [-1], "args": {"text": f"step {task_id}"}}


async def measured(home: Path, tasks: int, turns: int) -> tuple[int, int]:
    """Bytes of our database, and of the stock saver's with the same checkpoints beside the rest of ours."""
    controller = ScriptedController([step(number) for number in range(tasks)], answer=answer if turns > 1 else "done")
    async with open_world(
        Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=[ScriptedBackend()]
    ) as world:
        for turn in range(turns):
            async for _ in Session(world).start(f"request {turn}", thread_id="t"):
                pass
        with closing(sqlite3.connect(home / "stock.db")) as connection:
            stock = SqliteSaver(connection)
            async for each in world.graph.checkpointer.alist({"configurable": {"thread_id": "t"}}):  # type: ignore[union-attr]
                put_again(stock, each)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        of_states = (
            "SELECT name FROM sqlite_schema WHERE tbl_name IN ('namespaces', 'states', 'state_writes', 'state_parts')"
        )
        query = f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({of_states})"
        states = int(db.execute(query).fetchone()[0])
    ours, theirs = ((home / name).stat().st_size for name in ("hugginggpt.db", "stock.db"))
    return ours, ours - states + theirs


def put_again(stock: SqliteSaver, each: CheckpointTuple) -> None:
    """The same checkpoint, with what was written after it."""
    above = each.parent_config["configurable"]["checkpoint_id"] if each.parent_config else None
    config: Any = {"configurable": {**each.config["configurable"], "checkpoint_id": above}}
    stock.put(config, each.checkpoint, each.metadata, {})
    by_task: dict[str, list[tuple[str, Any]]] = {}
    for task_id, channel, value in each.pending_writes or ():
        by_task.setdefault(task_id, []).append((channel, value))
    for task_id, writes in by_task.items():
        stock.put_writes(each.config, writes, task_id)


async def figures(turns: int) -> dict[str, float]:
    """All of them, in KB."""
    found = {}
    for name, tasks, times in (("task", 100, 1), ("turns", 1, turns)):
        with tempfile.TemporaryDirectory() as folder:
            ours, stock = await measured(Path(folder) / "home", tasks, times)
        each = 100 if name == "task" else 1
        found |= {f"{name}_kb": round(ours / each / 1000, 1), f"{name}_kb_stock": round(stock / each / 1000, 1)}
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    results = asyncio.run(figures(given.turns))
    for name, value in results.items():
        print(f"{name:16} {value:>12,.1f}")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")
