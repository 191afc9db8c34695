"""`known_data`: the data that an edited plan may name: what the run has, and files that exist; a stranger's is refused."""

from typing import Any

from ..graph.plan import Plan
from ..graph.ports import Fetcher
from ..graph.resource import Resource
from ..graph.result import Run
from ..graph.task import resources_in
from .given_plan import with_names_as_files


async def known_data(run: Run, plan: Plan, edited: Any, fetcher: Fetcher) -> tuple[Resource, ...]:
    """The data an edited plan may name: the run's files, those of the first plan, and new files that exist."""
    had = [r for task in plan.tasks for value in task.inputs.values() for r in resources_in(value)]
    given = {resource.name for resource in (*run.request.files, *had)}
    texts = {value for task in plan.tasks for value in task.inputs.values() if isinstance(value, str)}
    drafts = with_names_as_files(Plan.from_hugginggpt(edited), texts).tasks
    named = {r.name for task in drafts for value in task.inputs.values() for r in resources_in(value) if r.missing}
    new = await fetcher.gather("", sorted(name for name in named - given if name))
    return (*run.request.files, *had, *new)
