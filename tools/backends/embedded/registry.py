"""The decorator `expert`, and the registry of embedded experts that it fills. To add one, write a file in `experts/`:

```python
@expert("text-to-speech", name="espeak-ng", library="espeakng-loader", requires=("espeakng_loader",),
        description="speaks 100 languages clearly, in a synthetic voice", license="GPL-3.0-or-later")
def speak(call: Call) -> Sequence[Artifact]: ...
```

Import libraries inside the function: the catalogue imports every file there, and must not wait for numpy.
"""

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec

from ....graph.call import Artifact, Call
from ....graph.expert import Expert, Obstacle
from ....graph.extras import needs
from ....graph.task import Task

BACKEND = "embedded"

Function = Callable[[Call], Sequence[Artifact]]
Accepts = Callable[[Task], str | None]
"""Why the expert does not support this task's goal or parameters, as a sentence to the user; None if it does."""


@dataclass(frozen=True)
class Embedded:
    """An expert of this package: its function and what the catalogue needs."""

    task_type: str
    name: str
    description: str
    license: str
    library: str
    requires: tuple[str, ...]
    accepts: Accepts | None
    light: bool
    partial: bool
    function: Function

    @property
    def model_id(self) -> str:
        """`embedded/<name>`."""
        return f"{BACKEND}/{self.name}"

    @property
    def target(self) -> str:
        """`module:function`, by which a worker process imports it."""
        return f"{self.function.__module__}:{self.function.__name__}"

    @functools.cached_property
    def expert(self) -> Expert:
        """Its row in the catalogue."""
        return Expert(
            model_id=self.model_id,
            task_type=self.task_type,
            backend=BACKEND,
            revision=_version(self.library),
            description=self.description,
            license=self.license,
            needs=() if self.light else ("cpu",),
            partial=self.partial,
        )

    def obstacle(self, task: Task | None) -> Obstacle | None:
        """Why it can't run here, or does not support this task (None: any task); None if it can."""
        if any(find_spec(module) is None for module in self.requires):
            return needs("embedded")
        reason = self.accepts(task) if task is not None and self.accepts is not None else None
        return None if reason is None else Obstacle(what=reason)


_REGISTERED: dict[str, Embedded] = {}


def expert(
    task_type: str,
    *,
    name: str,
    description: str,
    license: str = "Apache-2.0",
    library: str = "hugginggpt",
    requires: tuple[str, ...] = (),
    accepts: Accepts | None = None,
    light: bool = False,
    partial: bool = False,
) -> Callable[[Function], Function]:
    """Register a function as an expert.

    `library`: the distribution whose version is the expert's revision. `requires`: import names. `light`: pure Python
    that takes milliseconds, run in this process. `partial`: supports only a part of the task type, which `description`
    names. A library need not be re-entrant: a process runs one call at a time.
    """

    def register(function: Function) -> Function:
        other = _REGISTERED.get(f"{BACKEND}/{name}")
        if other is not None and other.function.__module__ != function.__module__:
            raise ValueError(f"{BACKEND}/{name} is in {other.function.__module__} already; choose another name")
        _REGISTERED[f"{BACKEND}/{name}"] = Embedded(
            task_type, name, description, license, library, requires, accepts, light, partial, function
        )
        return function

    return register


@functools.cache
def registered() -> dict[str, Embedded]:
    """Every embedded expert by model id, from all the modules of `experts/`."""
    package = importlib.import_module(f"{__package__}.experts")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(_REGISTERED.items()))


@functools.cache
def _version(library: str) -> str:
    """By its own line: the library's reader parses the whole file, with the description, as an e-mail."""
    try:
        about = metadata.distribution(library).read_text("METADATA") or ""
    except metadata.PackageNotFoundError:
        return ""
    found = re.search(r"^Version: *(\S+)", about, re.MULTILINE)
    return found[1] if found else metadata.version(library)
