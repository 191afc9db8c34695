"""`strength`: how strongly a task asks for an operation: 1 as usual, less for "slight", more for "strong"."""

from ....graph.task import Task

_FACTORS = {"slight": 0.5, "strong": 2.0}


def strength(task: Task) -> float:
    """The factor of the parameter `strength`; 1 without it."""
    return _FACTORS.get(str(task.parameters.get("strength") or ""), 1.0)
