"""`unwrap` finds the tasks, links and refusals in a plan's JSON, whatever objects or lists the model puts around them."""

import re
from typing import Any, NamedTuple

from ....graph.errors import InvalidPlan

_TASKS = ("tasks", "plan", "task_list", "task_nodes", "tool_nodes", "nodes", "steps")
_LINKS = ("task_links", "tool_links", "links", "edges")
"""TaskBench's nodes and links, by their names in its answers, in its data, and elsewhere."""
TYPE_KEYS = ("task", "task_type", "type", "tool", "name", "task_name")
"""Names of the key that holds a task's type; the first that is present is used."""

_ARGUMENTS = ("arguments", "parameters", "input")
"""Where a call of a function that is written as text has the plan."""

Link = tuple[str, str]
"""(source, target), each the position or the name of a task: the target comes after the source."""


class RawPlan(NamedTuple):
    """A plan without its wrapping; its tasks are the objects that the model wrote."""

    tasks: tuple[dict[str, Any], ...]
    links: tuple[Link, ...]
    refusals: tuple[str, ...]
    repairs: tuple[str, ...]


def unwrap(value: Any) -> RawPlan:
    """The plan in the JSON of an answer. Raises `InvalidPlan` where it holds no list of tasks."""
    if (call := _called_with(value)) is not None:
        plan = unwrap(call)
        return plan._replace(repairs=("the plan was written as a call of a function", *plan.repairs))
    if not isinstance(value, dict) or is_task(value):
        return _raw_plan(value)
    if key := next((key for key in _TASKS if isinstance(value.get(key), list | dict)), None):
        repairs = () if key == "tasks" else (f"the list of tasks was under {key!r}",)
        return _raw_plan(value[key], value, repairs)
    inner = list(value.values())
    if len(inner) == 1 and isinstance(inner[0], list | dict):
        plan = unwrap(inner[0])
        return plan._replace(repairs=(f"the plan was under {next(iter(value))!r}", *plan.repairs))
    no_tasks = value.get("tasks", 0) is None or ("refusals" in value and "tasks" not in value)
    return _raw_plan([] if no_tasks else value, value)


def _called_with(value: Any) -> dict[str, Any] | None:
    """The arguments of a call that is written as text (`<tool_call>{"name": ..., "arguments": {"tasks": ...}}`)."""
    if not isinstance(value, dict) or "name" not in value:
        return None
    given: dict[str, Any] = next((value[key] for key in _ARGUMENTS if isinstance(value.get(key), dict)), {})
    return given if any(isinstance(given.get(key), list) for key in _TASKS) else None


def is_task(value: Any) -> bool:
    """Whether an object names a task type, under any key."""
    return isinstance(value, dict) and any(isinstance(value.get(key), str) for key in TYPE_KEYS)


def _raw_plan(tasks: Any, around: dict[str, Any] | None = None, repairs: tuple[str, ...] = ()) -> RawPlan:
    """`around`: the object that holds the tasks, where there is one."""
    if isinstance(tasks, dict) and (is_task(tasks) or all(map(is_task, tasks.values()))):
        tasks = [tasks] if is_task(tasks) else list(tasks.values())
        repairs += ("the tasks were not in a list",)
    while isinstance(tasks, list) and tasks and all(isinstance(task, list) for task in tasks):
        tasks = [member for task in tasks for member in task]
        repairs += ("the tasks were in a list within a list",)
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise InvalidPlan(['the answer must be {"tasks": [...], "refusals": [...]}, with an object for each task'])
    around = around or {}
    tasks = [
        {**task, "goal": goal} if goal and not task.get("goal") else task
        for task, goal in zip(tasks, _goals(around, len(tasks)), strict=True)
    ]
    return RawPlan(tuple(tasks), _links(around), _refusals(around.get("refusals")), repairs)


def _goals(around: dict[str, Any], number: int) -> list[str]:
    """TaskBench's sentence for each task, without its number; they say what a task is for."""
    steps = around.get("task_steps")
    if not isinstance(steps, list) or len(steps) != number or not all(isinstance(step, str) for step in steps):
        return [""] * number
    return [re.sub(r"^\s*(?:step\s*)?\d+\s*[:.)]\s*", "", step, flags=re.IGNORECASE) for step in steps]


def _refusals(value: Any) -> tuple[str, ...]:
    refusals = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(str(refusal) for refusal in refusals if refusal)


def _links(around: dict[str, Any]) -> tuple[Link, ...]:
    links = next((around[key] for key in _LINKS if key in around), None)
    ends = [
        [each.get("source"), each.get("target")] if isinstance(each, dict) else each
        for each in (links if isinstance(links, list) else ())
    ]
    return tuple((str(each[0]), str(each[1])) for each in ends if isinstance(each, list) and len(each) == 2)
