"""Calls to models on this machine."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.task import Scalar, Task
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.local.backend import LocalBackend
from materials import material

Given = str | Path | Sequence[str | Path]
Do = Callable[..., Coroutine[Any, Any, dict[str, Artifact]]]


def call_for(
    place: LocalBackend,
    task_type: str,
    model_id: str,
    given: dict[str, Given],
    scratch: Path,
    *,
    timeout: float = 120,
    goal: str = "",
    **parameters: Scalar | tuple[Scalar, ...],
) -> Call:
    """A call to a model; raises `AssertionError` if the backend has none of that id."""
    expert = place.named(task_type, model_id)
    assert expert is not None, f"{task_type} is not done here"
    inputs = {
        name: tuple(material(v) for v in ([value] if isinstance(value, str | Path) else value))
        for name, value in given.items()
    }
    assert set(inputs) <= {port.name for port in VOCABULARY[task_type].inputs}
    named = {
        name: values[0].resource if len(values) == 1 else tuple(v.resource for v in values)
        for name, values in inputs.items()
    }
    task = Task(id=1, type=task_type, inputs=named, goal=goal, parameters=dict(parameters))
    return Call(run_id="test", key="1", task=task, expert=expert, inputs=inputs, scratch=scratch, timeout=timeout)
