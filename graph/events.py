"""Events that the graph emits while it works (`TaskStarted`, ...); every front end (command line, tool) reads only these.

They are sent through LangGraph's `custom` stream as JSON, `{"event": name, ...}`; inner ones need `subgraphs=True`.
"""

import logging
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter

from .call_progress import CallProgress
from .estimate import Estimate
from .expert import Assignment
from .plan import Plan
from .resource import Frozen
from .result import Repairs, Result, Run, RunStatus
from .usage import LlmCall, Usage


class _OfRun(Frozen):
    event: str
    run_id: str


class _OfTask(_OfRun):
    task_id: int
    key: str
    """Ledger key: `2`, or `3[0]` for a member of a mapped task."""


class RunStarted(_OfRun):
    """A request was accepted and has a run id."""

    event: Literal["run_started"] = "run_started"
    thread_id: str
    request: str
    parent: str | None = Field(default=None, exclude_if=lambda parent: parent is None)
    """The run from which it was forked."""


class TaskDrafted(_OfRun):
    """The controller, still writing its plan, has reached a task. For display only: the checked plan may differ."""

    event: Literal["task_drafted"] = "task_drafted"
    place: int
    """0 for the first task; again 0 when the plan is rewritten."""
    task_type: str


class PlanReady(_OfRun):
    """The controller has planned, and the plan is checked."""

    event: Literal["plan_ready"] = "plan_ready"
    plan: Plan
    refusals: tuple[str, ...] = ()
    repairs: Repairs = ()
    warnings: tuple[str, ...] = ()
    """Tasks that can't run here, each with the reason and the remedy."""
    controller: str
    estimate: Estimate | None = Field(default=None, exclude_if=lambda estimate: estimate is None)
    """What it is expected to spend; None where the run has begun to."""

    @classmethod
    def of(cls, run: Run, plan: Plan, warnings: Iterable[str] = (), estimate: Estimate | None = None) -> Self:
        """The event for a plan of that run."""
        return cls(
            run_id=run.run_id,
            plan=plan,
            refusals=run.refusals,
            repairs=run.repairs,
            warnings=tuple(warnings),
            controller=run.controller,
            estimate=estimate,
        )


class ExpertChosen(_OfRun):
    """A task has its expert; it may still wait for its inputs."""

    event: Literal["expert_chosen"] = "expert_chosen"
    assignment: Assignment


class LlmCalled(_OfRun):
    """The controller's model was called."""

    event: Literal["llm_called"] = "llm_called"
    call: LlmCall


class LlmProgress(_OfRun):
    """What a call to a chat model waits for, or has written so far, each second. For display only, not recorded."""

    event: Literal["llm_progress"] = "llm_progress"
    progress: CallProgress
    key: str = ""
    """Ledger key of the task whose expert the model is; empty for the controller's calls."""


class TaskQueued(_OfTask):
    """A task has its expert and its inputs, and waits for a slot. For display only, not recorded."""

    event: Literal["task_queued"] = "task_queued"
    slots: tuple[str, ...]
    """Those that are full, e.g. `cpu`, `hf:fal-ai`."""


class TaskStarted(_OfTask):
    """An expert was called."""

    event: Literal["task_started"] = "task_started"
    model_id: str


class TaskProgress(_OfTask):
    """Progress of something that a task waits for, e.g. the download of its model. For display only, not recorded."""

    event: Literal["task_progress"] = "task_progress"
    what: str
    done: int
    total: int
    """0 when unknown."""
    unit: str
    """`bytes`, `steps`, ..."""


class TaskFinished(_OfRun):
    """A task is done, failed or skipped, and recorded."""

    event: Literal["task_finished"] = "task_finished"
    result: Result
    recorded: bool = False
    """Taken from the ledger: its expert was not called again."""
    paths: dict[str, str] = {}
    """Local file by sha256 of each output."""


class AnswerDelta(_OfRun):
    """The next piece of the answer."""

    event: Literal["answer_delta"] = "answer_delta"
    text: str


class RunWaiting(_OfRun):
    """The run is paused until the user approves the plan."""

    event: Literal["run_waiting"] = "run_waiting"
    question: str
    estimate: Estimate | None = Field(default=None, exclude_if=lambda estimate: estimate is None)
    """What the plan is expected to spend."""


class RunFinished(_OfRun):
    """The last event of a run."""

    event: Literal["run_finished"] = "run_finished"
    thread_id: str
    status: RunStatus
    answer: str
    plan: list[dict[str, Any]]
    """The paper's JSON."""
    results: list[dict[str, Any]]
    resources: list[dict[str, Any]]
    """Given and made, each with its `media_type` and local `path`."""
    usage: Usage = Usage()


Event = Annotated[
    RunStarted
    | LlmCalled
    | LlmProgress
    | TaskDrafted
    | PlanReady
    | ExpertChosen
    | TaskQueued
    | TaskStarted
    | TaskProgress
    | TaskFinished
    | AnswerDelta
    | RunWaiting
    | RunFinished,
    Field(discriminator="event"),
]

_log = logging.getLogger(__name__)


def emit(event: Event) -> None:
    """Send an event from inside a node; outside of a run (e.g. a trial of `doctor`) it is only logged."""
    from langgraph.config import get_stream_writer

    _log_event(event)
    try:
        send = get_stream_writer()
    except RuntimeError:
        return
    send(event.model_dump(mode="json"))


def read_event(data: Any) -> Event:
    """The event in one part of the `custom` stream; raises pydantic's `ValidationError` for anything else."""
    return _reader().validate_python(data)


@cache
def _reader() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


def _log_event(event: Event) -> None:
    """`task_started run_id=... task_id=1 model_id=...`; details of what is still being made at level `debug`."""
    level = logging.DEBUG if isinstance(event, TaskDrafted | TaskProgress | LlmProgress | AnswerDelta) else logging.INFO
    if _log.isEnabledFor(level):
        fields = {name: value for name, value in event if isinstance(value, str | int | float) and name != "event"}
        fields |= _fields_within(event)
        text = " ".join(f"{name}={value!r}" for name, value in fields.items())
        _log.log(level, "%s %s", event.event, text, extra={"fields": {"event": event.event, **fields}})


def _fields_within(event: Event) -> dict[str, Any]:
    match event:
        case PlanReady(plan=plan):
            return {"tasks": [task.type for task in plan.tasks]}
        case ExpertChosen(assignment=chosen):
            return {"task_id": chosen.task_id, "model_id": chosen.expert.model_id, "reason": chosen.reason}
        case LlmCalled(call=call):
            usage = call.usage
            return {"stage": call.stage, "model": call.model, "seconds": usage.seconds, "tokens": usage.tokens}
        case LlmProgress(progress=progress):
            return {"model": progress.model, "phase": progress.phase, "tokens": progress.tokens}
        case TaskFinished(result=result):
            return {
                name: getattr(result, name) for name in ("task_id", "key", "status", "attempts", "duration", "error")
            }
    return {}
