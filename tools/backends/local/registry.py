"""What can be done here, by task type and library. Add a way: a function in a file of `tasks/`, with

```python
@local("summarization")
def summarize(call: Call, source: Source) -> Sequence[Artifact]: ...
```

torch, transformers and diffusers are imported inside the function: the catalogue reads every file there.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ....graph.call import Artifact, Call
from ..accepts import Accepts

if TYPE_CHECKING:
    from .loading import Source

Library = Literal["transformers", "diffusers"]
Function = Callable[[Call, "Source"], Sequence[Artifact]]

LIBRARIES: dict[str, Library] = {
    "transformers": "transformers",
    "sentence-transformers": "transformers",
    "diffusers": "diffusers",
}
"""By the Hub's word for it."""


@dataclass(frozen=True)
class Way:
    """A function of ours that does a task type with models of one library."""

    task_type: str
    library: Library
    requires: tuple[str, ...]
    accepts: Accepts | None
    partial: bool
    function: Function


_REGISTERED: dict[tuple[str, Library], Way] = {}


def local(
    *task_types: str,
    library: Library = "transformers",
    requires: tuple[str, ...] = (),
    accepts: Accepts | None = None,
    partial: bool = False,
) -> Callable[[Function], Function]:
    """Offer a function for these task types.

    `requires`: import names beyond torch and `library`. `partial`: a weak substitute, which the description must say.
    """

    def register(function: Function) -> Function:
        for task_type in task_types:
            other = _REGISTERED.get((task_type, library))
            if other is not None and other.function.__module__ != function.__module__:
                raise ValueError(f"{task_type} is done by {other.function.__module__} already")
            _REGISTERED[task_type, library] = Way(task_type, library, requires, accepts, partial, function)
        return function

    return register


@functools.cache
def registered() -> dict[tuple[str, Library], Way]:
    """Every way by task type and library, from all the modules of `tasks/`."""
    package = importlib.import_module(f"{__package__}.tasks")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(_REGISTERED.items()))
