"""Listing: what the Hub says of its models, by `HfApi`. Blocking, over the network; `hub.py` decides when."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.errors import ExpertError
from .hub_model import HubModel, Serving
from .hub_names import checked_id, commit

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

SERVED = 25
"""Models that providers serve, of each task type."""
POPULAR = 25
"""Models that can be downloaded, served or not."""

_EXPAND = [
    "downloads", "likes", "gated", "private", "pipeline_tag", "library_name", "tags", "sha", "safetensors", "cardData",
    "usedStorage", "inferenceProviderMapping",
]  # fmt: skip

_TAGS = {
    "conversational": "text-generation",
    "language-identification": "text-classification",
    "image-text-to-image": "image-to-image",
    "image-text-to-video": "image-to-video",
    "text2text-generation": "text-generation",
}
"""Our task types that the Hub files under another pipeline tag."""
_SEARCHED = {"language-identification": "language-detection", "text2text-generation": "flan-t5"}
"""What to look for among the models of that tag."""


class Listing(NamedTuple):
    """A list of the Hub's."""

    models: list[HubModel]
    refused: list[str]
    """Ids of models left out: with an id or a commit that no model can have."""


def listed(api: "HfApi", task_type: str) -> Listing:
    """Models of a task type: those that providers serve and the most downloaded ones, each once, by downloads."""
    tag, search = _TAGS.get(task_type, task_type), _SEARCHED.get(task_type)
    common: dict[str, Any] = {"pipeline_tag": tag, "search": search, "sort": "downloads", "expand": _EXPAND}
    found: dict[str, HubModel] = {}
    refused: list[str] = []
    for info in (
        *api.list_models(inference_provider="all", limit=SERVED, **common),
        *api.list_models(limit=POPULAR, **common),
    ):
        try:
            found.setdefault(info.id, read(info, task_type))
        except ExpertError:
            refused.append(str(info.id))
    return Listing(sorted(found.values(), key=lambda model: (-model.downloads, -model.likes)), refused)


def looked_up(api: "HfApi", model_id: str, task_type: str, timeout: float) -> HubModel:
    """One model by its id."""
    info = api.model_info(model_id, expand=_EXPAND, timeout=timeout)  # type: ignore[arg-type]  # a list of literals
    return read(info, task_type)


def read(info: "ModelInfo", task_type: str) -> HubModel:
    """The Hub's record as ours. Raises `ExpertError` for names that no Hub has."""
    tags = list(info.tags or ())
    weights = info.safetensors
    servings = [
        Serving(provider=m.provider, provider_id=m.provider_id, task=m.task, live=m.status == "live")
        for m in info.inference_provider_mapping or ()
    ]
    return HubModel(
        model_id=checked_id(info.id),
        task_type=task_type,
        revision=commit(info.sha, info.id) if info.sha else "",
        description=_description(info, tags),
        downloads=info.downloads or 0,
        likes=info.likes or 0,
        license=_license(info, tags),
        size=weights.total if weights else 0,
        stored_bytes=info.used_storage or 0,
        gated=bool(info.gated),
        private=bool(info.private),
        library=info.library_name or "",
        safetensors=True if weights or "safetensors" in tags else None,
        servings=tuple(servings),
    )


def _license(info: "ModelInfo", tags: Iterable[str]) -> str:
    card = getattr(info.card_data, "license", None) if info.card_data else None
    return str(card or next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), ""))


def _description(info: "ModelInfo", tags: Iterable[str]) -> str:
    """The Hub keeps no sentence on a model: what it was made from, and for which languages, in a few words."""
    card: dict[str, Any] = info.card_data.to_dict() if info.card_data else {}  # type: ignore[no-untyped-call]
    parts = [
        f"{info.pipeline_tag or 'model'} for {info.library_name}" if info.library_name else info.pipeline_tag or ""
    ]
    for key, words in (("base_model", "from"), ("datasets", "trained on"), ("language", "in")):
        value = card.get(key)
        names = [str(name) for name in (value if isinstance(value, list) else [value]) if name]
        if names:
            parts.append(f"{words} {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}")
    return ", ".join(part for part in parts if part)[:200]
