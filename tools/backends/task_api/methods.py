"""`method` and `methods`: the registry of functions that call huggingface_hub's `InferenceClient`, by task type.

Each function takes a client that is bound to one model and a `Call`, sends bytes and text only (never a path or a URL,
which the client would open or fetch), and returns checked artifacts. To add one, write a function with the decorator in
the file of its domain.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ....graph.task import Task
from ..accepts import Accepts, ignored

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

    Request = Callable[[InferenceClient, Call], list[Artifact]]

_DOMAINS = ("text", "images", "audio", "video")


@dataclass(frozen=True)
class Method:
    """How the task API does one task type."""

    provider_task: str
    """The providers' name for it: a pipeline tag, or `conversational` for chat completions."""
    request: Request
    uses: frozenset[str] = frozenset()
    """Names of the optional inputs and the parameters that reach the model; required inputs always do."""
    accepts: Accepts | None = None

    def refusal(self, task: Task, model_id: str) -> str | None:
        """Why the model can't do a task this way, for instance because a parameter would be ignored."""
        return ignored(task, self.uses) or self.model_refusal(task, model_id)

    def model_refusal(self, task: Task, model_id: str) -> str | None:
        """Why the model is not for a task, whatever reaches it."""
        return self.accepts(task, model_id) if self.accepts else None


_METHODS: dict[str, Method] = {}


def method(
    *task_types: str, provider_task: str = "", uses: Iterable[str] = (), accepts: Accepts | None = None
) -> Callable[[Request], Request]:
    """Register a function for task types; `provider_task` where the providers have another name for it."""

    def register(request: Request) -> Request:
        for task_type in task_types:
            _METHODS[task_type] = Method(provider_task or task_type, request, frozenset(uses), accepts)
        return request

    return register


@functools.cache
def methods() -> dict[str, Method]:
    """All methods by task type."""
    for domain in _DOMAINS:
        importlib.import_module(f"{__package__}.{domain}")
    return dict(_METHODS)
