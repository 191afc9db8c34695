"""Result: what became of a task; Run: what became of a request. `Usage` is what it cost."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from .expert import Assignment
from .plan import Plan
from .resource import Frozen, Resource

TaskStatus = Literal["succeeded", "failed", "skipped", "cancelled"]
RunStatus = Literal["running", "waiting", "interrupted", "succeeded", "partial", "failed", "cancelled", "damaged"]
"""`damaged`: the database holds rows of it that can't be read; the others of the home are as they were."""

Made = dict[str, Resource | tuple[Resource, ...]]
"""What a task made, by output name; a tuple where it was mapped over a list."""


Stage = Literal["plan", "choose", "answer", "summarise", "expert"]
"""What a controller's model is called for."""


class Usage(Frozen):
    """What was spent."""

    llm_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None
    """Dollars; None where no price is known."""

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        known = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(
            llm_calls=self.llm_calls + other.llm_calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            seconds=self.seconds + other.seconds,
            cost=sum(known) if known else None,
        )


class LlmCall(Frozen):
    """One call to a controller's model."""

    stage: Stage
    model: str
    usage: Usage = Usage()
    prompt_characters: int = 0
    started_at: float = 0.0
    """Seconds since the epoch."""


class Result(Frozen):
    """A row of the ledger: written once, when the task is done or can't be."""

    task_id: int
    key: str
    """`2`, or `3[0]` for a member of a mapped task."""
    task_type: str
    status: TaskStatus
    outputs: Made = {}
    error: str | None = None
    input_fault: bool = False
    """What it was given is to blame: another expert would have done no better."""
    assignment: Assignment | None = None
    fingerprint: str = ""
    """Task id, type, parameters, hashes of the inputs, model id and revision: what was asked of the expert."""
    inputs: tuple[str, ...] = ()
    """sha256 of what went in."""
    started_at: float = 0.0
    """Seconds since the epoch."""
    duration: float = 0.0
    """Seconds the expert took, slots and retries included."""
    attempts: int = 0
    usage: Usage = Usage()
    notes: tuple[str, ...] = ()
    """What its reader must know of the outputs, e.g. that scanned pages were read by OCR."""

    @property
    def ok(self) -> bool:
        """Its outputs can be used."""
        return self.status == "succeeded"

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Everything it made, flat."""
        return tuple(
            resource
            for value in self.outputs.values()
            for resource in (value if isinstance(value, tuple) else (value,))
        )


class Request(Frozen):
    """What a controller reads."""

    text: str
    files: tuple[Resource, ...] = ()
    """Attached to this request, or named in its text."""
    thread_id: str = ""
    history: tuple[tuple[str, str], ...] = ()
    """Earlier turns as (role, text), oldest first."""
    resources: tuple[Resource, ...] = ()
    """Given or made in earlier turns, newest last."""


Repairs = Annotated[
    tuple[str, ...], Field(validation_alias=AliasChoices("repairs", "mends"), serialization_alias="mends")
]
"""Sentences that say what was repaired. Rows, checkpoints and events have had the name `mends` for it from the first day."""


class Evidence(Frozen):
    """Words of a request that asked for a task: `text[start:end]`."""

    task_id: int
    start: int
    end: int
    implied: bool = False
    """Nobody said it; the wish in these words needs it."""


class Proposal(Frozen):
    """What a controller's planning gives back."""

    plan: Plan
    refusals: tuple[str, ...] = ()
    """What was asked and can't be planned, each a sentence to the user."""
    repairs: Repairs = ()
    """What was wrong with the first draft and has been repaired."""
    usage: Usage = Usage()
    evidence: tuple[Evidence, ...] | None = None
    """Where each task comes from; None when the controller can't tell."""
    unused: tuple[tuple[int, int], ...] = ()
    """Words that asked for nothing and went into nothing, as (start, end); only beside `evidence`."""


class Options(Frozen):
    """What the user decided beside the request; kept with the run, so that a resume decides the same."""

    approve: Literal["always", "never"] = "never"
    """Whether the run pauses for approval once its plan is ready."""
    where: tuple[str, ...] = ()
    """Places where experts may run, the preferred one first; everywhere when empty. See `graph.settings.PLACES`."""
    models: dict[str, str] = {}
    """The user's own choice of expert: model id by task type or task id."""
    select: Literal["controller", "rank"] = "controller"
    """Who chooses among several experts; `rank` takes the first and calls no model."""
    max_llm_calls: int | None = Field(default=None, ge=0)
    """Calls to the controller's model that a run may make; reached, it stops and can be resumed."""
    max_tokens: int | None = Field(default=None, ge=0)
    """Tokens, in and out, after which no further call is made."""


class Run(Frozen):
    """One request and all that came of it."""

    run_id: str
    thread_id: str
    parent: str | None = None
    """The run it was forked from."""
    request: Request
    options: Options = Options()
    controller: str = ""
    plan: Plan = Plan()
    epoch: str = ""
    """Key of its rows in the ledger: `run_id` and the plan's digest."""
    results: tuple[Result, ...] = ()
    refusals: tuple[str, ...] = ()
    repairs: Repairs = ()
    answer: str = ""
    status: RunStatus = "running"
    started_at: float = 0.0
    duration: float = 0.0
    """Seconds in which its tasks and calls were under way; while nobody was at it, none pass."""
    version: str = ""
    """Of the graph that made it; see `RunChanged`."""
    usage: Usage = Usage()

    @property
    def unfinished(self) -> bool:
        """It can be gone on with."""
        return self.status in {"running", "waiting", "interrupted"}


def status_of(plan: Plan, results: dict[int, Result], refusals: tuple[str, ...] = ()) -> RunStatus:
    """How a finished run went: all tasks done and nothing refused, some, or none."""
    done = sum(task.id in results and results[task.id].ok for task in plan.tasks)
    if plan.tasks and done == len(plan.tasks) and not refusals:
        return "succeeded"
    if done:
        return "partial"
    return "succeeded" if not plan.tasks and not refusals else "failed"
