"""`known_data`: the data that an edited plan may name: what the run has, and files that exist; a stranger's is refused."""

from typing import Any

from ..graph.plan import Plan
from ..graph.ports import Fetcher
from ..graph.resource import Resource
from ..graph.result import Run
from ..graph.task import resources_in


async def known_data(run: Run, plan: Plan, edited: Any, fetcher: Fetcher) -> tuple[Resource, ...]:
    """The data an edited plan may name: the run's files, those of the first plan, and new files that exist."""
    had = [r for task in plan.tasks for value in task.inputs.values() for r in resources_in(value)]
    given = {resource.name for resource in (*run.request.files, *had)}
    drafts = Plan.from_hugginggpt(edited).tasks
    named = {r.name for task in drafts for value in task.inputs.values() for r in resources_in(value) if r.missing}
    new = await fetcher.gather("", sorted(name for name in named - given if name))
    return (*run.request.files, *had, *new)
