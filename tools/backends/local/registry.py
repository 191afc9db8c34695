"""The decorator `local`, and the registry of functions that run local models. To add one, write it in a file of `tasks/`:

```python
@local("summarization")
def summarize(call: Call, source: Source) -> Sequence[Artifact]: ...
```

torch, transformers and diffusers are imported inside the function: the catalogue imports every file there.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ..accepts import Accepts
from .model_cache import Library

if TYPE_CHECKING:
    from .loading import Source

Function = Callable[[Call, "Source"], Sequence[Artifact]]

LIBRARIES: dict[str, Library] = {
    "transformers": "transformers",
    "sentence-transformers": "transformers",
    "diffusers": "diffusers",
}
"""By the Hub's name for the library."""


@dataclass(frozen=True)
class Runner:
    """A function that does a task type with models of one library."""

    library: Library
    requires: tuple[str, ...]
    accepts: Accepts | None
    partial: bool
    function: Function


_REGISTERED: dict[tuple[str, Library], Runner] = {}


def local(
    *task_types: str,
    library: Library = "transformers",
    requires: tuple[str, ...] = (),
    accepts: Accepts | None = None,
    partial: bool = False,
) -> Callable[[Function], Function]:
    """Register a function. `requires`: import names beyond torch and `library`; `partial`: does a part of the task type."""

    def register(function: Function) -> Function:
        for task_type in task_types:
            other = _REGISTERED.get((task_type, library))
            if other is not None and other.function.__module__ != function.__module__:
                raise ValueError(f"{task_type} is already registered by {other.function.__module__}")
            _REGISTERED[task_type, library] = Runner(library, requires, accepts, partial, function)
        return function

    return register


@functools.cache
def registered() -> dict[tuple[str, Library], Runner]:
    """All functions by task type and library, from the modules of `tasks/`."""
    package = importlib.import_module(f"{__package__}.tasks")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(_REGISTERED.items()))
