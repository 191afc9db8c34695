"""Review: say what can't run here before anything is spent, and wait for approval when asked to."""

from collections.abc import Mapping
from typing import Any

from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt

from ..graph.events import PlanReady, RunWaiting, emit
from ..graph.plan import Plan
from ..graph.ports import Catalog, Fetcher, Ledger
from ..graph.result import Proposal, Run
from ..graph.state import State, epoch_of
from ..graph.task import Task, resources_in

QUESTION = "run this plan?"


async def review(state: State, *, catalog: Catalog, fetcher: Fetcher, ledger: Ledger) -> dict[str, Any]:
    """Announce the plan with its warnings. With `approve="always"` it pauses here.

    The pause is answered with `True`, `False`, or `{"approve": bool, "plan": the paper's JSON}` to run an edited plan.
    """
    run, plan = Run.model_validate(state["run"]), Plan.model_validate(state["plan"])
    await ledger.own(run.run_id)
    warnings = await warnings_of(plan, catalog, run.options.models)
    emit(
        PlanReady(
            run_id=run.run_id,
            plan=plan,
            refusals=run.refusals,
            mends=run.mends,
            warnings=tuple(warnings),
            controller=run.controller,
        )
    )
    if run.options.approve == "never" or not plan.tasks:
        return {}
    verdict = await _ask(run, plan, warnings, ledger)
    await ledger.set_status(run.run_id, "running")
    if not verdict["approve"]:
        return {"run": run.model_copy(update={"status": "cancelled"}).model_dump(mode="json")}
    if verdict.get("plan") is None:
        return {}
    plan = Plan.from_hugginggpt(verdict["plan"], await _known(run, verdict["plan"], fetcher))
    proposal = Proposal(plan=plan, refusals=run.refusals, mends=(*run.mends, "the plan was edited by hand"))
    await ledger.planned(run.run_id, epoch_of(run.run_id, plan.digest), proposal, run.controller)
    return {
        "plan": plan.model_dump(mode="json"),
        "run": run.model_copy(update={"mends": proposal.mends}).model_dump(mode="json"),
    }


async def _ask(run: Run, plan: Plan, warnings: list[str], ledger: Ledger) -> dict[str, Any]:
    """Pause until somebody answers; anything but a clear yes is a no."""
    question = {"question": QUESTION, "plan": plan.to_hugginggpt(), "warnings": warnings}
    try:
        verdict = interrupt(question)
    except GraphInterrupt:
        await ledger.set_status(run.run_id, "waiting")
        emit(RunWaiting(run_id=run.run_id, question=QUESTION))
        raise
    return dict(verdict) if isinstance(verdict, Mapping) and "approve" in verdict else {"approve": verdict is True}


async def _known(run: Run, edited: Any, fetcher: Fetcher) -> tuple[Any, ...]:
    """The files an edited plan may name: the run's own, and new ones that are there."""
    given = {file.name for file in run.request.files}
    drafts = Plan.from_hugginggpt(edited).tasks
    named = {r.name for task in drafts for value in task.inputs.values() for r in resources_in(value) if r.name}
    return (*run.request.files, *(await fetcher.gather("", sorted(named - given - {None}))))


async def warnings_of(plan: Plan, catalog: Catalog, models: Mapping[str, str]) -> list[str]:
    """What will fail, and what one line would change that."""
    found: list[str] = []
    for task in plan.tasks:
        missing = [r.label for value in task.inputs.values() for r in resources_in(value) if r.missing]
        found += [f"task {task.label}: {name} is not there" for name in missing]
        if obstacle := await obstacle_to(task, catalog, models):
            found.append(f"task {task.label}: {obstacle}")
    return found


async def obstacle_to(task: Task, catalog: Catalog, models: Mapping[str, str]) -> str | None:
    """Why no expert here can do a task, or None."""
    candidates = await catalog.candidates(task)
    wanted = models.get(task.key) or models.get(task.type)
    if wanted is not None:
        candidates = [c for c in candidates if c.expert.model_id == wanted]
        if not candidates:
            return f"there is no expert {wanted}; `hugginggpt models {task.type}` lists them"
    if not candidates:
        return "no expert is known for it here"
    if any(candidate.obstacle is None for candidate in candidates):
        return None
    by_reason: dict[str, list[str]] = {}
    for candidate in candidates:
        by_reason.setdefault(candidate.obstacle or "", []).append(candidate.expert.model_id)
    return "; ".join(f"{', '.join(models)}: {reason}" for reason, models in by_reason.items())
