"""`load_processor`: processors of multimodal models, without their video part where torchvision is missing."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .folder_checks import read_json


def load_processor(folder: Path, model_type: str, load_part: Callable[[str], Any]) -> Any:
    """A model's processor. `load_part` loads a part by the name of its auto class. Videos are passed as frames."""
    from importlib.util import find_spec

    kind = _class(folder, model_type)
    if kind is None or find_spec("torchvision") is not None or "video_processor" not in kind.get_attributes():
        return load_part("AutoProcessor")
    parts = {name: load_part(_AUTOS[name]) for name in kind.get_attributes() if name in _AUTOS}
    own = read_json(folder / "processor_config.json") or {}
    known = set(inspect.signature(kind.__init__).parameters)
    settings = {
        name: value for name, value in own.items() if name in known and name not in (*_AUTOS, "video_processor")
    }
    older = (read_json(folder / "chat_template.json") or {}).get("chat_template")
    template = older or getattr(parts.get("tokenizer"), "chat_template", None)
    return _without_video(kind)(**parts, video_processor=None, **({"chat_template": template} | settings))


_AUTOS = {
    "tokenizer": "AutoTokenizer",
    "image_processor": "AutoImageProcessor",
    "feature_extractor": "AutoFeatureExtractor",
}


def _class(folder: Path, model_type: str) -> Any:
    import transformers
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES

    configs = [read_json(folder / name) or {} for name in ("processor_config.json", "preprocessor_config.json")]
    name = next(
        (config["processor_class"] for config in configs if "processor_class" in config),
        PROCESSOR_MAPPING_NAMES.get(model_type),
    )
    return getattr(transformers, str(name), None) if name else None


def _without_video(kind: Any) -> Any:
    """The class, with a check of its parts that accepts None for the video part."""

    class WithoutVideo(kind):  # type: ignore[misc]  # of transformers, which is not typed here
        def check_argument_for_proper_class(self, name: str, argument: Any) -> Any:
            return None if name == "video_processor" else super().check_argument_for_proper_class(name, argument)

    WithoutVideo.__name__ = kind.__name__
    return WithoutVideo
