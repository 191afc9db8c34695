"""`run`, `stream`, `resume`, `retry`, and each with `a` before it: one request from Python, to its end or event by event.

They work in scripts, notebooks and running event loops. The world of their settings stays open until the process ends, so
that a second request finds warm workers; `hugginggpt.close()` closes it.
"""

import atexit
from asyncio import to_thread
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import aclosing
from os.path import isfile
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ..graph.background import blocking, iterated
from ..graph.errors import UsageError
from ..graph.events import Event, RunFinished, RunWaiting
from ..graph.options import Options
from ..graph.plan import Plan
from ..graph.result import Run
from ..graph.settings import Settings, settings_given
from ..graph.world import World
from ..nodes.given_plan import with_names_as_files
from ..nodes.run_options import options_of, raised_limits
from .changes import Changes
from .given_files import as_graph_files
from .outcome import How, Outcome
from .own_files import OwnFiles
from .session import Session
from .shared_world import Share, close_all, close_databases

if TYPE_CHECKING:
    from typing import Unpack

    from .changes import GivenChanges
    from .given_files import File

GivenPlan = Plan | Iterable[Mapping[str, Any]] | str
"""A `Plan`, or the paper's JSON."""


def run(
    request: str = "",
    *,
    files: "File | Iterable[File]" = (),
    plan: GivenPlan | None = None,
    llm: str | None = None,
    where: str | Iterable[str] | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    thread_id: str | None = None,
) -> Outcome:
    """Run a request to its end.

    `files`: one or several: paths, URLs, data URLs, bytes, open files, content blocks, PIL images (all pages), arrays of
    pixels, DataFrames. `plan`: run this instead of having one made. `llm`, `where`: as in `Settings`. `options`: of this
    run. `settings`: by default those of the environment. `thread_id`: the conversation; by default a new one.

    An expert's failure is in the outcome's `status` and `results`. Raises `HuggingGPTError` for everything else, and
    `UsageError` for a wrong argument before anything is started.
    """
    call = _Call(request, files, plan, llm, where, options, settings, thread_id)
    return blocking(call.outcome)


async def arun(
    request: str = "",
    *,
    files: "File | Iterable[File]" = (),
    plan: GivenPlan | None = None,
    llm: str | None = None,
    where: str | Iterable[str] | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    thread_id: str | None = None,
) -> Outcome:
    """As `run`, for asynchronous code."""
    return await _Call(request, files, plan, llm, where, options, settings, thread_id).outcome()


def stream(
    request: str = "",
    *,
    files: "File | Iterable[File]" = (),
    plan: GivenPlan | None = None,
    llm: str | None = None,
    where: str | Iterable[str] | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    thread_id: str | None = None,
) -> Iterator[Event]:
    """The events of a run as they come; arguments as for `run`, and checked at once. The last is `run_finished`."""
    return iterated(_Call(request, files, plan, llm, where, options, settings, thread_id).events)


def astream(
    request: str = "",
    *,
    files: "File | Iterable[File]" = (),
    plan: GivenPlan | None = None,
    llm: str | None = None,
    where: str | Iterable[str] | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    thread_id: str | None = None,
) -> AsyncGenerator[Event, None]:
    """As `stream`, for asynchronous code."""
    return _Call(request, files, plan, llm, where, options, settings, thread_id).events()


