"""Review: say what can't run here before anything is spent, and wait for approval when asked to."""

from collections.abc import Mapping
from typing import Any

from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt

from ..graph.errors import InvalidInput, InvalidPlan
from ..graph.events import PlanReady, RunWaiting, emit
from ..graph.plan import Plan
from ..graph.ports import Catalog, Fetcher, Ledger
from ..graph.result import Proposal, Run
from ..graph.state import State, epoch_of
from ..graph.task import Task, resources_in

QUESTION = "run this plan?"


async def review(state: State, *, catalog: Catalog, fetcher: Fetcher, ledger: Ledger) -> dict[str, Any]:
    """Announce the plan with its warnings. With `approve="always"` it pauses here.

    The pause is answered with `True`, `False`, or `{"approve": bool, "plan": the paper's JSON}` to run an edited plan. An
    edited plan that can't be run is asked for again, with its problems.
    """
    run, plan = Run.model_validate(state["run"]), Plan.model_validate(state["plan"])
    await ledger.own(run.run_id)
    warnings = await _announce(run, plan, catalog)
    if run.options.approve == "never" or not plan.tasks:
        return {}
    approved, edited = await _ask(run, plan, warnings, fetcher, ledger)
    await ledger.set_status(run.run_id, "running")
    if not approved:
        return {"run": run.model_copy(update={"status": "cancelled"}).model_dump(mode="json")}
    if edited is None:
        return {}
    run = run.model_copy(update={"mends": (*run.mends, "the plan was edited by hand")})
    proposal = Proposal(plan=edited, refusals=run.refusals, mends=run.mends)
    await ledger.planned(run.run_id, epoch_of(run.run_id, edited.digest), proposal, run.controller)
    await _announce(run, edited, catalog)
    return {"plan": edited.model_dump(mode="json"), "run": run.model_dump(mode="json")}


async def _announce(run: Run, plan: Plan, catalog: Catalog) -> list[str]:
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
    return warnings


async def _ask(run: Run, plan: Plan, warnings: list[str], fetcher: Fetcher, ledger: Ledger) -> tuple[bool, Plan | None]:
    """Pause until somebody answers; anything but a clear yes is a no. Gives the edited plan, if there is one."""
    problems: tuple[str, ...] = ()
    while True:
        question = {
            "question": QUESTION,
            "plan": plan.to_hugginggpt(),
            "warnings": warnings,
            "problems": list(problems),
        }
        try:
            verdict = interrupt(question)
        except GraphInterrupt:
            await ledger.set_status(run.run_id, "waiting")
            emit(RunWaiting(run_id=run.run_id, question="; ".join((QUESTION, *problems))))
            raise
        answer: Mapping[str, Any] = verdict if isinstance(verdict, Mapping) else {"approve": verdict is True}
        if not answer.get("approve") or answer.get("plan") is None:
            return bool(answer.get("approve")), None
        try:
            return True, Plan.from_hugginggpt(answer["plan"], await _known(run, answer["plan"], fetcher))
        except InvalidPlan as error:
            problems = error.problems
        except InvalidInput as error:
            problems = (str(error),)


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
        return f"no backend here offers {task.type}"
    if any(candidate.obstacle is None for candidate in candidates):
        return None
    by_reason: dict[str, list[str]] = {}
    for candidate in candidates:
        by_reason.setdefault(candidate.obstacle or "", []).append(candidate.expert.model_id)
    return "; ".join(f"{', '.join(models)}: {reason}" for reason, models in by_reason.items())
