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
from .work_text import stage_of, work_mark, work_text

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
                    "run_id": now.run_id,
                    "status": now.status,
                    "at_work": [each.model_dump(mode="json") for each in now.at_work],
                    "members_done": members,
                    "results": [row.model_dump(mode="json") for row in now.results],
                }
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
        state = run.status, run.plan.digest, len(run.results), len(run.answer), members, run.at_work
        if state != seen:
            seen = state
            yield run, members
        if run.status not in ("running", "cancelling"):
            return
        await asyncio.sleep(_LOOK)
        run = await history.run(run.run_id)


def _picture(run: Run, members: Mapping[str, int]) -> Tree:
    rows = {row.task_id: row for row in run.results}

    def line(task_id: int, task_type: str) -> Text:
        row, doing = rows.get(task_id), "" if task_id in rows else work_text(run, task_id)
        mark, style = work_mark(run, task_id) if doing else MARKS[row.status if row else "pending"]
        shown = Text(f"{mark} ", style=style).append(f"{task_id} {task_type}", style="bold")
        if doing:
            of_list = f", {members[str(task_id)]} of its members done" if str(task_id) in members else ""
            shown.append(f"  {clean(doing)}{of_list}", style="dim")
        if row and row.assignment:
            shown.append(f"  {clean(row.assignment.expert.model_id)}  {row.duration:.1f} s", style="dim")
        return shown.append(f"  {clean(row.error)}", style=style) if row and row.error else shown

    tree = tree_of(run.plan, lambda task: line(task.id, task.type))
    tree.label = Text(f"run {run.run_id} {stage_of(run)}: {plain(run.request.text, 80)}", style="dim")
    tree.hide_root = False
    return tree
