"""HuggingGPT, made durable: plan a request as tasks, run an expert model for each, record everything.

Public names are imported on first use, so that importing the package is fast and has no effect. It logs to
`logging.getLogger("hugginggpt")`, which is silent until a handler is added.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .apps.session import run
    from .apps.tool import as_tool
    from .graph.plan import Plan
    from .graph.result import Run
    from .graph.settings import Settings
    from .graph.world import build_graph, open_world

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())

_MODULES = {
    "Plan": "graph.plan",
    "Run": "graph.result",
    "Settings": "graph.settings",
    "as_tool": "apps.tool",
    "build_graph": "graph.world",
    "open_world": "graph.world",
    "run": "apps.session",
}

__all__ = ["Plan", "Run", "Settings", "__version__", "as_tool", "build_graph", "open_world", "run"]


def __getattr__(name: str) -> Any:
    if module := _MODULES.get(name):
        return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
