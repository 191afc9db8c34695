"""HuggingGPT, made durable: plan a request as tasks, run an expert model for each, record everything.

Public names are imported on first use, so that importing the package is fast and has no effect. It logs to
`logging.getLogger("hugginggpt")`, which is silent until a handler is added.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .apps.api import arun, astream, run, stream
    from .apps.continued_runs import afork, aresume, aretry, fork, resume, retry
    from .apps.kept_worlds import close
    from .apps.moved_runs import Exported, aexport_run, aimport_run, export_run, import_run
    from .apps.outcome import Outcome, Results, TaskResult
    from .apps.session import Session
    from .apps.tool import as_tool
    from .graph.errors import (
        ControllerError,
        ExpertError,
        HuggingGPTError,
        IncompleteAnswer,
        InvalidInput,
        InvalidPlan,
        LedgerLost,
        LimitReached,
        NoUsablePlan,
        RunBusy,
        RunCancelled,
        RunChanged,
        StorageError,
        UnknownRun,
        UnusableFile,
        UsageError,
    )
    from .graph.events import (
        AnswerDelta,
        Event,
        ExpertChosen,
        LlmCalled,
        LlmProgress,
        PlanReady,
        RunFinished,
        RunStarted,
        RunWaiting,
        TaskDrafted,
        TaskFinished,
        TaskProgress,
        TaskQueued,
        TaskStarted,
        read_event,
    )
    from .graph.options import Options
    from .graph.plan import Plan
    from .graph.resource import Resource
    from .graph.result import Result, Run
    from .graph.settings import Settings
    from .graph.task import Ref, Task, Template
    from .graph.version import __version__
    from .graph.world import World, build_graph, open_world

logging.getLogger(__name__).addHandler(logging.NullHandler())

_NAMES = {
    "apps.api": "arun astream run stream",
    "apps.continued_runs": "afork aresume aretry fork resume retry",
    "apps.kept_worlds": "close",
    "apps.moved_runs": "Exported aexport_run aimport_run export_run import_run",
    "apps.outcome": "Outcome Results TaskResult",
    "apps.session": "Session",
    "apps.tool": "as_tool",
    "graph.errors": "ControllerError ExpertError HuggingGPTError IncompleteAnswer InvalidInput InvalidPlan LedgerLost "
    "LimitReached NoUsablePlan RunBusy RunCancelled RunChanged StorageError UnknownRun UnusableFile UsageError",
    "graph.events": "AnswerDelta Event ExpertChosen LlmCalled LlmProgress PlanReady RunFinished RunStarted RunWaiting "
    "TaskDrafted TaskFinished TaskProgress TaskQueued TaskStarted read_event",
    "graph.plan": "Plan",
    "graph.resource": "Resource",
    "graph.options": "Options",
    "graph.result": "Result Run",
    "graph.settings": "Settings",
    "graph.task": "Ref Task Template",
    "graph.version": "__version__",
    "graph.world": "World build_graph open_world",
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "AnswerDelta", "ControllerError", "Event", "ExpertChosen", "ExpertError", "Exported", "HuggingGPTError",
    "IncompleteAnswer", "InvalidInput", "InvalidPlan", "LedgerLost", "LimitReached", "LlmCalled", "LlmProgress",
    "NoUsablePlan", "Options", "Outcome", "Plan", "PlanReady", "Ref", "Resource", "Result", "Results", "Run",
    "RunBusy", "RunCancelled", "RunChanged", "RunFinished", "RunStarted", "RunWaiting", "Session", "Settings",
    "StorageError", "Task", "TaskDrafted", "TaskFinished", "TaskProgress", "TaskQueued", "TaskResult",
    "TaskStarted", "Template", "UnknownRun", "UnusableFile", "UsageError", "World", "__version__", "aexport_run",
    "afork", "aimport_run", "aresume", "aretry", "arun", "as_tool", "astream", "build_graph", "close", "export_run",
    "fork", "import_run", "open_world", "read_event", "resume", "retry", "run", "stream",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if module := _MODULES.get(name):
        return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
