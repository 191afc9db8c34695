"""Calls to embedded experts."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.task import Scalar, Task
from hugginggpt.tools.backends.embedded.registry import registered
from materials import material

Given = str | Path | Sequence[str | Path]


def call_of(
    name: str, scratch: Path, given: dict[str, Given], goal: str, parameters: dict[str, Scalar], *, timeout: float = 60
) -> Call:
    """A call to `embedded/<name>`."""
    entry = registered()[f"embedded/{name}"]
    inputs = {
        key: tuple(material(v) for v in ([value] if isinstance(value, str | Path) else value))
        for key, value in given.items()
    }
    task = Task(id=1, type=entry.task_type, goal=goal, parameters=dict(parameters))
    return Call(run_id="test", key="1", task=task, expert=entry.expert, inputs=inputs, scratch=scratch, timeout=timeout)


RunExpert = Callable[..., dict[str, Artifact]]
