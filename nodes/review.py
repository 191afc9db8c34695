"""The stage `review`: reports the plan with what can't run here, and pauses for approval if the run's options say so."""

from collections.abc import Mapping
from typing import Any

from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt

from ..graph.errors import InvalidInput, InvalidPlan
from ..graph.events import PlanReady, RunWaiting, emit
from ..graph.plan import Plan
from ..graph.ports import Catalog, Fetcher, Ledger, Store
from ..graph.redactor import Redactor
from ..graph.resource import Resource
from ..graph.result import Proposal, Run
from ..graph.state import Json, Node, State, epoch_of
from ..graph.task import resources_in
from .execution import current
from .feasibility import warnings_of
from .long_texts import long_texts_stored

QUESTION = "run this plan?"


def review_node(*, catalog: Catalog, fetcher: Fetcher, ledger: Ledger, store: Store, redact: Redactor) -> Node[State]:
    """The stage before anything is spent. With `approve="always"` the run pauses here.

    The pause is answered with `True`, `False`, or `{"approve": True, "plan": the paper's JSON}` to run an edited plan. One
    question an execution: an edited plan that can't be run leads to `problems`, and through `dispatch` here again.
    """

    async def review(state: State) -> Json:
        run, plan = Run.model_validate(state["run"]), Plan.model_validate(state["plan"])
        await current().own(run.run_id)
        warnings = await _announce(run, plan, catalog)
        if run.options.approve == "never" or not plan.tasks:
            return {"problems": []}
        verdict = await _ask(run, plan, warnings, state.get("problems") or [], ledger)
        await ledger.runs.set_status(run.run_id, "running")
        if verdict.get("approve") is not True:
            return {"problems": [], "run": run.model_copy(update={"status": "cancelled"}).model_dump(mode="json")}
        if verdict.get("plan") is None:
            return {"problems": []}
        try:
            edited = Plan.from_hugginggpt(verdict["plan"], await _known(run, plan, verdict["plan"], fetcher))
        except (InvalidPlan, InvalidInput) as error:
            return {"problems": list(error.problems) if isinstance(error, InvalidPlan) else [str(error)]}
        edited = await long_texts_stored(redact.record(edited), store)
        run = run.model_copy(update={"repairs": (*run.repairs, "the plan was edited by hand")})
        proposal = Proposal(plan=edited, refusals=run.refusals, repairs=run.repairs)
        await ledger.runs.planned(run.run_id, epoch_of(run.run_id, edited.digest), proposal, run.controller)
        await _announce(run, edited, catalog)
        return {"problems": [], "plan": edited.model_dump(mode="json"), "run": run.model_dump(mode="json")}

    return review


async def _announce(run: Run, plan: Plan, catalog: Catalog) -> list[str]:
    warnings = await warnings_of(plan, catalog, run.options.models, run.options.where)
    emit(PlanReady.of(run, plan, warnings))
    return warnings


async def _ask(run: Run, plan: Plan, warnings: list[str], problems: list[str], ledger: Ledger) -> Mapping[str, Any]:
    """Pause until the run is resumed with a verdict; whoever resumes it owns it then."""
    question = {"question": QUESTION, "plan": plan.to_hugginggpt(), "warnings": warnings, "problems": problems}
    try:
        verdict = interrupt(question)
    except GraphInterrupt:
        await ledger.runs.set_status(run.run_id, "waiting")
        emit(RunWaiting(run_id=run.run_id, question="; ".join((QUESTION, *problems))))
        await ledger.runs.disown(run.run_id)
        raise
    return verdict if isinstance(verdict, Mapping) else {"approve": verdict}


async def _known(run: Run, plan: Plan, edited: Any, fetcher: Fetcher) -> tuple[Resource, ...]:
    """The data an edited plan may name: the run's files, those of the first plan, and new files that exist."""
    had = [r for task in plan.tasks for value in task.inputs.values() for r in resources_in(value)]
    given = {resource.name for resource in (*run.request.files, *had)}
    drafts = Plan.from_hugginggpt(edited).tasks
    named = {r.name for task in drafts for value in task.inputs.values() for r in resources_in(value) if r.missing}
    new = await fetcher.gather("", sorted(name for name in named - given if name))
    return (*run.request.files, *had, *new)
