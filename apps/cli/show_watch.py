"""`show_watch`: a living run from another terminal: its tasks at work and as they are recorded, until it is left."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
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
            async for now, members in _changes(history, now):  # noqa: B020  (the newest is returned)
                line = {
                    "run_id": now.run_id, "status": now.status, "at_work": at_work(now), "members_done": members,
                    "results": [row.model_dump(mode="json") for row in now.results],
                }  # fmt: skip
                write_out(json_text(line) + "\n")
            return now
        with Live(_picture(now, {}), console=err(), auto_refresh=False, transient=True) as live:
            async for now, members in _changes(history, now):  # noqa: B020
                live.update(_picture(now, members), refresh=True)
        return now

    run = read_home(home, watch)
    if not as_json:
        show_run(run.run_id, home=home, as_json=False)


async def _changes(history: "History", run: Run) -> AsyncIterator[tuple[Run, dict[str, int]]]:
    """The run and how many members of each list are done: now, and after each change, until no process works on it."""
    seen: tuple[object, ...] = ()
    while True:
        keys = (row.key.partition("[")[0] for row in await history.members(run.epoch))
        members = dict(Counter(keys))
        if (state := (run.status, run.plan.digest, len(run.results), len(run.answer), members)) != seen:
            seen = state
            yield run, members
        if run.status not in ("running", "cancelling"):
            return
        await asyncio.sleep(_LOOK)
        run = await history.run(run.run_id)


def at_work(run: Run) -> list[int]:
    """The tasks that have all that they need and no result: their expert is chosen, queued or runs."""
    done = {row.task_id for row in run.results}
    ready = (task.id for task in run.plan.tasks if task.id not in done and done.issuperset(task.depends_on))
    return list(ready) if run.status in ("running", "cancelling") else []


def _picture(run: Run, members: Mapping[str, int]) -> Tree:
    rows, working = {row.task_id: row for row in run.results}, at_work(run)

    def line(task_id: int, task_type: str) -> Text:
        row = rows.get(task_id)
        mark, style = ("…", "cyan") if task_id in working else MARKS[row.status if row else "pending"]
        shown = Text(f"{mark} ", style=style).append(f"{task_id} {task_type}", style="bold")
        if task_id in working:
            of_list = f", {members[str(task_id)]} of its members done" if str(task_id) in members else ""
            shown.append(f"  at work{of_list}", style="dim")
        if row and row.assignment:
            shown.append(f"  {clean(row.assignment.expert.model_id)}  {row.duration:.1f} s", style="dim")
        return shown.append(f"  {clean(row.error)}", style=style) if row and row.error else shown

    tree = tree_of(run.plan, lambda task: line(task.id, task.type))
    tree.label = Text(f"run {run.run_id} is {run.status}: {plain(run.request.text, 80)}", style="dim")
    tree.hide_root = False
    return tree
