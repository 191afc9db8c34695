"""`unmade_before`: what the turn before was to make and did not, so that "it" is not taken for something earlier."""

from ..graph.plan import Plan
from ..graph.result import Result
from ..graph.state import State
from ..graph.vocabulary import VOCABULARY


def unmade_before(state: State) -> tuple[str, ...]:
    """The types of its failed and skipped tasks, but for those of whose kind a last task of the plan made another result.

    After a turn without tasks those of the turn before that.
    """
    try:
        plan = Plan.model_validate(state.get("plan") or {"tasks": []})
    except ValueError:  # of an earlier version, whose task types are not all known here
        return ()
    if not plan.tasks:
        return tuple(((state.get("run") or {}).get("request") or {}).get("unmade") or ())
    results = {row.task_id: row for row in map(Result.model_validate, (state.get("results") or {}).values())}
    taken = {number for task in plan.tasks for number in task.depends_on}
    done = {number for number, row in results.items() if row.ok}
    made = {_kind(task.type) for task in plan.tasks if task.id in done and task.id not in taken}
    left = (task.type for task in plan.tasks if task.id not in done and _kind(task.type) not in made)
    return tuple(dict.fromkeys(left))


def _kind(task_type: str) -> str:
    return VOCABULARY[task_type].outputs[0].kind
