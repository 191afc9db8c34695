"""Threads that can be left alone: for blocking clients that nobody can interrupt."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_abandonable_thread(function: Callable[..., T], *args: object) -> T:
    """Like `asyncio.to_thread`, but a cancelled call does not hold up the end of the loop or of the process.

    The thread itself goes on until `function` returns, so that must have a timeout of its own.
    """
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()

    def work() -> None:
        try:
            outcome.set_result(function(*args))
        except BaseException as error:  # not swallowed: it is raised where the outcome is awaited
            outcome.set_exception(error)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=[work], name=getattr(function, "__name__", "call"), daemon=True).start()
    return await asyncio.wrap_future(outcome)
