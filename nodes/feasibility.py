"""`why_no_expert`: which tasks of a plan can't run here, why, and what the user can change; `review` shows it."""

from collections.abc import Mapping, Sequence

from ..graph.advice import command, setting
from ..graph.expert import Obstacle, allowed
from ..graph.plan import Plan
from ..graph.ports import Catalog
from ..graph.task import Task, resources_in

MAX_REASONS = 2


async def warnings_of(plan: Plan, catalog: Catalog, models: Mapping[str, str], where: Sequence[str] = ()) -> list[str]:
    """Missing files and tasks without an expert. `models`, `where`: see `graph.options.Options`."""
    found: list[str] = []
    for task in plan.tasks:
        missing = [r for value in task.inputs.values() for r in resources_in(value) if r.missing]
        found += [f"task {task.label}: {r.problem or f'{r.label} is not there'}" for r in missing]
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
            return f"there is no expert {required}; {command(f'models {task.type}')} lists them"
    if not candidates:
        elsewhere = {c.expert.backend for c in everywhere if c.obstacle is None}
        if elsewhere:
            wider = setting("where", ",".join(sorted(elsewhere)))
            return f"nothing at {', '.join(where)} offers {task.type}; it could run with {wider}"
        return f"no backend here offers {task.type}"
    if any(candidate.obstacle is None for candidate in candidates):
        return None
    obstacles = [candidate.obstacle for candidate in candidates if candidate.obstacle]
    if required:  # each place says why not, whether or not the user can change it
        return f"{required}: {'; or '.join(dict.fromkeys(map(str, obstacles)))}"
    return _shortest(obstacles, task.type)


def _shortest(obstacles: Sequence[Obstacle], task_type: str) -> str:
    """At most two reasons: those that the user can remove, else what the experts say; `models` lists all."""
    reasons = list(dict.fromkeys(map(str, (o for o in obstacles if o.remedy)))) or list(
        dict.fromkeys(map(str, obstacles))
    )
    more = f"; {command(f'models {task_type}')} lists more" if len(reasons) > MAX_REASONS else ""
    return "; or ".join(reasons[:MAX_REASONS]) + more
