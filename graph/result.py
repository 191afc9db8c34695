"""`Result`: how a task ended; `Proposal`: what planning gives; `Run`: a request with its plan and results."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, Field, field_serializer, field_validator

from .at_work import AtWork
from .expert import Assignment
from .member import Member, Place, place_of
from .options import Options
from .plan import Plan
from .resource import Frozen, Resource
from .usage import Usage
from .vocabulary import VOCABULARY

TaskStatus = Literal["succeeded", "partial", "failed", "skipped", "cancelled"]
"""`partial`: done, but some members of a list are missing: they failed, or what they were to be made from did."""
RunStatus = Literal[
    "running",
    "waiting",
    "interrupted",
    "succeeded",
    "partial",
    "failed",
    "cancelling",
    "cancelled",
    "refused",
    "damaged",
]
"""`cancelling`: its process was requested to end it, and has not done so yet.
`refused`: its plan was, when it waited for approval; nothing was run.
`damaged`: the database holds rows of it that can't be read; the other runs of the home are not affected."""
UNFINISHED: Final[frozenset[RunStatus]] = frozenset(("running", "waiting", "interrupted", "cancelling"))
"""Of runs that can go on, or are to be ended."""
RESUMABLE: Final[frozenset[RunStatus]] = UNFINISHED | {"cancelled"}

EDITED = "edited by hand"
"""The note on a result that a client wrote into the state; no expert made it."""
REFUSED = "The plan was refused; nothing was run."
"""The answer of a run that was refused."""
PLAN_EDITED = f"the plan was {EDITED}"
"""Among the repairs of a run whose plan is not the controller's."""
OPTIONS_EDITED = f"the options were {EDITED}"
"""Among the repairs of a run whose options a client has changed."""
BY_RULES = "no draft of the model can be run; the plan was made by rules"
"""Among the repairs of a proposal, and of its run, whose plan is not the model's that was asked for it."""

Outputs = dict[str, tuple[Resource, ...]]
"""What a task made, by output name; one resource, or several where the output is a list or the task was mapped."""


