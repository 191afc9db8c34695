"""Providers: which of those that serve a model our client can ask for a task, by the catalogue's word."""

import functools

from ...catalog.hub_model import HubModel
from ..task_api.methods import Method

ROUTED = "auto"
"""Left to Hugging Face's router, which does chat with whoever is up; or to the client's own look at the Hub, where the
catalogue can't tell."""
OWN = "hf-inference"
"""Hugging Face's own servers."""


def provider_for(model: HubModel, method: Method, wanted: str = "") -> str | None:
    """Whom to ask for `model`; None when nobody who serves it can be asked for this. `wanted`: the user's own choice."""
    if not model.servings:
        return wanted or ROUTED
    serving = [s.provider for s in model.servings if s.live and s.task == method.provider_task]
    if method.provider_task == "conversational" and serving:
        return ROUTED if not wanted else wanted if wanted in serving else None
    able = [provider for provider in serving if method.provider_task in _tasks_of(provider)]
    return next((provider for provider in able if not wanted or provider == wanted), None)


@functools.cache
def _tasks_of(provider: str) -> frozenset[str]:
    """What the installed client can ask a provider for."""
    from huggingface_hub.inference import _providers  # the public names tell the providers, and not their tasks

    known = getattr(_providers, "PROVIDERS", {})
    return frozenset(known.get(provider, ()))
