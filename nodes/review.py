"""The stage `review`: reports the plan with what can't run here, and pauses for approval if the run's options say so."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from langgraph.errors import GraphInterrupt
from langgraph.types import Overwrite, interrupt

from ..graph.approval import asks
from ..graph.clock import now
from ..graph.errors import InvalidInput, InvalidPlan
from ..graph.estimate import Estimate
from ..graph.events import PlanReady, RunWaiting, TaskFinished, emit
from ..graph.plan import Plan
from ..graph.ports import Catalog, Fetcher, Ledger, Store
from ..graph.redactor import Redactor
from ..graph.result import PLAN_EDITED, REFUSED, Proposal, Result, Run
from ..graph.state import Json, Node, State, epoch_of
from .controller_here import ControllerHere
from .edits import Edits, read_edits
from .estimates import Estimates, over_budget, refuse_unpriced
from .execution import current
from .feasibility import looked_up
from .given_plan import refusals_with, with_tasks
from .known_data import known_data
from .long_texts import long_texts_stored
from .verdicts import QUESTION, Unreadable, question_of, read_verdict


def review_node(
    *,
    here: ControllerHere,
    catalog: Catalog,
    estimates: Estimates,
    fetcher: Fetcher,
    ledger: Ledger,
    store: Store,
    redact: Redactor,
) -> Node[State]:
    """The stage before anything is spent. Where `approve` and the estimate say so, the run pauses here.

    Replies are read by `verdicts.py`. One question an execution: a reply that can't be read, or an edited plan that can't be
    run, leads to `problems`, and through `dispatch` here again.
    """

    async def review(state: State) -> Json:
        await current().own(state["run"]["run_id"])
        try:
            edits = await read_edits(state, ledger, store, current().edited_fields)
        except InvalidPlan as error:
            return await _as_recorded(state["run"]["run_id"], error.problems, ledger)
        run, plan, taken = edits.run, edits.plan, {}
        if edits.what:
            run, plan = await _adopted(edits, ledger, store, redact)
            taken = _as_state(run, plan, edits.results)
        done = {int(key) for key, row in (state.get("results") or {}).items() if row.get("status") == "succeeded"}
        warnings, estimate = await announce(run, plan, done)
        if run.parent and not taken:
            _report_taken_over(run, state.get("results") or {}, store)
        refuse_unpriced(run, estimate)
        problems = state.get("problems") or []
        over, why = asks(run.options.approve, estimate)
        # once asked, it asks: a later estimate must not pass over the reply
        if run.options.approve == "never" or not plan.tasks or not (over or problems or current().asked):
            return {"problems": [], **taken}
        reply = await _ask(run, plan, estimate, why, warnings, problems, ledger)
        await ledger.runs.set_status(run.run_id, "running")
        try:
            verdict = read_verdict(reply)
        except Unreadable as error:
            return {"problems": [str(error)], **taken}
        if not verdict.approve:
            answer = redact.text(f"{REFUSED} Reason: {verdict.reason}" if verdict.reason else REFUSED)
            refused = run.model_copy(update={"status": "refused", "answer": answer}).model_dump(mode="json")
            return {"problems": [], **taken, "run": refused}
        if verdict.plan is None:
            return {"problems": [], **taken}
        try:
            known = await known_data(run, plan, verdict.plan, fetcher)
            edited = with_tasks(Plan.from_hugginggpt(verdict.plan, known))
        except (InvalidPlan, InvalidInput) as error:
            return {"problems": list(error.problems) if isinstance(error, InvalidPlan) else [str(error)], **taken}
        rows = tuple(row for row in edits.results if row.task_id in edited.by_id)
        edits = Edits(run, edited, rows, (PLAN_EDITED,))
        run, plan = await _adopted(edits, ledger, store, redact)
        await announce(run, plan, {row.task_id for row in edits.results})
        return {"problems": [], **_as_state(run, plan, edits.results)}

    async def announce(run: Run, plan: Plan, done: Collection[int]) -> tuple[list[str], Estimate]:
        """Report the plan, what can't run, and what the tasks that are not `done` are expected to spend."""
        warnings, experts = await looked_up(plan, catalog, run.options.models, run.options.where)
        if other := here.instead_of(run):
            warnings = [other, *warnings]
        estimate = await estimates.of(plan, run.options, run.request.text, experts, done)
        warnings = [*warnings, *over_budget(run.options, estimate)]
        emit(PlanReady.of(run, plan, warnings, estimate))
        return warnings, estimate

    return review


async def _adopted(edits: Edits, ledger: Ledger, store: Store, redact: Redactor) -> tuple[Run, Plan]:
    """Record what was edited, in an epoch of its own."""
    plan = await long_texts_stored(redact.record(edits.plan), store)
    repairs = tuple(dict.fromkeys((*edits.run.repairs, *edits.what)))
    options = redact.record(edits.run.options).begun(now())
    refusals = refusals_with(plan, edits.run) if PLAN_EDITED in edits.what else edits.run.refusals
    changed = {"repairs": repairs, "refusals": refusals, "options": options, "status": "running", "answer": ""}
    run = edits.run.model_copy(update=changed)
    run = run.model_copy(update={"epoch": epoch_of(run, plan, edits.results)})
    proposal = Proposal(plan=plan, refusals=run.refusals, repairs=repairs)
    for result in edits.results:
        await ledger.put(run.run_id, run.thread_id, run.epoch, result)
    await ledger.runs.planned(run.run_id, run.epoch, proposal, run.controller)
    await ledger.runs.set_options(run.run_id, options)
    await current().read_limits(run.run_id)
    return run, plan


async def _as_recorded(run_id: str, problems: Sequence[str], ledger: Ledger) -> Json:
    """The state as the ledger has it, where an edit can't be run; the reasons are its `problems`."""
    run = await ledger.runs.recorded(run_id)
    if run is None:
        raise InvalidPlan(problems)
    bare = run.model_copy(update={"plan": Plan(), "results": (), "answer": "", "status": "running"})
    return {"problems": list(problems), **_as_state(bare, run.plan, run.results)}


def _as_state(run: Run, plan: Plan, results: Sequence[Result]) -> Json:
    """What replaces the state. Results that are not given are those of tasks that are sent again."""
    return {
        "run": run.model_dump(mode="json"),
        "plan": plan.model_dump(mode="json"),
        "results": Overwrite({row.key: row.model_dump(mode="json") for row in results}),
    }


def _report_taken_over(run: Run, rows: Mapping[str, Json], store: Store) -> None:
    """The tasks that a fork has done already: they are not sent."""
    for row in map(Result.model_validate, rows.values()):
        paths = {made.sha256: str(store.path(made)) for made in row.resources if made.sha256}
        emit(TaskFinished(run_id=run.run_id, result=row, recorded=True, paths=paths))


async def _ask(
    run: Run, plan: Plan, estimate: Estimate, why: list[str], warnings: list[str], problems: list[str], ledger: Ledger
) -> Any:
    """Pause until the run is resumed with a reply; whoever resumes it owns it then."""
    try:
        return interrupt(question_of(plan, estimate, [*why, *warnings], problems))
    except GraphInterrupt:
        await ledger.runs.set_status(run.run_id, "waiting")
        emit(RunWaiting(run_id=run.run_id, question="; ".join((QUESTION, *problems, *why)), estimate=estimate))
        await ledger.runs.disown(run.run_id)
        raise
