"""`progress_events`: sends the steps of a local model's call to the event loop, as `TaskProgress`, from any thread."""

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from ....graph.call import Call
from ....graph.events import TaskProgress
from ..worker.progress import OnStep, Step


@contextmanager
def progress_events(call: Call, emit: Callable[[TaskProgress], None]) -> Iterator[OnStep]:
    """A function that reports a step of `call` to `emit`, for as long as the body runs."""
    over, loop, context = Event(), asyncio.get_running_loop(), contextvars.copy_context()

    def report(step: Step) -> None:
        event = TaskProgress(run_id=call.run_id, task_id=call.task.id, key=call.key, **step.model_dump())
        if not over.is_set():
            loop.call_soon_threadsafe(emit, event, context=context)

    try:
        yield report
    finally:
        over.set()
