"""Events: what the graph reports while it works; every front end (command line, tool, ...) reads these only.

They are sent through LangGraph's `custom` stream as JSON, `{"event": name, ...}`; inner ones need `subgraphs=True`.
"""

import logging
from typing import Annotated, Any, Literal

from langgraph.config import get_stream_writer
from pydantic import Field, TypeAdapter

from .expert import Assignment
from .plan import Plan
from .resource import Frozen
from .result import LlmCall, Repairs, Result, RunStatus, Usage


class RunStarted(Frozen):
    """A request was accepted and has a run id."""

    event: Literal["run_started"] = "run_started"
    run_id: str
    thread_id: str
    request: str


class TaskDrafted(Frozen):
    """The controller, still writing its plan, has reached a task. For display only: the checked plan may differ."""

    event: Literal["task_drafted"] = "task_drafted"
    run_id: str
    place: int
    """0 for the first task; again 0 when the plan is rewritten."""
    task_type: str


class PlanReady(Frozen):
    """The controller has planned, and the plan is checked."""

    event: Literal["plan_ready"] = "plan_ready"
    run_id: str
    plan: Plan
    refusals: tuple[str, ...] = ()
    repairs: Repairs = ()
    warnings: tuple[str, ...] = ()
    """Tasks that can't run here, each with the reason and the remedy."""
    controller: str


class ExpertChosen(Frozen):
    """A task has its expert; it may still wait for its inputs."""

    event: Literal["expert_chosen"] = "expert_chosen"
    run_id: str
    assignment: Assignment


class LlmCalled(Frozen):
    """The controller's model was called."""

    event: Literal["llm_called"] = "llm_called"
    run_id: str
    call: LlmCall


class TaskQueued(Frozen):
    """A task has its expert and its inputs, and waits for a slot. For display only, not recorded."""

    event: Literal["task_queued"] = "task_queued"
    run_id: str
    task_id: int
    key: str
    slots: tuple[str, ...]
    """Those that are full, e.g. `cpu`, `hf:fal-ai`."""


class TaskStarted(Frozen):
    """An expert was called."""

    event: Literal["task_started"] = "task_started"
    run_id: str
    task_id: int
    key: str
    model_id: str


class TaskProgress(Frozen):
    """Progress of something that a task waits for, e.g. the download of its model. For display only, not recorded."""

    event: Literal["task_progress"] = "task_progress"
    run_id: str
    task_id: int
    key: str
    what: str
    done: int
    total: int
    """0 when unknown."""
    unit: str
    """`bytes`, `steps`, ..."""


class TaskFinished(Frozen):
    """A task is done, failed or skipped, and recorded."""

    event: Literal["task_finished"] = "task_finished"
    run_id: str
    result: Result
    recorded: bool = False
    """Taken from the ledger: its expert was not called again."""
    paths: dict[str, str] = {}
    """Local file by sha256 of each output."""


class AnswerDelta(Frozen):
    """The next piece of the answer."""

    event: Literal["answer_delta"] = "answer_delta"
    run_id: str
    text: str


class RunWaiting(Frozen):
    """The run is paused until the user approves the plan."""

    event: Literal["run_waiting"] = "run_waiting"
    run_id: str
    question: str


class RunFinished(Frozen):
    """The last event of a run."""

    event: Literal["run_finished"] = "run_finished"
    run_id: str
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

_reader: TypeAdapter[Event] = TypeAdapter(Event)
_log = logging.getLogger(__name__)


def emit(event: Event) -> None:
    """Send an event from inside a node; outside of a run (e.g. a trial of `doctor`) it is only logged."""
    _log_event(event)
    try:
        send = get_stream_writer()
    except RuntimeError:
        return
    send(event.model_dump(mode="json"))


def read_event(data: Any) -> Event:
    """The event in one part of the `custom` stream; raises pydantic's `ValidationError` for anything else."""
    return _reader.validate_python(data)


def _log_event(event: Event) -> None:
    """`task_started run_id=... task_id=1 model_id=...`; details of what is still being made at level `debug`."""
    level = logging.DEBUG if isinstance(event, TaskDrafted | TaskProgress | AnswerDelta) else logging.INFO
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
            return {
                "stage": call.stage,
                "model": call.model,
                "seconds": call.usage.seconds,
                "tokens": call.usage.tokens,
            }
        case TaskFinished(result=result):
            return {
                name: getattr(result, name) for name in ("task_id", "key", "status", "attempts", "duration", "error")
            }
    return {}
