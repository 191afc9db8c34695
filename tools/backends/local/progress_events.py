"""`progress_events`: sends the steps of a local model's call to the event loop, as `TaskProgress`, from any thread."""

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from ....graph.call import Call
from ..worker.progress import OnStep, Step

if TYPE_CHECKING:
    from ....graph.events import TaskProgress


@contextmanager
def progress_events(call: Call, emit: Callable[["TaskProgress"], None] | None) -> Iterator[OnStep]:
    """A function that reports a step of `call` to `emit` (None: the graph's), for as long as the body runs."""
    from ....graph import events

    send = emit or events.emit
    over, loop, context = Event(), asyncio.get_running_loop(), contextvars.copy_context()

    def report(step: Step) -> None:
        event = events.TaskProgress(run_id=call.run_id, task_id=call.task.id, key=call.key, **step.model_dump())
        if not over.is_set():
            loop.call_soon_threadsafe(send, event, context=context)

    try:
        yield report
    finally:
        over.set()
