"""`HubModel`: a model as the Hub describes it: its task, size, downloads, likes, and the providers that serve it."""

from typing import Any

from ...graph.expert import Expert
from ...graph.resource import Frozen


class Serving(Frozen):
    """An inference provider that serves a model."""

    provider: str
    """As in `InferenceClient(provider=...)`, e.g. `fal-ai`."""
    provider_id: str
    """The model's name at that provider."""
    task: str
    """The provider's name for the task, a pipeline tag or `conversational`."""
    live: bool = True
    """Not in staging, and without a reported error."""


class HubModel(Frozen):
    """One model under one of our task types (`HfApi.list_models` with `expand`, or a row of `pinned.toml`)."""

    model_id: str
    task_type: str
    revision: str = ""
    """Commit; empty while it is unknown."""
    description: str = ""
    downloads: int = 0
    """In the last 30 days."""
    likes: int = 0
    license: str = ""
    size: int = 0
    """Number of parameters; 0 when unknown."""
    stored_bytes: int = 0
    """All files of the repository; 0 when unknown."""
    gated: bool = False
    """Its terms must be accepted on its page first."""
    private: bool = False
    library: str = ""
    """`transformers`, `diffusers`, ...: what loads it."""
    safetensors: bool | None = None
    """Whether it has weights in that format; None while that is unknown."""
    servings: tuple[Serving, ...] = ()
    """Best first, as the Hub orders them."""

    def expert(self, backend: str, **fields: Any) -> Expert:
        """The expert that runs it at a place, with what both classes hold, and `fields` of an expert."""
        common = self.model_dump(include=set(Expert.model_fields))
        return Expert.model_validate(common | {"backend": backend} | fields)