def resume(
    run_id: str | Run,
    verdict: Any = None,
    *,
    llm: str | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Outcome:
    """Continue a run that was killed, was interrupted or waits, by its id or the beginning of it.

    `verdict`: for one that waits: True, False, or `{"approve": True, "plan": ...}`; without one it still waits.
    `options`: new limits (`{"max_llm_calls": 20}`). What is recorded is not done again. Raises `UsageError` for a run that
    is finished, unknown, or owned by another process, and for a verdict that can't be read.
    """
    return blocking(lambda: aresume(run_id, verdict, llm=llm, options=options, settings=settings))


async def aresume(
    run_id: str | Run,
    verdict: Any = None,
    *,
    llm: str | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Outcome:
    """As `resume`, for asynchronous code."""
    return await _continued("resume", run_id, verdict, _chosen(settings, llm), options)


def retry(
    run_id: str | Run,
    *,
    llm: str | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Outcome:
    """Run again what failed in a finished run, by its id. Raises `UsageError` where there is nothing to retry.

    `options`: new limits, as for `resume`.
    """
    return blocking(lambda: aretry(run_id, llm=llm, options=options, settings=settings))


async def aretry(
    run_id: str | Run,
    *,
    llm: str | None = None,
    options: Options | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Outcome:
    """As `retry`, for asynchronous code."""
    return await _continued("retry", run_id, None, _chosen(settings, llm), options)


def fork(
    run_id: str | Run, *, llm: str | None = None, settings: Settings | None = None, **changes: "Unpack[GivenChanges]"
) -> Outcome:
    """Go on from a run that has stopped, by its id, in a run of its own; see `Outcome.fork` for the changes."""
    return blocking(lambda: afork(run_id, llm=llm, settings=settings, **changes))


async def afork(
    run_id: str | Run, *, llm: str | None = None, settings: Settings | None = None, **changes: "Unpack[GivenChanges]"
) -> Outcome:
    """As `fork`, for asynchronous code."""
    return await _continued("fork", run_id, Changes.of(changes), _chosen(settings, llm))


def _chosen(settings: Any, llm: str | None = None, where: Any = None) -> Settings:
    """The settings of a call. Raises `UsageError`."""
    return (settings_given(settings) or Settings.from_env()).with_given(llm=llm, where=where)


class _Call:
    """One request, its arguments checked. Raises `UsageError`."""

    def __init__(
        self,
        request: str,
        files: Any,
        plan: GivenPlan | None,
        llm: str | None,
        where: str | Iterable[str] | None,
        options: Options | Mapping[str, Any] | None,
        settings: Settings | None,
        thread_id: str | None,
    ) -> None:
        if not isinstance(request, str):
            raise UsageError(
                f"the request is of type {type(request).__name__}, and must be a text", hint="run('say hello')"
            )
        self._files = as_graph_files(files)
        self._plan = plan if isinstance(plan, Plan | None) else _read(plan, self._files)
        if not request.strip() and self._plan is None:
            raise UsageError("the request is empty", hint="say what is to be done, e.g. run('summarise notes.txt')")
        if self._plan is not None and not self._plan.tasks:
            raise UsageError("the plan has no task", hint="leave plan out to have one made for the request")
        self._request = request if request.strip() or self._plan is None else _words_of(self._plan)
        self._options = options_of(options, None)
        self._settings = _chosen(settings, llm, where)
        if not isinstance(thread_id, str | None):
            raise UsageError(f"thread_id is {thread_id!r}, and must be a text", hint=f"thread_id={str(thread_id)!r}")
        if thread_id is not None and not thread_id.strip():
            raise UsageError("thread_id is empty, and names no conversation", hint="leave it out for a new one")
        self._thread_id = thread_id or uuid4().hex[:10]

    async def events(self) -> AsyncGenerator[Event, None]:
        """All events of the run."""
        world = await to_thread(_kept_open, self._settings)
        files = await _own_files.given(self._request, self._files, world.graph, self._thread_id)
        started = Session(world).start(
            self._request, thread_id=self._thread_id, files=files, options=self._options, plan=self._plan
        )
        async with aclosing(started) as feed:  # type: ignore[type-var]
            async for event in feed:
                if isinstance(event, RunFinished):
                    _own_files.remember(event)
                yield event

    async def outcome(self) -> Outcome:
        """The run, once it has ended or waits."""
        return await _end_of(self.events(), self._settings)


async def _continued(how: How, run_id: str | Run, verdict: Any, settings: Settings, options: Any = None) -> Outcome:
    """A recorded run goes on: `verdict` is the reply, or the changes of a fork. Raises `UsageError` where it still waits."""
    limits = raised_limits(options)
    run_id = run_id.run_id if isinstance(run_id, Run) else run_id
    if not isinstance(run_id, str) or not run_id:
        raise UsageError(f"the run is {run_id!r}, and must be the id of one", hint=f"hugginggpt.{how}(run.run_id)")
    session = Session(await to_thread(_kept_open, settings))
    run = await session.run(run_id)
    if limits:
        await session.world.ledger.runs.set_limits(run.run_id, Options.model_validate(limits))
    match how:
        case "fork":
            return await _end_of(session.fork(run, verdict), settings)
        case "retry":
            outcome = await _end_of(session.retry(run), settings)
        case "resume":
            outcome = await _end_of(session.resume(run, verdict), settings)
    if verdict is not None and outcome.status == "waiting":
        raise UsageError(f"run {run.run_id} still waits: {outcome.question}")
    return outcome


async def _end_of(events: AsyncIterator[Event], settings: Settings) -> Outcome:
    """The run of these events as it is recorded at their end."""
    run_id = question = ""
    async with aclosing(events) as feed:  # type: ignore[type-var]
        async for event in feed:
            run_id = event.run_id
            question = event.question if isinstance(event, RunWaiting) else question
    world = await to_thread(_kept_open, settings)

    async def go_on(how: How, verdict: Any, options: Any) -> Outcome:
        return await _continued(how, run_id, verdict, settings, options)

    return Outcome.of(await Session(world).history.run(run_id), world.store, go_on, question)


_lock = Lock()
_kept: dict[Settings, Share] = {}
_own_files = OwnFiles()
"""Of this process."""


def _kept_open(settings: Settings) -> World:
    """The world of these settings; it stays open."""
    share = Share(settings)
    world = share.open()
    with _lock:
        if not _kept:
            atexit.register(close_databases)
        earlier, _kept[settings] = _kept.get(settings), share
    if earlier:
        earlier.close()
    return world


def close() -> None:
    """Close what calls of this module and unclosed tools keep open in this process: worker processes, databases."""
    with _lock:
        _kept.clear()
    close_all()


def _read(plan: Any, files: Iterable[Any]) -> Plan:
    if not isinstance(plan, Iterable):
        raise UsageError(f"the plan is of type {type(plan).__name__}", hint="give a Plan or the paper's JSON list")
    entries = plan if isinstance(plan, str) else list(plan)
    names = [file if isinstance(file, str) else str(file.get("filename") or "") for file in files]
    return with_names_as_files(Plan.from_hugginggpt(entries), exists=isfile, attached=names)


def _words_of(plan: Plan) -> str:
    """The request that a plan without one stands for."""
    return "; ".join(dict.fromkeys(task.goal or task.type for task in plan.tasks))
