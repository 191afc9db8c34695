"""`LoadedModels` of a worker process, within a budget: the least recently used are unloaded for another."""

import functools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ....graph.errors import ExpertError
from ...media.media_limits import limits
from .hardware import size
from .torch_device import free_bytes, is_out_of_memory, release_unused

T = TypeVar("T")

SHARE = 0.6
"""Share of the memory that is free when the first model is loaded: the budget where none is set."""


@dataclass
class LoadedModel:
    """Everything loaded from one folder: the model, its tokenizer, pipelines; unloaded together."""

    parts: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    """Bytes, as estimated when the parts were loaded."""


@dataclass
class LoadedModels:
    """The loaded models by folder, within a memory budget."""

    budget: int
    """Bytes that all models together may take."""
    strict: bool = False
    """Whether a model larger than the budget is refused; else it is loaded alone, if it fits at all."""
    free: Callable[[], int] = free_bytes
    """Returns the free memory in bytes; called before each loading."""
    _models: OrderedDict[str, LoadedModel] = field(default_factory=OrderedDict)

    @property
    def used(self) -> int:
        """Bytes, as estimated when they were loaded."""
        return sum(model.size for model in self._models.values())

    def get(self, folder: str, part: str, need: int, load: Callable[[], T], name: str) -> T:
        """A part of a folder's model, loaded if it is not yet. Raises `ExpertError` where memory is too small."""
        if folder in self._models and part in self._models[folder].parts:
            self._models.move_to_end(folder)
            present: T = self._models[folder].parts[part]
            return present
        self._make_room(folder, need, name)
        loaded = load()  # may load other parts of the model
        model = self._models.setdefault(folder, LoadedModel())
        model.parts[part] = loaded
        model.size += need
        self._models.move_to_end(folder)
        return loaded

    def clear(self) -> None:
        """Unload all models."""
        self._models.clear()
        release_unused()

    def _make_room(self, folder: str, need: int, name: str) -> None:
        if self.strict and need > self.budget:
            raise ExpertError(
                f"{name} needs about {size(need)} of memory; models may take {size(self.budget)}",
                hint="a larger budget: HUGGINGGPT_LOCAL_MEMORY=16GB",
            )
        while (oldest := next((other for other in self._models if other != folder), None)) is not None and (
            self.used + need > self.budget or need > self.free()
        ):
            del self._models[oldest]
            release_unused()
        if need > (free := self.free()):
            raise ExpertError(
                f"{name} needs about {size(need)} of memory; {size(free)} are free",
                hint="choose a smaller model",
                kind="out_of_memory",
            )


@functools.cache
def loaded_models() -> LoadedModels:
    """Those of this process."""
    budget = limits().local_memory
    return LoadedModels(budget=budget or int(free_bytes() * SHARE), strict=budget is not None)


def with_memory_retry(work: Callable[[], T], models: LoadedModels, name: str) -> T:
    """Do the work; when memory runs out, retry once with all models unloaded."""
    for _ in range(2):
        try:
            return work()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        models.clear()  # outside `except`: the error's frames hold the model
    raise ExpertError(
        f"{name} ran out of memory, with {size(free_bytes())} free and no other model loaded",
        hint="choose a smaller model, or give it less at once",
        kind="out_of_memory",
    )
