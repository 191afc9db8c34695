"""Protocols of what the stages call: `Controller`, `Catalog`, `Backend`, `Ledger`, `Store`, `Slots`, `Fetcher`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from .at_work import AtWork
from .board import Board
from .call import Artifact, Call, Part
from .call_progress import CallProgress
from .choice import Choice
from .content_blocks import GivenFile
from .deadline import TimeLimits
from .errors import RunBusy
from .estimate import Measured
from .expert import Assignment, Candidate, Expert, Obstacle
from .options import Options
from .resource import Resource
from .result import Proposal, Request, Result, Run, RunStatus
from .task import Task
from .usage import LlmCall, Stage


class Callbacks(Protocol):
    """What a controller calls while it works: before and after each LLM call, and for each task it has drafted."""

    async def on_call_start(self, stage: Stage, model: str, tokens: int = 0, cost: float | None = None) -> int:
        """Before each call to a chat model; returns its number. Raises `LimitReached`.

        It reads about so many `tokens`, for so many dollars; None where its price is not known.
        """

    async def on_call_end(self, number: int, call: LlmCall) -> None:
        """After each call, with its cost, also when it failed."""

    async def on_progress(self, progress: CallProgress) -> None:
        """Each second of a call: what it waits for, or has written so far."""

    async def on_task_drafted(self, place: int, task_type: str) -> None:
        """While a plan is being written: its next task, unchecked. `place` 0 begins a new draft."""


class NoCallbacks:
    """Callbacks that do nothing: no call is recorded or limited."""

    async def on_call_start(self, stage: Stage, model: str, tokens: int = 0, cost: float | None = None) -> int:
        """Allow the call."""
        return 0

    async def on_call_end(self, number: int, call: LlmCall) -> None:
        """Do nothing."""

    async def on_progress(self, progress: CallProgress) -> None:
        """Do nothing."""

    async def on_task_drafted(self, place: int, task_type: str) -> None:
        """Do nothing."""


class Controller(Protocol):
    """The planner of the paper: plans a request, chooses experts, writes the answer."""

    @property
    def name(self) -> str:
        """As shown to the user, e.g. `embedded`, `openai:gpt-5-mini`."""

    async def plan(self, request: Request, callbacks: Callbacks = ...) -> Proposal:
        """Turn a request into tasks. Raises `ControllerError` when it can't be reached or returns nothing usable."""

    def differences(self, choice: Choice) -> Sequence[str]:
        """What the task asks for and another candidate than the first offers; rank decides where there is nothing."""

    async def choose(self, choices: Sequence[Choice], callbacks: Callbacks = ...) -> Sequence[Assignment]:
        """The assignment of each choice whose candidates differ, in their order; asked for all of a run together."""

    def answer(self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks = ...) -> AsyncIterator[str]:
        """Write the answer from the results, piece by piece. `paths`: local file by sha256."""


ControllerOf = Callable[[str], Awaitable[Controller]]
"""The controller of a run by `Options.llm`; empty for that of the settings. Raises `UsageError`."""


class Catalog(Protocol):
    """The experts for a task, and which of them can do it here and now."""

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """All experts for the task's type, best first. `wanted`: a model id, found even if no list has it."""


class Backend(Protocol):
    """A place where experts run."""

    @property
    def name(self) -> str:
        """The word in `Expert.backend`."""

    def experts(self, task_type: str) -> Sequence[Expert]:
        """What it offers for a task type, whether or not it can run now."""

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """The expert of that very id, though `experts` may not list it; None when this place can have none such.

        May ask the network. Raises `ExpertError` when it knows the model and can't use it for the type.
        """

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """Why `expert` can't do `task` (None: any task of its type) here and now; None where it can."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Do the task. Whatever the expert raises becomes `ExpertError`; a cancelled call leaves nothing running."""

    async def aclose(self) -> None:
        """End worker processes and connections."""


