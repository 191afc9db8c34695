"""`known_data`: the data that an edited plan may name: what the run has, and files that exist; a stranger's is refused."""

import asyncio
from typing import Any

from ..graph.errors import InvalidPlan
from ..graph.plan import Plan
from ..graph.ports import Fetcher
from ..graph.resource import Resource
from ..graph.result import Run
from ..graph.task import resources_in
from .given_plan import with_names_as_files


async def known_data(run: Run, plan: Plan, edited: Any, fetcher: Fetcher) -> tuple[Resource, ...]:
    """The data an edited plan may name: the run's files, those of the first plan, and new files that exist.

    Raises `InvalidPlan` for a folder or pattern, and `InvalidInput` for a file that can't be read.
    """
    had = [r for task in plan.tasks for value in task.inputs.values() for r in resources_in(value)]
    given = {resource.name for resource in (*run.request.files, *had)}
    texts = {value for task in plan.tasks for value in task.inputs.values() if isinstance(value, str)}
    drafts = (await asyncio.to_thread(with_names_as_files, Plan.from_hugginggpt(edited), texts)).tasks
    named = {r.name for task in drafts for value in task.inputs.values() for r in resources_in(value) if r.missing}
    new = list[Resource]()
    for name in sorted(name for name in named - given if name):
        found = await fetcher.gather("", [name])  # each alone: two names may be of one file
        if [file.name for file in found] != [name]:
            raise InvalidPlan([f"{name} is a folder or a pattern: name each file that the task is to take"])
        new += found
    return (*run.request.files, *had, *new)
