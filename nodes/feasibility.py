"""`why_no_expert`: which tasks of a plan can't run here, why, and what the user can change; `review` shows it."""

from collections.abc import Mapping, Sequence

from ..graph.expert import allowed
from ..graph.plan import Plan
from ..graph.ports import Catalog
from ..graph.task import Task, resources_in


async def warnings_of(plan: Plan, catalog: Catalog, models: Mapping[str, str], where: Sequence[str] = ()) -> list[str]:
    """Missing files and tasks without an expert. `models`, `where`: see `graph.result.Options`."""
    found: list[str] = []
    for task in plan.tasks:
        missing = [r.label for value in task.inputs.values() for r in resources_in(value) if r.missing]
        found += [f"task {task.label}: {name} is not there" for name in missing]
        if why := await why_no_expert(task, catalog, models, where):
            found.append(f"task {task.label}: {why}")
    return found


async def why_no_expert(
    task: Task, catalog: Catalog, models: Mapping[str, str], where: Sequence[str] = ()
) -> str | None:
    """Why no expert can do a task here; None when one can."""
    required = models.get(task.key) or models.get(task.type)
    everywhere = await catalog.candidates(task, required)
    candidates = allowed(everywhere, where)
    if required is not None:
        candidates = [c for c in candidates if c.expert.model_id == required]
        if not candidates:
            return f"there is no expert {required}; `hugginggpt models {task.type}` lists them"
    if not candidates:
        elsewhere = {c.expert.backend for c in everywhere if c.obstacle is None}
        if elsewhere:
            return (
                f"nothing at {', '.join(where)} offers {task.type}; {', '.join(sorted(elsewhere))} would (see --where)"
            )
        return f"no backend here offers {task.type}"
    if any(candidate.obstacle is None for candidate in candidates):
        return None
    by_reason: dict[str, list[str]] = {}
    for candidate in candidates:
        by_reason.setdefault(str(candidate.obstacle), []).append(candidate.expert.model_id)
    return "; ".join(f"{', '.join(models)}: {reason}" for reason, models in by_reason.items())