@runtime_checkable
class Preparing(Protocol):
    """A backend with work before a call, e.g. the download of a model. The timeout of the call begins after it."""

    async def prepare(self, call: Call) -> None:
        """Do that work; returns at once when it is done already. Raises `ExpertError`."""


@runtime_checkable
class WarmsUp(Protocol):
    """A backend whose first call waits for something, e.g. the start of a process."""

    def warm_up(self, expert: Expert) -> None:
        """Begin what a call of that expert would wait for; returns at once, and raises nothing."""


Cutter = Callable[[Path, Path], Sequence[Part]]
"""Cuts the recording at a path into files in a folder, each short enough for one call; no files where the whole is.

Called in a thread. Raises `ExpertError` for a recording that is too long to cut.
"""
Consent = Callable[[str, int], bool]
"""Asks the user whether the model of that id, of so many bytes, may be downloaded. Called in a thread; may wait."""


Beside = Literal["any", "of_this_process", "none"]
"""Which other runs of its conversation may go on beside a new one."""


class Runs(Protocol):
    """The rows of runs, and the leases that let one process work on a run."""

    async def start(self, run: Run, execution: str, *, beside: Beside = "any") -> str:
        """Record a new run, or take up the row of one that was killed while planning. Claims its lease.

        Returns the controller that began it.
        Raises `RunBusy` while a living process works on another run of its conversation that is not allowed `beside` it.
        """

    async def recorded(self, run_id: str) -> Run | None:
        """A run as its row and the ledger have it; None where there is no row."""

    async def own(self, run_id: str, execution: str) -> None:
        """Claim the lease of a run for an execution of the graph, or keep it. Raises `RunBusy` when another has it."""

    def on_end(self, run_id: str, call: Callable[[RunBusy | None], None]) -> None:
        """Have `call` called, from a thread, when a run of this process is to be cancelled, or with why it has lost it."""

    async def disown(self, run_id: str) -> None:
        """Return the lease."""

    async def interrupt(self, run_id: str, execution: str) -> None:
        """Record that a run was left unfinished, and return its lease, if that execution has it."""

    async def planned(self, run_id: str, epoch: str, proposal: Proposal, controller: str) -> None:
        """Record the plan of a run."""

    def at_work(self, run_id: str, work: AtWork) -> None:
        """What a task is doing now, for those who look at the run."""

    def left(self, run_id: str, key: str) -> None:
        """A task does nothing any more: it has a result, or was stopped."""

    async def finish(self, run: Run) -> None:
        """Record how a run ended, and return its lease."""

    async def time_limits(self, run_id: str) -> TimeLimits:
        """How much time a run, and a call in it, may take from now on."""

    async def kept_limits(self, thread_id: str) -> Mapping[str, Any]:
        """The limits of a conversation that its newest run has, by name."""

    async def set_status(self, run_id: str, status: RunStatus) -> None:
        """Record that a run waits, continues, or was interrupted."""

    async def set_options(self, run_id: str, options: Options) -> None:
        """Change the options of a run."""

    async def set_limits(self, run_id: str, options: Options) -> None:
        """Change how much a run, and a call in it, may spend; limits that `options` leaves open stay as they are."""


class LlmCalls(Protocol):
    """The record of calls to chat models."""

    async def start(self, run_id: str, stage: Stage, model: str, tokens: int = 0, cost: float | None = None) -> int:
        """Record a call of about so many `tokens` and dollars before it is made; its number. Raises `LimitReached`.

        Where there is a limit of tokens or dollars, it waits for the call before: so none is exceeded by more than a call.
        """

    async def charge(self, run_id: str, model: str, cost: float | None) -> None:
        """Record a call to an expert that is paid by the call, before it is made. Raises `LimitReached`.

        `cost`: dollars; None where that is not known, which a limit of dollars refuses.
        """

    async def end(self, number: int, call: LlmCall) -> None:
        """Record what it cost."""

    async def of_run(self, run_id: str) -> Sequence[LlmCall]:
        """The calls of a run, oldest first."""


