"""`State`: the channels of LangGraph's state. JSON values only: nodes validate them on entry, and dump them on return."""

import hashlib
import json
from collections.abc import Awaitable, Iterable, Mapping
from operator import or_
from typing import Annotated, Any, NotRequired, Protocol, TypeVar

from langchain_core.messages import AnyMessage
from langgraph.channels import EphemeralValue
from langgraph.graph.message import add_messages
from pydantic import Field
from typing_extensions import TypedDict

from .options import Options
from .plan import Plan
from .result import EARLIER_REPAIRS, Result, Run

Json = dict[str, Any]
Results = Annotated[dict[str, Json], or_]
"""Results of many tasks by key; they are merged, in any order."""
RUN_ID = "hugginggpt_run_id"
"""In `configurable`: the run whose row is to be taken up, as it was killed before its first checkpoint."""
CONVERSATION = "hugginggpt_conversation"
"""Key under `configurable`: the conversation of a run whose checkpoints are in a thread of another id, a parent's say."""
S_contra = TypeVar("S_contra", contravariant=True)


class Node(Protocol[S_contra]):
    """A stage as LangGraph calls it: its first parameter must have the name `state`."""

    def __call__(self, state: S_contra) -> Awaitable[Json]: ...


class GraphInput(TypedDict, total=False):
    """The input of the graph: `request`, or `messages` whose last one is the request."""

    request: Annotated[
        str,
        Field(
            description="What is to be done, in plain words. Empty where the last of `messages` is the request.",
            examples=["Read receipt.png and say the total aloud in Spanish", "What language is 'bonjour'?"],
        ),
    ]
    files: Annotated[
        list[str],
        Field(
            description="Files that the request is about: paths, http URLs, or data URLs (data:image/png;base64,...).",
            examples=[["receipt.png"], ["https://example.org/boats.jpg"]],
        ),
    ]
    """Programs may give content blocks too; `Intake` leaves no data in them (`nodes/given_media.py`)."""
    options: Annotated[Options, Field(description="The user's choices for this run; all have defaults.")]
    messages: Annotated[list[AnyMessage], add_messages]
    given_plan: Annotated[
        Json | list[Json],
        Field(
            description="A plan to run as it is: the paper's JSON list, or a plan of a state; empty to have one made."
        ),
    ]


class State(TypedDict, total=False):
    """The root graph's channels. The input is gone after the first step: it must not leak into the next turn."""

    request: Annotated[str, EphemeralValue]
    files: Annotated[list[str | Json], EphemeralValue]
    options: Annotated[Json, EphemeralValue]
    given_plan: Annotated[Json | list[Json], EphemeralValue]
    messages: Annotated[list[AnyMessage], add_messages]
    problems: list[str]
    """Why an edited plan can't be run."""
    run: Json
    """A `Run` without plan, results, and what other turns made: its ids, request, options and refusals."""
    plan: Json
    """A `Plan`."""
    results: Results
    """`Result`s by task id (as text)."""
    answer: str


class TaskRun(TypedDict):
    """What a task needs to know of its run."""

    run_id: str
    thread_id: str
    epoch: str
    models: dict[str, str]
    select: NotRequired[str]
    llm: NotRequired[str]
    where: NotRequired[list[str]]
    redo: NotRequired[list[int]]
    inherits: NotRequired[bool]
    """Whether tasks get the expert that did them in the run that it was forked from."""
    again: NotRequired[str]
    """Why the task is done though another host did it, for those who read the result."""


class TaskState(TypedDict, total=False):
    """The channels of one task's sub-graph: its own task, and nothing of the others'."""

    task: Json
    run: TaskRun
    assignment: Json | None
    results: Results


class TaskOutput(TypedDict):
    """What leaves the sub-graph. Any further key would collide between parallel tasks."""

    results: Results


def conversation_of(config: Mapping[str, Any]) -> str | None:
    """The conversation that a LangGraph config names; None for none."""
    configured = config.get("configurable") or {}
    named = configured.get(CONVERSATION) or configured.get("thread_id")
    return None if named is None else str(named)


def run_id_of(thread_id: str, namespace: str, checkpoint_id: str) -> str:
    """The id of the run that is planned from a checkpoint: planning again after a crash is the same run."""
    return hashlib.sha256(f"{thread_id}|{namespace}|{checkpoint_id}".encode()).hexdigest()[:10]


def epoch_of(run: Run, plan: Plan, edited: Iterable[Result] = ()) -> str:
    """The ledger's key. What was edited in the middle of a run opens an epoch of its own.

    `edited`: results that a client wrote into the state. The plan, the choice of experts and the hashes of these count.
    """
    made = sorted((row.key, row.status, [resource.sha256 for resource in row.resources]) for row in edited)
    content = [plan.digest, run.options.model_dump(mode="json", include={"models", "select", "where", "redo"}), made]
    return f"{run.run_id}:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]}"


def with_repairs(run: Json, *, added: Iterable[str] = ()) -> Json:
    """A run in a state with more repairs, under the name that they have today."""
    known = [*run.get("repairs", ()), *run.get(EARLIER_REPAIRS, ())]
    return {name: value for name, value in run.items() if name != EARLIER_REPAIRS} | {"repairs": [*known, *added]}


def epoch_in(run: Json, plan: Plan) -> str:
    """The epoch of a state."""
    return str(run.get("epoch") or legacy_epoch(run["run_id"], plan))


def legacy_epoch(run_id: str, plan: Plan) -> str:
    """The key of versions that kept none in the state."""
    return f"{run_id}:{plan.digest}"
