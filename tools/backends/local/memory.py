"""The models that a worker process keeps loaded: the least recently used ones go when another needs the room."""

import functools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ....graph.errors import ExpertError
from ...media.media_limits import limits
from .hardware import size
from .torch_device import empty, free_bytes, is_out_of_memory

T = TypeVar("T")

SHARE = 0.6
"""Of the memory that is free when the first model is loaded: the budget where none is set."""


@dataclass
class Held:
    """All that is loaded of one folder: its model, and what was made around it; they go together."""

    parts: dict[str, Any] = field(default_factory=dict)
    need: int = 0
    """Bytes, as estimated when they were loaded."""


@dataclass
class Memory:
    """Loaded models by folder."""

    budget: int
    """Bytes that all of them together may take."""
    strict: bool = False
    """Whether a model larger than the budget is refused; else it is loaded alone, if it fits at all."""
    free: Callable[[], int] = free_bytes
    """Asked before each loading."""
    _held: OrderedDict[str, Held] = field(default_factory=OrderedDict)

    @property
    def used(self) -> int:
        """Bytes, as estimated when they were loaded."""
        return sum(held.need for held in self._held.values())

    @property
    def folders(self) -> tuple[str, ...]:
        """What is held, the least recently used first."""
        return tuple(self._held)

    def get(self, folder: str, part: str, need: int, load: Callable[[], T], name: str) -> T:
        """A part of a folder's model, loaded if it is not held. Raises `ExpertError` when there can't be room for it."""
        if folder in self._held and part in self._held[folder].parts:
            self._held.move_to_end(folder)
            there: T = self._held[folder].parts[part]
            return there
        self._make_room(folder, need, name)
        loaded = load()  # which may load other parts of it
        held = self._held.setdefault(folder, Held())
        held.parts[part] = loaded
        held.need += need
        self._held.move_to_end(folder)
        return loaded

    def clear(self) -> None:
        """Let go of everything."""
        self._held.clear()
        empty()

    def _make_room(self, folder: str, need: int, name: str) -> None:
        """Let go of other folders, the least recently used first, until there is room."""
        if self.strict and need > self.budget:
            raise ExpertError(
                f"{name} needs about {size(need)} of memory; models may take {size(self.budget)}",
                hint="a larger budget: HUGGINGGPT_LOCAL_MEMORY=16GB",
            )
        while (oldest := next((other for other in self._held if other != folder), None)) is not None and (
            self.used + need > self.budget or need > self.free()
        ):
            del self._held[oldest]
            empty()
        if need > (free := self.free()):
            raise ExpertError(
                f"{name} needs about {size(need)} of memory; {size(free)} are free",
                hint="choose a smaller model",
                kind="out_of_memory",
            )


@functools.cache
def memory() -> Memory:
    """The one of this process."""
    told = limits().local_memory
    return Memory(budget=told or int(free_bytes() * SHARE), strict=told is not None)


def within_memory(work: Callable[[], T], held: Memory, name: str) -> T:
    """Do it; when memory runs out, once more with nothing else loaded."""
    try:
        return work()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    held.clear()  # outside `except`: the error's frames hold what has to go
    try:
        return work()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    held.clear()
    raise ExpertError(
        f"{name} ran out of memory, with {size(free_bytes())} free and no other model loaded",
        hint="choose a smaller model, or give it less at once",
        kind="out_of_memory",
    )