class Ledger(Protocol):
    """The durable record of runs, results, choices and resources. Every write is committed when its call returns."""

    @property
    def board(self) -> Board:
        """Which tasks of this process run, and which wait for them."""

    @property
    def runs(self) -> Runs:
        """Rows and leases of runs."""

    @property
    def llm_calls(self) -> LlmCalls:
        """Calls to chat models."""

    async def results(self, epoch: str, keys: Sequence[str] | None = None) -> dict[str, Result]:
        """The rows of an epoch by key."""

    async def recorded(self, epoch: str) -> set[str]:
        """The keys that have a row in an epoch."""

    async def find(self, run_id: str, fingerprint: str) -> Result | None:
        """A succeeded row of that fingerprint in this run or the nearest that it descends from."""

    async def has_earlier(self, run_id: str, epoch: str) -> bool:
        """Whether `find` may return a row of another epoch: of this run, or of those that it descends from."""

    async def chosen(self, run_id: str, key: str) -> Assignment | None:
        """The expert that did the task of that key in the nearest run that this one descends from."""

    async def measured(self, models: Collection[str]) -> Measured:
        """What calls took and used here, on the average; `models`: the experts whose seconds are wanted."""

    async def fork(self, run: Run, edited: Sequence[Result], taken: Collection[int], epoch: str) -> dict[str, Result]:
        """Record a fork, once, with results that were edited and those of tasks `taken` over from its parent's `epoch`.

        Returns all of them by key. Raises `UsageError` where its conversation has an unfinished run.
        """

    async def put(self, run_id: str, thread_id: str, epoch: str, result: Result) -> Result:
        """Record a result, once: the row that was there first wins, and is returned."""

    async def assignment(self, run_id: str, decision: str) -> Assignment | None:
        """The choice recorded for a decision in this run or one that it descends from."""

    async def assign(self, run_id: str, decision: str, assignment: Assignment) -> Assignment:
        """Record a choice, once: the one that was there first wins, and is returned."""

    async def thread_resources(self, thread_id: str) -> Sequence[Resource]:
        """What was given and made in a conversation, oldest first."""

    async def given(self, run_id: str, thread_id: str, resources: Sequence[Resource]) -> None:
        """Record the files that the user gave to a run."""


class Store(Protocol):
    """Files by the hash of their content."""

    def path(self, resource: Resource) -> Path:
        """Where its bytes are."""

    async def put_bytes(self, data: bytes, media_type: str) -> tuple[str, int]:
        """Store bytes; returns sha256 and size."""

    async def put_text(self, text: str, *, producer: str | None = None) -> Resource:
        """Text as a resource. A short one without producer, which stands in the plan, gets no file of its own."""

    async def adopt(self, artifact: Artifact, producer: str) -> Resource:
        """Store what an expert made; its file is moved in."""

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """A new empty folder on the same disk, deleted at the end."""

    def unused_folder(self) -> Path:
        """A name for such a folder, which is not made yet."""

    async def remove_folder(self, folder: Path) -> None:
        """Delete it with its content."""


class Slots(Protocol):
    """How many calls may run at once."""

    def full(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the named slots that have no room now."""

    def hold(self, names: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Wait until all the named slots have room, and hold them while the body runs."""


class Fetcher(Protocol):
    """Guarded reading of the files and URLs that the user names."""

    async def fetch(self, name: str) -> Resource:
        """Read a path or URL into the store; raises `InvalidInput`."""

    async def keep(self, given: GivenFile) -> Resource:
        """Store what a caller handed over with its content; raises `InvalidInput`, which never repeats the data."""

    async def gather(self, text: str, files: Sequence[str | Resource]) -> Sequence[Resource]:
        """The attached `files` (each must be there), then what `text` names (missing ones as missing resources)."""
