"""`run`, `stream`, and each with `a` before it: one request from Python, to its end or event by event.

They work in scripts, notebooks and running event loops. The world of their settings stays open until the process ends, so
that a second request finds warm workers; `hugginggpt.close()` closes it.
"""

from asyncio import to_thread
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ..graph.background import blocking, iterated
from ..graph.errors import UsageError
from ..graph.events import Event, RunFinished
from ..graph.options import Options
from ..graph.plan import Plan
from ..graph.settings import Settings
from ..nodes.given_plan import with_names_as_files
from ..nodes.run_options import options_of
from .continued_runs import end_of
from .given_files import as_graph_files
from .kept_worlds import kept_open, own_files, settings_of_call
from .outcome import Outcome
from .session import Session

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
        self._files = as_graph_files(files)
        self._plan = plan if isinstance(plan, Plan | None) else _read(plan, self._files)
        if not request.strip() and self._plan is None:
            raise UsageError("the request is empty", hint="say what is to be done, e.g. run('summarise notes.txt')")
        if self._plan is not None and not self._plan.tasks:
            raise UsageError("the plan has no task", hint="leave plan out to have one made for the request")
        self._request = request if request.strip() or self._plan is None else _words_of(self._plan)
        self._options = options_of(options, None)
        self._settings = settings_of_call(settings, llm, where)
        if not isinstance(thread_id, str | None):
            raise UsageError(f"thread_id is {thread_id!r}, and must be a text", hint=f"thread_id={str(thread_id)!r}")
        if thread_id is not None and not thread_id.strip():
            raise UsageError("thread_id is empty, and names no conversation", hint="leave it out for a new one")
        self._thread_id = thread_id or uuid4().hex[:10]

    async def events(self) -> AsyncGenerator[Event, None]:
        """All events of the run."""
        world = await to_thread(kept_open, self._settings)
        files = await own_files.given(self._request, self._files, world.graph, self._thread_id)
        started = Session(world).start(
            self._request, thread_id=self._thread_id, files=files, options=self._options, plan=self._plan
        )
        async with aclosing(started) as feed:  # type: ignore[type-var]
            async for event in feed:
                if isinstance(event, RunFinished):
                    own_files.remember(event)
                yield event

    async def outcome(self) -> Outcome:
        """The run, once it has ended or waits."""
        return await end_of(self.events(), self._settings)


def _read(plan: Any, files: Iterable[Any]) -> Plan:
    if not isinstance(plan, Iterable):
        raise UsageError(f"the plan is of type {type(plan).__name__}", hint="give a Plan or the paper's JSON list")
    entries = plan if isinstance(plan, str) else list(plan)
    names = [file if isinstance(file, str) else str(file.get("filename") or "") for file in files]
    return with_names_as_files(Plan.from_hugginggpt(entries), attached=names)


def _words_of(plan: Plan) -> str:
    """The request that a plan without one stands for."""
    return "; ".join(dict.fromkeys(task.goal or task.type for task in plan.tasks))
