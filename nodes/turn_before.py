"""`turn_before`: what the turn before made and did not make, so that "it" means its results and nothing earlier."""

from typing import Any

from ..graph.plan import Plan
from ..graph.result import Result
from ..graph.state import State
from ..graph.vocabulary import VOCABULARY


def turn_before(state: State) -> dict[str, Any]:
    """The fields `unmade`, `made` and `unanswered` of a request; after a turn without tasks the first two as they were.

    A task that failed or was skipped is not named where a last task of the plan made another result of its kind.
    """
    try:
        plan = Plan.model_validate(state.get("plan") or {"tasks": []})
    except ValueError:  # of an earlier version, whose task types are not all known here
        return {}
    request = (state.get("run") or {}).get("request") or {}
    known, text = tuple(request.get("unanswered") or ()), request.get("text", "")
    if not plan.tasks:
        kept = {name: request[name] for name in ("unmade", "made") if request.get(name)}
        return {**kept, "unanswered": (*known, text)} if text else kept
    results = {row.task_id: row for row in map(Result.model_validate, (state.get("results") or {}).values())}
    taken = {number for task in plan.tasks for number in task.depends_on}
    done = [task for task in plan.tasks if task.id in results and results[task.id].ok]
    kinds = {_kind(task.type) for task in done if task.id not in taken}
    left = (task.type for task in plan.tasks if task not in done and _kind(task.type) not in kinds)
    made = [(r.sha256, task.id not in taken) for task in done for r in results[task.id].resources if r.sha256]
    unanswered = tuple(each for each in known if each != text) if done or not text else (*known, text)
    return {"unmade": tuple(dict.fromkeys(left)), "made": tuple(made), "unanswered": unanswered}


def _kind(task_type: str) -> str:
    return VOCABULARY[task_type].outputs[0].kind
