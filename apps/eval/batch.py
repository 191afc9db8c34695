"""Progress: many requests, several at once, counted on stderr; given up when the controller can't be reached."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ...graph.errors import ControllerError
from ..cli.console import err

PATIENCE = 3
"""Requests in a row for which the controller can't be reached; then the rest is left for later."""

Item = TypeVar("Item")


async def each(items: Iterable[Item], do: Callable[[Item], Awaitable[None]], *, jobs: int, total: int) -> int:
    """Do all items, `jobs` at once, and count them for eyes. `total`: with those kept from before.

    Gives how many were left because the controller could not be reached; raises its error after `PATIENCE` in a row.
    """
    waiting, left, in_a_row = list(items), 0, 0
    console = err()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    place = bar.add_task("requests", total=total, completed=total - len(waiting))
    todo, tenth = iter(waiting), max(1, total // 10)

    async def work() -> None:
        nonlocal left, in_a_row
        for item in todo:
            try:
                await do(item)
                in_a_row = 0
            except ControllerError:
                left, in_a_row = left + 1, in_a_row + 1
                if in_a_row >= PATIENCE:
                    raise
            bar.advance(place)
            done = int(bar.tasks[0].completed)
            if not console.is_terminal and done % tenth == 0:
                console.print(f"{done} of {total}", style="dim")
            await asyncio.sleep(0)  # a controller that never waits must leave room for Ctrl-C

    with bar:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(jobs):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
    return left
