"""Methods: which call of huggingface_hub's `InferenceClient` does a task type, and how its answer is read.

Each takes a client that is bound to one model and a `Call`, sends bytes and text only (never a path or a URL, which the
client would open or fetch), and gives checked artifacts. Add one: a function with the decorator, in the file of its domain.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ....graph.task import Task
from ..accepts import Accepts, given_in, unheeded

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

    Ask = Callable[[InferenceClient, Call], list[Artifact]]

_DOMAINS = ("text", "images", "audio", "video")


@dataclass(frozen=True)
class Method:
    """A way to have a task type done."""

    task_type: str
    provider_task: str
    """The provider's word for it: a pipeline tag, or `conversational` for chat completions."""
    ask: Ask
    heeds: frozenset[str] = frozenset()
    """Names of the optional inputs and the parameters that reach the model; what is required always does."""
    accepts: Accepts | None = None

    def refusal(self, task: Task, model_id: str) -> str | None:
        """Why a task is not for this way and that model: something that it says would be lost, say."""
        reason = unheeded(self.task_type, given_in(task), self.heeds)
        return reason or (self.accepts(task, model_id) if self.accepts else None)


_METHODS: dict[str, Method] = {}


def method(
    *task_types: str, provider_task: str = "", heeds: Iterable[str] = (), accepts: Accepts | None = None
) -> Callable[[Ask], Ask]:
    """Register a function for task types; `provider_task` where the providers call it otherwise."""

    def register(ask: Ask) -> Ask:
        for task_type in task_types:
            _METHODS[task_type] = Method(task_type, provider_task or task_type, ask, frozenset(heeds), accepts)
        return ask

    return register


@functools.cache
def methods() -> dict[str, Method]:
    """All of them, by task type."""
    for domain in _DOMAINS:
        importlib.import_module(f"{__package__}.{domain}")
    return dict(_METHODS)
