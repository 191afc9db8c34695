"""`process_all`, for both `eval` commands: many requests at once; stops when the controller fails at each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ...graph.errors import ControllerError
from ..cli.console import err

MAX_UNREACHABLE = 3
"""Requests in a row at which the controller fails, after which the batch stops."""

Item = TypeVar("Item")


class Left(NamedTuple):
    """Requests that are still to be done."""

    number: int = 0
    why: str = ""


async def process_all(
    items: Iterable[Item], process: Callable[[Item], Awaitable[None]], *, jobs: int, total: int
) -> "Left":
    """Process all items, `jobs` at once; returns how many are left because the controller failed, and why the last is.

    Raises its error after `MAX_UNREACHABLE` in a row. `total`: the items with those done before.
    """
    pending, left, in_a_row = list(items), Left(), 0
    console = err()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    progress = bar.add_task("requests", total=total, completed=total - len(pending))
    todo, tenth = iter(pending), max(1, total // 10)

    async def work() -> None:
        nonlocal left, in_a_row
        for item in todo:
            try:
                await process(item)
                in_a_row = 0
            except ControllerError as error:
                left, in_a_row = Left(left.number + 1, error.line), in_a_row + 1
                if in_a_row >= MAX_UNREACHABLE:
                    raise
            bar.advance(progress)
            done = int(bar.tasks[0].completed)
            if not console.is_terminal and done % tenth == 0:
                console.print(f"{done} of {total}", style="dim")
            await asyncio.sleep(0)  # a controller that never awaits would block Ctrl-C

    with bar:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(jobs):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
    return left
