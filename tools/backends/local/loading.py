"""`Source`: loads a model from its folder, safetensors only, no code from its repository, checked against its task."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....graph.advice import command
from ....graph.call import Call
from ....graph.errors import ExpertError
from .folder_checks import read_json
from .hardware import OVERHEAD
from .memory import loaded_models
from .model_cache import find, folder_fault, parameters
from .multimodal_processor import load_processor
from .torch_device import device, dtype

AUDIO_PIPELINES = ("automatic-speech-recognition", "audio-classification", "zero-shot-audio-classification")


@dataclass(frozen=True)
class Source:
    """A model on this machine, and its parts: each is loaded once, and stays in memory."""

    model_id: str
    folder: Path
    task_type: str

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """Its `config.json`; that of a diffusers pipeline is `model_index.json`."""
        return read_json(self.folder / "model_index.json") or read_json(self.folder / "config.json") or {}

    @property
    def kind(self) -> str:
        """transformers' `model_type`, e.g. `bert`."""
        return str(self.config.get("model_type", ""))

    @property
    def takes_first_token(self) -> bool:
        """Whether its pooling configuration (sentence-transformers') takes the first token for the whole text."""
        return bool((read_json(self.folder / "1_Pooling" / "config.json") or {}).get("pooling_mode_cls_token"))

    def keep(self, name: str, load: Callable[[], Any], *, bytes_per_number: int = 0) -> Any:
        """The result of `load`, kept under `name` with the model; `bytes_per_number` is 0 for small parts."""
        need = int(parameters(self.folder) * bytes_per_number * OVERHEAD)
        return loaded_models().get(str(self.folder), name, need, load, self.model_id)

    def model(self, *autos: str, exact: bool = False) -> Any:
        """The model by the first auto class of its architecture. `exact`: float32, as numpy has no bfloat16."""
        form = dtype(exact=exact)
        return self.keep(f"model:{autos}:{form}", lambda: self._load(autos, form), bytes_per_number=form.itemsize)

    def pipeline(self, task: str, *autos: str) -> Any:
        """transformers' pipeline over `model(*autos)`, exact."""
        return self.keep(f"pipeline:{task}:{autos}", lambda: self._pipeline(task, autos))

    def tokenizer(self) -> Any:
        """Its tokenizer."""
        return self.part("AutoTokenizer")

    def processor(self) -> Any:
        """Its processor for images, audio and text together; without the video part where torchvision is missing."""
        return self.keep("processor", lambda: load_processor(self.folder, self.kind, self.part))

    def part(self, auto: str, **options: Any) -> Any:
        """Tokenizer, processor or the like, by the name of its auto class."""
        return self.keep(f"part:{auto}:{options}", lambda: self._part(auto, options))

    def _part(self, auto: str, options: dict[str, Any]) -> Any:
        import transformers

        try:
            return getattr(transformers, auto).from_pretrained(self.folder, trust_remote_code=False, **options)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise self.unloadable(error) from error

    def _load(self, autos: Sequence[str], form: Any) -> Any:
        import transformers

        auto = getattr(transformers, self.class_for(autos))
        try:
            model, report = auto.from_pretrained(
                self.folder, dtype=form, use_safetensors=True, trust_remote_code=False, output_loading_info=True
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise self.unloadable(error) from error
        if missing := sorted(report["missing_keys"]):
            raise ExpertError(
                f"{self.model_id} was not trained for {self.task_type}: it has no weights for {missing[0]}"
                + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
            )
        return model.to(device()).eval()

    def class_for(self, autos: Sequence[str]) -> str:
        """The auto class, or the model class of its own, that its architecture belongs to. `ExpertError` if none does."""
        from transformers.models.auto import modeling_auto

        own = [str(name) for name in self.config.get("architectures") or ()]
        for auto in autos:
            mapping = getattr(modeling_auto, auto)._model_mapping._model_mapping if auto.startswith("Auto") else None
            if mapping is None:
                if auto in own:
                    return auto
                continue
            known = _flat(mapping.values())
            if (own and own[0] in known) or (not own and self.kind in mapping):
                return auto
        what = own[0] if own else f"a model of type {self.kind or 'unknown'}"
        raise ExpertError(
            f"{self.model_id} is not for {self.task_type}: it is {what}",
            hint=f"{command(f'models {self.task_type}')} lists models that are",
        )

    def _pipeline(self, task: str, autos: Sequence[str]) -> Any:
        from transformers import pipeline

        folder = str(self.folder)
        model = self.model(*autos, exact=True)
        parts: dict[str, Any] = dict.fromkeys(
            ("tokenizer", "image_processor", "feature_extractor", "processor"), folder
        )
        if task in AUDIO_PIPELINES:  # pipelines look these up by a model's name, which a loaded model does not have
            parts["feature_extractor"] = self.part("AutoFeatureExtractor")
        try:
            return pipeline(task, model=model, device=device(), trust_remote_code=False, **parts)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise self.unloadable(error) from error

    def unloadable(self, error: BaseException) -> ExpertError:
        """The error to raise when a library can't load the folder."""
        message = " ".join(str(error).split())[:300]
        remote = "trust_remote_code" in message or "custom code" in message
        hint = "it needs code from its repository, which is not run" if remote else ""
        return ExpertError(f"{self.model_id} can't be loaded: {message}", hint=hint)


def source_of(call: Call) -> Source:
    """The model of a call's expert. Raises `ExpertError` where it is not on this machine, or must not be loaded."""
    expert = call.expert
    if (reason := folder_fault(expert.model_id, expert.revision)) is not None:
        raise ExpertError(f"{expert.model_id} is not loaded: {reason}")
    found = find(expert.model_id, expert.revision)
    if found is None:
        raise ExpertError(f"{expert.model_id} is not on this machine, or not all of it")
    return Source(expert.model_id, found.folder, call.task.type)


def _flat(values: Any) -> set[str]:
    names: set[str] = set()
    for value in values:
        names |= set(value) if isinstance(value, tuple | list) else {value}
    return names


def token_limit(model: Any, requested: int) -> int:
    """At most `requested` new tokens, and no more than a generating model has positions for."""
    parts = [getattr(model.config, name, None) for name in ("decoder", "text_config")]
    limits = [getattr(part, "max_position_embeddings", None) for part in (*parts, model.config)]
    return min([requested, *(limit - 8 for limit in limits if isinstance(limit, int) and limit > 16)])
