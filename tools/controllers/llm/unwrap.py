"""Envelopes: the list of tasks, and what else a plan says, out of whatever the model put around them."""

from typing import Any

from ....graph.errors import InvalidPlan
from .references import Told

_ENVELOPES = ("tasks", "plan", "task_list", "task_nodes", "tool_nodes", "nodes", "steps")
_LINKS = ("task_links", "tool_links", "links", "edges")
"""TaskBench's nodes and links, by their names in its answers, in its data, and elsewhere."""
TYPE_KEYS = ("task", "task_type", "type", "tool", "name", "task_name")
"""Names of the key that holds a task's type; the first that is there is taken."""


def links_of(found: Any) -> Any:
    """TaskBench's links, where there are any."""
    return next((found[key] for key in _LINKS if key in found), None) if isinstance(found, dict) else None


def unwrapped(found: Any, tell: Told) -> tuple[list[Any], tuple[str, ...]]:
    """The list of tasks, out of whatever object or list it stands in."""
    refusals: Any = []
    if isinstance(found, dict) and not is_task(found):
        refusals = found.get("refusals") or []
        keys = [key for key in _ENVELOPES if isinstance(found.get(key), list | dict)]
        inner = list(found.values())
        if keys:
            if keys[0] != "tasks":
                tell(f"the tasks stood under {keys[0]!r}")
            found = found[keys[0]]
        elif len(inner) == 1 and isinstance(inner[0], list | dict):
            tell(f"the plan stood under {next(iter(found))!r}")
            return unwrapped(inner[0], tell)
        else:
            found = [] if found.get("tasks", 0) is None or ("refusals" in found and "tasks" not in found) else found
    if isinstance(found, dict) and (is_task(found) or all(map(is_task, found.values()))):
        found = [found] if is_task(found) else list(found.values())
        tell("the tasks were not in a list")
    while isinstance(found, list) and found and all(isinstance(entry, list) for entry in found):
        found = [member for entry in found for member in entry]
        tell("the tasks stood in a list within a list")
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InvalidPlan(['the answer must be {"tasks": [...], "refusals": [...]}, with an object for each task'])
    refusals = [refusals] if isinstance(refusals, str) else refusals if isinstance(refusals, list) else []
    return found, tuple(str(refusal) for refusal in refusals if refusal)


def is_task(value: Any) -> bool:
    """Whether it names a task type, under whatever key."""
    return isinstance(value, dict) and any(isinstance(value.get(key), str) for key in TYPE_KEYS)
