"""`tree_of` draws the tasks of a plan as a tree, with `MARKS` for their states, for `show` and while a run goes on."""

from collections.abc import Callable

from rich.console import RenderableType
from rich.tree import Tree

from ...graph.plan import Plan
from ...graph.task import Task

MARKS = {
    "succeeded": ("✓", "green"),
    "partial": ("✓", "yellow"),
    "failed": ("✗", "red"),
    "skipped": ("–", "yellow"),
    "cancelled": ("–", "yellow"),
    "pending": ("·", "dim"),
}


def tree_of(plan: Plan, row: Callable[[Task], RenderableType]) -> Tree:
    """The tasks of a plan as a tree: each under the last of those that it waits for."""
    root = Tree("", hide_root=True, guide_style="dim")
    places: dict[int, Tree] = {}
    for task in plan.tasks:
        above = places[task.depends_on[-1]] if task.depends_on else root
        places[task.id] = above.add(row(task))
    return root
