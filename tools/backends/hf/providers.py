"""`provider_for`, for `HfBackend`: which Inference Provider to call for a model and a task, of those that serve it."""

import functools

from ...catalog.hub_model import HubModel
from ..task_api.methods import Method

ROUTED = "auto"
"""The provider is chosen by Hugging Face's router for chat, or by the client where the catalogue lists none."""
OWN = "hf-inference"
"""Hugging Face's own servers."""


def provider_for(model: HubModel, method: Method, requested: str = "") -> str | None:
    """The provider to call for `model`; None where none that serves it can do this. `requested`: the user's own choice."""
    if not model.servings:
        return requested or ROUTED
    serving = [s.provider for s in model.servings if s.live and s.task == method.provider_task]
    if method.provider_task == "conversational" and serving:
        return ROUTED if not requested else requested if requested in serving else None
    able = [provider for provider in serving if method.provider_task in _tasks_of(provider)]
    return next((provider for provider in able if not requested or provider == requested), None)


@functools.cache
def _tasks_of(provider: str) -> frozenset[str]:
    from huggingface_hub.inference import _providers  # the public names list the providers, and not their tasks

    known = getattr(_providers, "PROVIDERS", {})
    return frozenset(known.get(provider, ()))
