"""Processors of models for pictures, sounds and words, made without the part for films, which needs torchvision."""

import inspect
from typing import TYPE_CHECKING, Any

from .folder_checks import read_json

if TYPE_CHECKING:
    from .loading import Source


def made_processor(source: "Source") -> Any:
    """The model's own processor; its video part is left out where it can't be had, as films are shown as frames."""
    from importlib.util import find_spec

    kind = _class(source)
    if kind is None or find_spec("torchvision") is not None or "video_processor" not in kind.get_attributes():
        return source.part("AutoProcessor")
    parts = {name: source.part(_AUTOS[name]) for name in kind.get_attributes() if name in _AUTOS}
    own = read_json(source.folder / "processor_config.json") or {}
    known = set(inspect.signature(kind.__init__).parameters)
    settings = {
        name: value for name, value in own.items() if name in known and name not in (*_AUTOS, "video_processor")
    }
    older = (read_json(source.folder / "chat_template.json") or {}).get("chat_template")
    template = older or getattr(parts.get("tokenizer"), "chat_template", None)
    return _without_video(kind)(**parts, video_processor=None, **({"chat_template": template} | settings))


_AUTOS = {
    "tokenizer": "AutoTokenizer",
    "image_processor": "AutoImageProcessor",
    "feature_extractor": "AutoFeatureExtractor",
}


def _class(source: "Source") -> Any:
    import transformers
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES

    told = [read_json(source.folder / name) or {} for name in ("processor_config.json", "preprocessor_config.json")]
    name = next(
        (t["processor_class"] for t in told if "processor_class" in t), PROCESSOR_MAPPING_NAMES.get(source.kind)
    )
    return getattr(transformers, str(name), None) if name else None


def _without_video(kind: Any) -> Any:
    """The class, with its check of parts told that there is none for films."""

    class WithoutVideo(kind):  # type: ignore[misc]  # of transformers, which is not typed here
        def check_argument_for_proper_class(self, name: str, argument: Any) -> Any:
            return None if name == "video_processor" else super().check_argument_for_proper_class(name, argument)

    WithoutVideo.__name__ = kind.__name__
    return WithoutVideo
