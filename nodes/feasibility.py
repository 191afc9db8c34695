"""`looked_up`: the experts of a plan, and which tasks can't run here, why, and what the user can change."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ..graph.advice import command, setting
from ..graph.errors import ExpertError, UsageError
from ..graph.expert import Candidate, Expert, Obstacle, allowed
from ..graph.plan import Plan
from ..graph.ports import Backend, Catalog, Ledger
from ..graph.result import Proposal, Run
from ..graph.task import Task, resources_in
from ..graph.vocabulary import VOCABULARY
from .run_options import refuse_unknown_experts

MAX_REASONS = 2


Experts = Mapping[int, Sequence[Expert]]
"""Those that can do each task here, by task id, the best first."""


async def looked_up(
    plan: Plan, catalog: Catalog, models: Mapping[str, str], where: Sequence[str] = ()
) -> tuple[list[str], Experts]:
    """Missing files and tasks without an expert, in words; and the experts. `models`, `where`: see `Options`."""
    found, experts = list[str](), dict[int, Sequence[Expert]]()
    for task in plan.tasks:
        missing = [r for value in task.inputs.values() for r in resources_in(value) if r.missing]
        found += [f"task {task.label}: {r.problem or f'{r.label} is not there'}" for r in missing]
        required = models.get(task.key) or models.get(task.type)
        everywhere = await catalog.candidates(task, required)
        experts[task.id] = able_experts(everywhere, required, where)
        if not experts[task.id]:
            found.append(f"task {task.label}: {_reason(task, everywhere, required, where)}")
    return found, experts


def able_experts(everywhere: Iterable[Candidate], required: str | None, where: Sequence[str]) -> list[Expert]:
    """Those without an obstacle, at the places that are allowed; only the `required` one where one is."""
    able = [candidate.expert for candidate in allowed(everywhere, where) if candidate.obstacle is None]
    return [expert for expert in able if required in (None, expert.model_id)]


async def refuse_early(
    plan: Plan | None,
    models: Mapping[str, str],
    catalog: Catalog | None,
    backends: Mapping[str, Backend],
    where: Sequence[str],
) -> None:
    """Raises `UsageError` for what is wrong with named models before a run begins: by its plan, where one was given."""
    if not models:
        return
    await asyncio.to_thread(refuse_unknown_experts, models, backends)
    if catalog and plan:
        await refuse_unable(plan, catalog, models, where)
    elif catalog:
        await asyncio.to_thread(_refuse_obstructed, models, backends, where)


async def refuse_planned(proposal: Proposal, run: Run, catalog: Catalog | None, ledger: Ledger) -> None:
    """Raises `UsageError` for a named model that can't do a task of the plan, and ends the run.

    Its options are kept: resumed, it would pay for a plan again and be refused again.
    """
    try:
        if catalog:
            await refuse_unable(proposal.plan, catalog, run.options.models, run.options.where)
    except UsageError as error:
        failed = {"status": "failed", "answer": str(error), "usage": proposal.usage}
        await ledger.runs.finish(run.model_copy(update=failed))
        raise


async def refuse_unable(plan: Plan, catalog: Catalog, models: Mapping[str, str], where: Sequence[str]) -> None:
    """Raises `UsageError` for a model that was named for a task and can't do it here now: the task could only fail."""
    for task in plan.tasks:
        if (model := models.get(task.key) or models.get(task.type)) is None:
            continue
        found = await catalog.candidates(task, model)
        if not able_experts(found, model, where):
            why, able = _reason(task, found, model, where).removeprefix(f"{model}: "), command(f"models {task.type}")
            raise UsageError(
                f"task {task.label} can't be done by {model}: {why}",
                hint="" if able in why else f"{able} lists those that can",
            )


def _refuse_obstructed(models: Mapping[str, str], backends: Mapping[str, Backend], where: Sequence[str]) -> None:
    """Raises `UsageError` for a model that was named for a task type and that no place which knows it can use for any task.

    Before a plan is paid for; what depends on the task is seen once there is one. May block: a place may ask the network.
    """
    for task_type, model in models.items():
        if task_type not in VOCABULARY:
            continue  # a task's number
        places = [backend for backend in backends.values() if not where or backend.name in where]
        found = [each for place in places if (each := _as_candidate(place, task_type, model)) is not None]
        if found and all(candidate.obstacle for candidate in found):
            why = "; or ".join(dict.fromkeys(str(candidate.obstacle) for candidate in found))
            able = command(f"models {task_type}")
            raise UsageError(
                f"{task_type} can't be done by {model}: {why}",
                hint="" if able in why else f"{able} lists those that can",
            )


def _as_candidate(backend: Backend, task_type: str, model: str) -> Candidate | None:
    """A model at one place, for any task of the type; None where the place does not know it."""
    try:
        listed = (expert for expert in backend.experts(task_type) if expert.model_id == model)
        expert = next(listed, None) or backend.named(task_type, model)
    except ExpertError as error:
        unusable = Expert(model_id=model, task_type=task_type, backend=backend.name)
        return Candidate(expert=unusable, obstacle=Obstacle(what=error.message))
    return None if expert is None else Candidate(expert=expert, obstacle=backend.obstacle(expert, None))


async def why_no_expert(task: Task, catalog: Catalog, models: Mapping[str, str], where: Sequence[str] = ()) -> str:
    """Why no expert can do a task here."""
    required = models.get(task.key) or models.get(task.type)
    return _reason(task, await catalog.candidates(task, required), required, where)


def _reason(task: Task, everywhere: Sequence[Candidate], required: str | None, where: Sequence[str]) -> str:
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
