"""`list_models` and `fetch_model`: blocking requests to the Hub through `HfApi`; `HubIndex` decides when to call them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.errors import ExpertError
from .hub_model import HubModel, Serving
from .hub_names import checked_commit, checked_model_id

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

SERVED = 25
"""Models of each task type that providers serve."""
POPULAR = 25
"""Models of each task type with the most downloads, served or not."""

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
"""The Hub's pipeline tag for those of our task types that have another name there."""
_SEARCHED = {"language-identification": "language-detection", "text2text-generation": "flan-t5"}
"""The search text among the models of that tag."""


class Listing(NamedTuple):
    """The models of one task type."""

    models: list[HubModel]
    invalid: list[str]
    """Ids of models that are left out, since the id or the commit is invalid."""


def list_models(api: "HfApi", task_type: str) -> Listing:
    """Models of a task type: those that providers serve and the most downloaded, without duplicates, by downloads."""
    tag, search = _TAGS.get(task_type, task_type), _SEARCHED.get(task_type)
    common: dict[str, Any] = {"pipeline_tag": tag, "search": search, "sort": "downloads", "expand": _EXPAND}
    found: dict[str, HubModel] = {}
    invalid: list[str] = []
    for info in (
        *api.list_models(inference_provider="all", limit=SERVED, **common),
        *api.list_models(limit=POPULAR, **common),
    ):
        try:
            found.setdefault(info.id, hub_model(info, task_type))
        except ExpertError:
            invalid.append(str(info.id))
    return Listing(sorted(found.values(), key=lambda model: (-model.downloads, -model.likes)), invalid)


def fetch_model(api: "HfApi", model_id: str, task_type: str, timeout: float) -> HubModel:
    """One model by its id."""
    info = api.model_info(model_id, expand=_EXPAND, timeout=timeout)  # type: ignore[arg-type]  # a list of literals
    return hub_model(info, task_type)


def hub_model(info: "ModelInfo", task_type: str) -> HubModel:
    """The Hub's record as a `HubModel`. Raises `ExpertError` for an invalid id or commit."""
    tags = list(info.tags or ())
    weights = info.safetensors
    servings = [
        Serving(provider=m.provider, provider_id=m.provider_id, task=m.task, live=m.status == "live")
        for m in info.inference_provider_mapping or ()
    ]
    return HubModel(
        model_id=checked_model_id(info.id),
        task_type=task_type,
        revision=checked_commit(info.sha, info.id) if info.sha else "",
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
    """The Hub has no description field: the tag, library, base model, datasets and languages, in one line."""
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
