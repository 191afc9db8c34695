"""`OfferedModels`, for `LocalBackend`: the models offered for a task type, and the obstacles that keep each from a task."""

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from ....graph.advice import command
from ....graph.expert import Expert, Obstacle
from ....graph.extras import needs
from ....graph.task import Task
from ...catalog.hub_model import HubModel
from .downloads import Downloads
from .gguf import PORT, gguf_in, llama_server
from .hardware import device_for, size, slots_of
from .model_cache import find, folder_fault, is_path, library_of
from .registry import LIBRARIES, Runner, registered

BACKEND = "local"

ListModels = Callable[[str], Sequence[HubModel]]


class OfferedModels:
    """Experts of the models that `list_models` gives, and of any other that the user names."""

    def __init__(self, list_models: ListModels, downloads: Downloads, *, has_token: bool) -> None:
        self._list_models, self._downloads, self._has_token = list_models, downloads, has_token
        self._models: dict[tuple[str, str], HubModel] = {}
        self._unchecked: set[tuple[str, str]] = set()
        """Named models that are not here: their library and what they accept are not known yet."""

    def listed(self, task_type: str) -> Sequence[Expert]:
        """Experts of the listed models that a registered function can run."""
        models = self._list_models(task_type)
        return [self._expert(model) for model in models if model.library in LIBRARIES and _runner(model)]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """The expert of a model by id on the Hub or by folder, listed or not; None where no function can run it."""
        for expert in self.listed(task_type):
            if expert.model_id == model_id:
                return expert
        found = find(model_id)
        library = library_of(found.folder) if found else _usual_library(task_type)
        if found is None:
            self._unchecked.add((task_type, model_id))
        model = HubModel(model_id=model_id, task_type=task_type, library=library, description="Named by you.")
        return self._expert(model) if _runner(model) else None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """Why a model can't do a task (None: any) here and now. Imports no torch, and sends nothing to the Hub."""
        return self.model_obstacle(expert, task) or (
            None if find(expert.model_id, expert.revision) else self._download_obstacle(expert)
        )

    def model_obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """An obstacle that no download removes."""
        if (reason := folder_fault(expert.model_id, expert.revision)) is not None:
            return Obstacle(what=reason)
        key = expert.task_type, expert.model_id
        model = self._models.get(key)
        if model is None and self.named(expert.task_type, expert.model_id) is not None:
            model = self._models[key]
        runner = _runner(model) if model else None
        if runner is None:
            return Obstacle(what=f"no function here does {expert.task_type} with it")
        checked = key not in self._unchecked
        if (lacking := _missing_library(runner)) is not None:
            what = lacking.what if checked else f"is in no list here, and {lacking.what}"
            return Obstacle(what=what, remedy=lacking.remedy)
        if task and checked and runner.accepts and (reason := runner.accepts(task, expert.model_id)) is not None:
            return Obstacle(what=reason)
        device = device_for(expert.model_id, expert.size)
        needed = device.needed(expert.size)
        if device.memory and needed > device.memory:
            return Obstacle(what=f"needs about {size(needed)} of memory; {device.noun} has {size(device.memory)}")
        return None

    def _download_obstacle(self, expert: Expert) -> Obstacle | None:
        model_id = expert.model_id
        if is_path(model_id) and (weights := gguf_in(model_id)) is not None:
            add = command(f"models --add http://127.0.0.1:{PORT} --task {expert.task_type}")
            return Obstacle(what="is for llama.cpp (GGUF)", remedy=f"serve it: {llama_server(weights)}; then {add}")
        if is_path(model_id):
            needed = "config.json and weights in safetensors are needed"
            return Obstacle(what="there is no model in that folder", remedy=needed)
        model = self._models[expert.task_type, model_id]
        if model.safetensors is False:
            return Obstacle(what="its weights are pickle only, which can run any code when loaded; it is not used")
        if model.gated and not self._has_token:
            remedy = f"accept its terms at https://huggingface.co/{model_id}, and set HF_TOKEN"
            return Obstacle(what="is gated", remedy=remedy)
        about = f"about {size(model.size * 4)}" if model.size else "unknown size"
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
            return Obstacle(what="is not on this machine, and HF_HUB_OFFLINE forbids to download it")
        if self._downloads.possible:
            return Obstacle(what="its download was refused") if self._downloads.was_refused(model_id) else None
        unlisted = ", nor in any list here" if (expert.task_type, model_id) in self._unchecked else ""
        what = f"is not on this machine{unlisted} (a download of {about})"
        return Obstacle(what=what, remedy=self._downloads.remedy)

    def _expert(self, model: HubModel) -> Expert:
        self._models[model.task_type, model.model_id] = model
        found = find(model.model_id, model.revision)
        runner = _runner(model)
        return model.expert(
            BACKEND,
            revision=found.revision if found else model.revision,
            needs=slots_of(device_for(model.model_id, model.size)),
            partial=runner.partial if runner else False,
            here=found is not None,
        )


def _runner(model: HubModel) -> Runner | None:
    library = LIBRARIES.get(model.library)
    return registered().get((model.task_type, library)) if library else None


def _usual_library(task_type: str) -> str:
    """The library that most models of a task type are for, for a model that is not here yet."""
    return "transformers" if (task_type, "transformers") in registered() else "diffusers"


def _missing_library(runner: Runner) -> Obstacle | None:
    if any(find_spec(module) is None for module in ("torch", "transformers", runner.library)):
        return needs("local")
    missing = [module for module in runner.requires if find_spec(module) is None]
    return Obstacle(what=f"needs {missing[0]}", remedy=f"pip install {' '.join(missing)}") if missing else None
