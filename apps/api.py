"""`run`, `arun`, `stream`, `astream`: one request from Python, to its end or event by event.

They work in scripts, notebooks and running event loops. The world of their settings stays open until the process ends, so
that a second request finds warm workers; `hugginggpt.close()` closes it. Runs are kept in the home, and can be resumed.
"""

import atexit
from asyncio import to_thread
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from pydantic import ValidationError

from ..graph.background import blocking, iterated
from ..graph.errors import UsageError
from ..graph.events import Event, RunFinished
from ..graph.plan import Plan
from ..graph.result import Options
from ..graph.settings import Settings, settings_given
from ..graph.world import World
from .given_files import as_graph_files
from .outcome import Outcome
from .own_files import OwnFiles
from .session import Session
from .shared_world import Share, close_all, close_databases

if TYPE_CHECKING:
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
        self._plan = plan if plan is None or isinstance(plan, Plan) else Plan.from_hugginggpt(_entries(plan))
        if not request.strip() and self._plan is None:
            raise UsageError("the request is empty", hint="say what is to be done, e.g. run('summarise notes.txt')")
        if self._plan is not None and not self._plan.tasks:
            raise UsageError("the plan has no task", hint="leave plan out to have one made for the request")
        self._request = request if request.strip() or self._plan is None else _words_of(self._plan)
        self._files = as_graph_files(files)
        self._options = _options(options)
        self._settings = (settings_given(settings) or Settings.from_env()).with_given(llm=llm, where=where)
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
        run_id = ""
        async with aclosing(self.events()) as feed:
            async for event in feed:
                run_id = event.run_id
        return await _outcome(run_id, self._settings)


async def _outcome(run_id: str, settings: Settings) -> Outcome:
    """A run as it is recorded now."""
    world = await to_thread(_kept_open, settings)

    async def go_on(how: Literal["retry", "resume", "fork"], given: Any) -> Outcome:
        session = Session(await to_thread(_kept_open, settings))
        run, continued_id = await session.run(run_id), run_id
        match how:
            case "retry":
                continued = session.retry(run)
            case "resume":
                continued = session.resume(run, given)
            case "fork":
                continued = session.fork(run, given)
        async with aclosing(continued) as feed:  # type: ignore[type-var]
            async for event in feed:
                continued_id = event.run_id
        return await _outcome(continued_id, settings)

    return Outcome.of(await Session(world).history.run(run_id), world.store, go_on)


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


def _options(options: Options | Mapping[str, Any] | None) -> Options:
    if options is None or isinstance(options, Options):
        return options or Options()
    try:
        return Options.model_validate(dict(options))
    except (ValidationError, TypeError, ValueError) as error:
        problems = (
            [f"{'.'.join(map(str, e['loc']))}: {e['msg']} (it is {e['input']!r})" for e in error.errors()]
            if isinstance(error, ValidationError)
            else [f"they are of type {type(options).__name__}"]
        )
        there = ", ".join(Options.model_fields)
        raise UsageError(f"the options can't be used: {'; '.join(problems)}", hint=f"There are: {there}.") from None


def _entries(plan: Any) -> Any:
    if isinstance(plan, str):
        return plan
    if not isinstance(plan, Iterable):
        raise UsageError(f"the plan is of type {type(plan).__name__}", hint="give a Plan or the paper's JSON list")
    return list(plan)


def _words_of(plan: Plan) -> str:
    """The request that a plan without one stands for."""
    return "; ".join(dict.fromkeys(task.goal or task.type for task in plan.tasks))
