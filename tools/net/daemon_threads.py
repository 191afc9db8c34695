"""Threads that can be left alone: for blocking clients that nobody can interrupt."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

T = TypeVar("T")


def in_time(function: Callable[..., T], seconds: float, *args: object) -> T:
    """What `function` gives, for who can only wait. Raises `TimeoutError`, and leaves its thread alone then.

    The timeouts of blocking clients are for each piece of an answer: heads of a byte a second keep all of them.
    """
    outcome: Future[T] = Future()
    _start(function, args, outcome)
    try:
        return outcome.result(seconds)
    except FutureTimeout:
        if outcome.done():
            raise
        raise TimeoutError(f"it took longer than {seconds:g} s") from None


async def in_abandonable_thread(function: Callable[..., T], *args: object) -> T:
    """Like `asyncio.to_thread`, but a cancelled call does not hold up the end of the loop or of the process.

    The thread itself goes on until `function` returns, so that must have a timeout of its own.
    """
    outcome: Future[T] = Future()
    _start(function, args, outcome)
    return await asyncio.wrap_future(outcome)


def _start(function: Callable[..., T], args: tuple[object, ...], outcome: "Future[T]") -> None:
    outcome.set_running_or_notify_cancel()

    def work() -> None:
        try:
            outcome.set_result(function(*args))
        except BaseException as error:  # not swallowed: it is raised where the outcome is awaited
            outcome.set_exception(error)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=[work], name=getattr(function, "__name__", "call"), daemon=True).start()