class Result(Frozen):
    """A row of the ledger: written once, when the task is done or can't be."""

    task_id: int
    key: str
    """`2`, or `3[0]` for a member of a mapped task."""
    task_type: str
    status: TaskStatus
    outputs: Outputs = {}
    error: str | None = None
    input_fault: bool = False
    """Its inputs caused the failure: another expert would fail too."""
    assignment: Assignment | None = None
    fingerprint: str = ""
    """Hash of the call: key, task type, goal, parameters, hashes of the inputs, model id and revision."""
    inputs: tuple[str, ...] = ()
    """sha256 of what went in."""
    started_at: float = 0.0
    """Seconds since the epoch."""
    duration: float = 0.0
    """Seconds the expert took, slots and retries included."""
    queued: float = Field(default=0.0, exclude_if=lambda queued: not queued)
    """Of `duration`, the seconds that it waited for slots before its first attempt."""
    attempts: int = 0
    first_call: bool | None = Field(default=None, exclude_if=lambda first: first is None)
    """Whether its call was the first of its expert in a process: `duration` has the imports and the loading of a model.

    None where that is not known: it was no call, or an earlier version made it.
    """
    usage: Usage = Usage()
    notes: tuple[str, ...] = ()
    """Caveats about the outputs, e.g. that scanned pages were read by OCR."""
    name: str = ""
    """What the user calls the one thing from which it was made; empty where there are several, or it has no name."""
    members: tuple[Member, ...] = ()
    """Of a mapped task all its members; of any task also those of earlier lists that it was, or had to be, done without."""

    @property
    def ok(self) -> bool:
        """Its outputs can be used."""
        return self.status in {"succeeded", "partial"}

    @property
    def edited(self) -> bool:
        """A client wrote it into the state."""
        return EDITED in self.notes

    @property
    def mapped(self) -> bool:
        """It was done one member at a time. Not known of rows of earlier versions."""
        return any(self.owns(member) for member in self.members)

    @property
    def missing(self) -> tuple[Member, ...]:
        """The members that are not among the outputs."""
        return tuple(member for member in self.members if member.error is not None)

    def owns(self, member: Member) -> bool:
        """Whether a member is of the list that this task is done over, and not of an earlier one."""
        return member.key.startswith(f"{self.key}[")

    def places(self, output: str) -> tuple[Place, ...]:
        """Where each resource of an output stands; a place is empty where the output is a single resource."""
        made, row = self.outputs.get(output, ()), VOCABULARY.get(self.task_type)
        many = row is not None and (declared := row.output(output)) is not None and declared.many
        producers = [resource.producer or "" for resource in made]
        if all(producer.startswith(f"{self.key}[") for producer in producers) and (self.mapped or not many):
            seen = dict.fromkeys(producers, -1)
            places = list[Place]()
            for producer in producers:
                seen[producer] += 1
                places.append((*place_of(producer), seen[producer]) if many else place_of(producer))
            return tuple(places)
        return tuple((number,) for number in range(len(made))) if len(made) > 1 or self.mapped else ((),) * len(made)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Everything it made, flat."""
        return tuple(resource for resources in self.outputs.values() for resource in resources)

    @field_validator("outputs", mode="before")
    @classmethod
    def _from_json(cls, outputs: Any) -> Any:
        """JSON (rows, checkpoints, events) holds a single resource as an object."""
        if not isinstance(outputs, Mapping):
            return outputs
        return {name: value if isinstance(value, list | tuple) else (value,) for name, value in outputs.items()}

    @field_serializer("outputs", when_used="json")
    def _as_json(self, outputs: Outputs) -> dict[str, Any]:
        """A single resource as an object; a list of one stays a list where the task makes a list."""
        row = VOCABULARY.get(self.task_type)
        lists = {output.name for output in row.outputs if output.many or self.mapped} if row else set()
        return {name: made[0] if len(made) == 1 and name not in lists else made for name, made in outputs.items()}


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
    unmade: tuple[str, ...] = Field(default=(), exclude_if=lambda unmade: not unmade)
    """Types of the tasks of the turn before whose results are missing: they failed, or were skipped."""
    made: tuple[tuple[str, bool], ...] = Field(default=(), exclude_if=lambda made: not made)
    """Results of the turn before, in the order of its plan: the SHA-256 of each, and whether no other task took it."""
    unanswered: tuple[str, ...] = Field(default=(), exclude_if=lambda unanswered: not unanswered)
    """Earlier requests of the conversation that were refused whole, or none of whose tasks succeeded."""


EARLIER_REPAIRS: Final = "mends"
"""What checkpoints and recordings of earlier versions call the repairs."""
Repairs = Annotated[tuple[str, ...], Field(validation_alias=AliasChoices("repairs", EARLIER_REPAIRS))]
"""Sentences that name what was repaired in a plan."""


class Evidence(Frozen):
    """The words of a request that a task comes from: `text[start:end]`."""

    task_id: int
    start: int
    end: int
    implied: bool = False
    """The words do not name the task; the intent in them requires it."""
    example: str = ""
    """The example phrase that these words are nearest to, where that and no rule decided the task."""


class Proposal(Frozen):
    """The result of a controller's planning."""

    plan: Plan
    refusals: tuple[str, ...] = ()
    """What the request asks for and can't be planned, each a sentence to the user."""
    repairs: Repairs = ()
    """What was repaired in the first draft."""
    usage: Usage = Usage()
    evidence: tuple[Evidence, ...] | None = None
    """The words that each task comes from; None when the controller does not know."""
    unused: tuple[tuple[int, int], ...] = ()
    """Words that no task uses, as (start, end); only beside `evidence`."""


class Run(Frozen):
    """One request with its plan, results and answer."""

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
    doubts: tuple[str, ...] = Field(default=(), exclude_if=lambda doubts: not doubts)
    """What the answer says against the results, as the answer's last lines say too."""
    status: RunStatus = "running"
    started_at: float = 0.0
    duration: float = 0.0
    """Seconds that processes have worked on it, without the time it was paused or interrupted."""
    at_work: tuple[AtWork, ...] = Field(default=(), exclude_if=lambda at_work: not at_work)
    """Of a run that a process works on, as `History` reads it: its tasks without a result."""
    version: str = ""
    """Of the graph that made it; see `RunChanged`."""
    usage: Usage = Usage()

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Given and made."""
        return (*self.request.files, *(resource for result in self.results for resource in result.resources))

    @property
    def unfinished(self) -> bool:
        """It is to be resumed before its conversation goes on."""
        return self.status in UNFINISHED

    @property
    def resumable(self) -> bool:
        """It can be resumed: it is unfinished or was cancelled."""
        return self.status in RESUMABLE


def status_of(plan: Plan, results: dict[int, Result], refusals: tuple[str, ...] = ()) -> RunStatus:
    """The status of a finished run: all tasks done in full and nothing refused, some done, or none."""
    found = [results[task.id].status if task.id in results else "failed" for task in plan.tasks]
    if found and not refusals and all(status == "succeeded" for status in found):
        return "succeeded"
    if not {"succeeded", "partial"}.isdisjoint(found):
        return "partial"
    return "succeeded" if not plan.tasks and not refusals else "failed"
