"""`checked_plan`: a plan as it would be run here: checked, with what can't be run and what it is expected to spend."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..graph.estimate import Estimate
from ..graph.plan import Plan
from ..graph.result import Run
from ..graph.world import World
from ..nodes.feasibility import looked_up
from ..nodes.given_plan import refusals_with, with_tasks
from ..nodes.known_data import known_data


class CheckedPlan(NamedTuple):
    """A plan with what is said of it before it is run."""

    plan: Plan
    warnings: Sequence[str]
    estimate: Estimate


async def checked_plan(world: World, run: Run, tasks: "str | Sequence[Mapping[str, Any]] | None" = None) -> CheckedPlan:
    """That of a run, or another one for it, in the paper's JSON. Raises `InvalidPlan`, `InvalidInput`."""
    plan = run.plan
    if tasks is not None:
        plan = with_tasks(Plan.from_hugginggpt(tasks, await known_data(run, run.plan, tasks, world.fetcher)))
    warnings, experts = await looked_up(plan, world.catalog, run.options.models, run.options.where)
    if plan.digest != run.plan.digest:
        warnings = [*refusals_with(plan, run), *warnings]
    return CheckedPlan(plan, warnings, await world.estimates.of(plan, run.options, run.request.text, experts))
