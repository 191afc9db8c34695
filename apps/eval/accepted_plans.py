"""`is_accepted`, for `eval requests`: whether a plan equals one of the graphs that are right for its request."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import Any

from ...graph.plan import Plan
from ...graph.vocabulary import VOCABULARY


def shape_of(plan: Plan) -> str:
    """Types with the indexes of the tasks that each depends on: `image-to-text; translation<0`."""
    index = {task.id: str(number) for number, task in enumerate(plan.tasks)}
    links = (",".join(index[source] for source in task.depends_on) for task in plan.tasks)
    return "; ".join(
        f"{task.type}<{sources}" if sources else task.type for task, sources in zip(plan.tasks, links, strict=True)
    )


def is_accepted(plan: Plan, graphs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a plan is one of the graphs, up to the order of tasks and further tasks of a deterministic kind."""
    return any(_equals(plan, graph["tasks"], {tuple(link) for link in graph["links"]}) for graph in graphs)


def _equals(plan: Plan, types: Sequence[str], links: set[tuple[int, int]]) -> bool:
    extra = [t.id for t in plan.tasks if VOCABULARY[t.type].domain == "deterministic" and t.type not in types]
    tasks = [task for task in plan.tasks if task.id not in extra]
    if sorted(task.type for task in tasks) != sorted(types):
        return False
    planned = {(source, task.id) for task in tasks for source in task.depends_on if source not in extra}
    for order in permutations(tasks):
        if [task.type for task in order] == list(types):
            index = {task.id: number for number, task in enumerate(order)}
            if {(index[source], index[target]) for source, target in planned} == links:
                return True
    return False
