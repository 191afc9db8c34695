"""`resume`, `retry`, `fork`, and each with `a` before it: a recorded run goes on, from Python, by its id or as it is."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ..graph.background import blocking
from ..graph.errors import UsageError
from ..graph.events import Event, RunWaiting
from ..graph.options import Options
from ..graph.result import Run
from ..graph.settings import Settings
from ..nodes.run_options import raised_limits
from .changes import Changes
from .kept_worlds import kept_open, settings_of_call
from .outcome import How, Outcome
from .session import Session

if TYPE_CHECKING:
    from typing import Unpack

    from .changes import GivenChanges


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
    return await _continued("resume", run_id, verdict, settings_of_call(settings, llm), options)


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
    return await _continued("retry", run_id, None, settings_of_call(settings, llm), options)


def fork(
    run_id: str | Run, *, llm: str | None = None, settings: Settings | None = None, **changes: "Unpack[GivenChanges]"
) -> Outcome:
    """Go on from a run that has stopped, by its id, in a run of its own; see `Outcome.fork` for the changes."""
    return blocking(lambda: afork(run_id, llm=llm, settings=settings, **changes))


async def afork(
    run_id: str | Run, *, llm: str | None = None, settings: Settings | None = None, **changes: "Unpack[GivenChanges]"
) -> Outcome:
    """As `fork`, for asynchronous code."""
    return await _continued("fork", run_id, Changes.of(changes), settings_of_call(settings, llm))


async def _continued(how: How, run_id: str | Run, verdict: Any, settings: Settings, options: Any = None) -> Outcome:
    """A recorded run goes on: `verdict` is the reply, or the changes of a fork. Raises `UsageError` where it still waits."""
    limits = raised_limits(options)
    run_id = run_id.run_id if isinstance(run_id, Run) else run_id
    if not isinstance(run_id, str) or not run_id:
        raise UsageError(f"the run is {run_id!r}, and must be the id of one", hint=f"hugginggpt.{how}(run.run_id)")
    session = Session(await to_thread(kept_open, settings))
    run = await session.run(run_id)
    if limits:
        await session.world.ledger.runs.set_limits(run.run_id, Options.model_validate(limits))
    match how:
        case "fork":
            return await end_of(session.fork(run, verdict), settings)
        case "retry":
            outcome = await end_of(session.retry(run), settings)
        case "resume":
            outcome = await end_of(session.resume(run, verdict), settings)
    if verdict is not None and outcome.status == "waiting":
        raise UsageError(f"run {run.run_id} still waits: {outcome.question}")
    return outcome


async def end_of(events: AsyncIterator[Event], settings: Settings) -> Outcome:
    """The run of these events as it is recorded at their end."""
    run_id = question = ""
    async with aclosing(events) as feed:  # type: ignore[type-var]
        async for event in feed:
            run_id = event.run_id
            question = event.question if isinstance(event, RunWaiting) else question
    return await outcome_of(run_id, settings, question)


async def outcome_of(run_id: str, settings: Settings, question: str = "") -> Outcome:
    """A recorded run, which can go on by its methods."""
    world = await to_thread(kept_open, settings)

    async def go_on(how: How, verdict: Any, options: Any) -> Outcome:
        return await _continued(how, run_id, verdict, settings, options)

    return Outcome.of(await Session(world).history.run(run_id), world.store, go_on, question)
