"""`show_watch`: a living run from another terminal: its tasks as they are recorded, until no process works on it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from ...graph.result import Run
from .console import err, plain, write_out
from .inspect import read_home, show_run
from .printable import clean, json_text
from .task_tree import MARKS, tree_of

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage

_LOOK = 0.5
"""Seconds between looks at the home: another process writes there, which nothing announces."""


def show_watch(name: str | None, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt show --watch`; with `--json` a line for each change."""

    async def watch(_: "Storage", history: "History") -> Run:
        now = await history.run(name)
        if as_json:
            async for now in _changes(history, now):  # noqa: B020  (the newest is returned)
                results = [row.model_dump(mode="json") for row in now.results]
                write_out(json_text({"run_id": now.run_id, "status": now.status, "results": results}) + "\n")
            return now
        with Live(_picture(now), console=err(), auto_refresh=False, transient=True) as live:
            async for now in _changes(history, now):  # noqa: B020
                live.update(_picture(now), refresh=True)
        return now

    run = read_home(home, watch)
    if not as_json:
        show_run(run.run_id, home=home, as_json=False)


async def _changes(history: "History", run: Run) -> AsyncIterator[Run]:
    """The run now, and after each change, until no process works on it."""
    seen: tuple[object, ...] = ()
    while True:
        if (state := (run.status, run.plan.digest, len(run.results), len(run.answer))) != seen:
            seen = state
            yield run
        if run.status not in ("running", "cancelling"):
            return
        await asyncio.sleep(_LOOK)
        run = await history.run(run.run_id)


def _picture(run: Run) -> Tree:
    rows = {row.task_id: row for row in run.results}

    def line(task_id: int, task_type: str) -> Text:
        row = rows.get(task_id)
        mark, style = MARKS[row.status if row else "pending"]
        shown = Text(f"{mark} ", style=style).append(f"{task_id} {task_type}", style="bold")
        if row and row.assignment:
            shown.append(f"  {clean(row.assignment.expert.model_id)}  {row.duration:.1f} s", style="dim")
        return shown.append(f"  {clean(row.error)}", style=style) if row and row.error else shown

    tree = tree_of(run.plan, lambda task: line(task.id, task.type))
    tree.label = Text(f"run {run.run_id} is {run.status}: {plain(run.request.text, 80)}", style="dim")
    tree.hide_root = False
    return tree
