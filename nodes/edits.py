"""`read_edits`: what a client has changed by hand in the state of a run (`update_state`, Studio), and why it can't be run.

An edited result becomes a row of its own, without expert and fingerprint, in an epoch of its own: its hash decides which
tasks are done again. Rows and files that were recorded stay as they are.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from ..graph.errors import InvalidPlan
from ..graph.options import CHANGEABLE, Options
from ..graph.plan import Plan
from ..graph.ports import Ledger, Store
from ..graph.resource import Frozen
from ..graph.result import OPTIONS_EDITED, PLAN_EDITED, Result, Run
from ..graph.state import State, epoch_of, legacy_epoch
from ..graph.task import resources_in
from .edited_fields import EditedFields
from .edited_results import edited_result, validation_problems
from .given_plan import is_path
from .run_options import unknown_choices

N = TypeVar("N", bound=Frozen)
CHOICES = {"approve", "where", "models", "select", "llm", "redo"}
"""The options that are compared with the run's row; limits may be older than the row: see `edited_fields.py`."""


@dataclass(frozen=True)
class Edits:
    """Run and plan as a state has them, and what of it differs from what is recorded."""

    run: Run
    plan: Plan
    results: tuple[Result, ...] = ()
    """Those that were edited by hand, now or earlier."""
    what: tuple[str, ...] = ()
    """What was edited since, a sentence each; empty where nothing was."""


async def read_edits(state: State, ledger: Ledger, store: Store, fields: EditedFields) -> Edits:
    """`fields`: what else was edited. Raises `InvalidPlan`; its problems name each edit that can't be run."""
    problems: list[str] = list(fields.refused)
    run, plan = _read(Run, state["run"], "run", problems), _read(Plan, state["plan"], "plan", problems)
    if run is None or plan is None:
        raise InvalidPlan(problems)
    recorded = await ledger.runs.recorded(run.run_id)
    if recorded is None:
        return Edits(run, plan)
    if recorded.thread_id != run.thread_id:
        raise InvalidPlan([f"run.run_id: {run.run_id} is a run of another conversation"])
    known = {r.sha256 for r in await ledger.thread_resources(run.thread_id)} | _named(recorded.plan)
    problems += ["plan: it has no task"] if recorded.plan.tasks and not plan.tasks else []
    if _named(plan) - known:
        problems.append("plan: it names data that is not of this conversation")
    problems += await asyncio.to_thread(lambda: list(_paths_as_texts(plan, recorded.plan)))
    if run.epoch and not run.epoch.startswith(f"{run.run_id}:"):
        problems.append("run.epoch: there is no such epoch of this run")
    if run.options.models != recorded.options.models:
        problems += [f"run.{problem}" for problem in unknown_choices(run.options.models)]
    what = [PLAN_EDITED] if plan.digest != recorded.plan.digest else []
    what += [OPTIONS_EDITED] if _choices(run.options) != _choices(recorded.options) else []
    what += [f"{name} was edited by hand: it is {value}" for name, value in fields.limits.items()]
    kept = {name: getattr(recorded.options, name) for name in CHANGEABLE} | dict(fields.limits)
    run = run.model_copy(update={"options": run.options.model_copy(update=kept)})
    results, base = list[Result](), run.epoch or recorded.epoch
    rows = await ledger.results(base, list(state.get("results") or {}))
    for key, given in (state.get("results") or {}).items():
        row = rows.get(key)
        task = plan.by_id.get(int(key)) if key.isdecimal() else None
        if row and _is_row(given, row):
            results += [row] if row.edited and task else []
        elif task is None:
            problems.append(f"results.{key}: there is no task {key} in the plan")
        elif (made := await edited_result(given, task, row, known, store, problems)) and (row or made.ok):
            results.append(made)
            what.append(f"the result of task {task.label} was edited by hand")
    if problems:
        raise InvalidPlan(problems)
    epoch = epoch_of(run, plan, results) if run.epoch or what else legacy_epoch(run.run_id, plan)
    apart = ("approve", "llm")  # choices that are no part of an epoch
    changed = any(getattr(run.options, name) != getattr(recorded.options, name) for name in apart)
    if epoch == base and not changed and not fields.limits:
        return Edits(run, plan, tuple(results))  # also of a plan that was current before a later edit
    return Edits(run, plan, tuple(results), tuple(what or [PLAN_EDITED]))


def _is_row(given: Any, row: Result) -> bool:
    """Whether a result in the state is the recorded one; not as JSON, in which earlier versions lack fields."""
    try:
        return Result.model_validate(given) == row
    except ValidationError:
        return False


def _read(noun: type[N], data: Any, where: str, problems: list[str]) -> N | None:
    try:
        return noun.model_validate(data)
    except InvalidPlan as error:
        problems += error.problems
    except ValidationError as error:
        problems += validation_problems(error, where)
    return None


def _paths_as_texts(plan: Plan, recorded: Plan) -> Iterable[str]:
    """A sentence for each text that was written into the plan and is a path: an edited state brings no new files."""
    had = {text for _, _, text in _texts(recorded)}
    for task, name, text in _texts(plan):
        if text not in had and is_path(text):
            yield f"plan: {name} of task {task} is the path {text}: give a new file in a fork with another plan"


def _texts(plan: Plan) -> Iterable[tuple[str, str, str]]:
    for task in plan.tasks:
        for name, value in task.inputs.items():
            for single in value if isinstance(value, tuple) else (value,):
                if isinstance(single, str):
                    yield task.label, name, single


def _named(plan: Plan) -> set[str | None]:
    """The hashes of the data in a plan."""
    values = (value for task in plan.tasks for value in task.inputs.values())
    return {resource.sha256 for value in values for resource in resources_in(value) if not resource.missing}


def _choices(options: Options) -> Mapping[str, Any]:
    return options.model_dump(include=CHOICES)
