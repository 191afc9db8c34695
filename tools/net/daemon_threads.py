"""`call_with_timeout`, `call_in_daemon_thread`: calls of blocking clients that a caller can stop waiting for."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

T = TypeVar("T")


def call_with_timeout(function: Callable[..., T], seconds: float, *args: object) -> T:
    """What `function` returns, or `TimeoutError`: timeouts of blocking clients hold for each read, not a whole call."""
    outcome: Future[T] = Future()
    _start(function, args, outcome)
    try:
        return outcome.result(seconds)
    except FutureTimeout:
        if outcome.done():
            raise
        raise TimeoutError(f"it took longer than {seconds:g} s") from None


async def call_in_daemon_thread(function: Callable[..., T], *args: object) -> T:
    """Like `asyncio.to_thread`, but a cancelled call delays no exit: `function` needs a timeout of its own."""
    outcome: Future[T] = Future()
    _start(function, args, outcome)
    return await asyncio.wrap_future(outcome)


def _start(function: Callable[..., T], args: tuple[object, ...], outcome: "Future[T]") -> None:
    outcome.set_running_or_notify_cancel()

    def work() -> None:
        try:
            outcome.set_result(function(*args))
        except BaseException as error:  # raised again where the outcome is awaited
            outcome.set_exception(error)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=[work], name=getattr(function, "__name__", "call"), daemon=True).start()
