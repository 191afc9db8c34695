"""`blocking`, `iterated`: a coroutine's value, an async iterator's items, for callers that are not asynchronous.

They run on one event loop of this process, in a thread of its own. So they work where the calling thread has a running
loop too (a notebook, an asynchronous web server): that loop waits meanwhile. A killed process leaves what is recorded.
"""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import aclosing
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 10.0
"""Seconds that an abandoned coroutine may take to end: it returns leases and ends experts."""
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def blocking(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The value of the coroutine that `make` returns. When the caller is interrupted (Ctrl-C), it is cancelled first.

    It sees the context variables of the caller. Raises `RuntimeError` in the thread of the background loop itself.
    """
    task = _Task(make)
    try:
        value: T = task.future.result()
        return value
    except BaseException:
        task.cancel()
        raise


def iterated(make: Callable[[], AsyncGenerator[T, None]]) -> Iterator[T]:
    """The items of the async generator that `make` returns, as they come; it is closed when this iterator is."""
    items: SimpleQueue[tuple[T, ...]] = SimpleQueue()

    async def pass_on() -> None:
        async with aclosing(make()) as feed:
            async for item in feed:
                items.put((item,))

    task = _Task(pass_on)
    task.future.add_done_callback(lambda _: items.put(()))
    try:
        while item := items.get():
            yield item[0]
        task.future.result()
    finally:
        task.cancel()


class _Task:
    """A coroutine on the background loop."""

    def __init__(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._ended = threading.Event()
        loop = _background_loop()

        async def whole() -> Any:
            try:
                return await make()
            finally:
                self._ended.set()

        self.future: Future[Any] = asyncio.run_coroutine_threadsafe(whole(), loop)

    def cancel(self) -> None:
        """End it if it still runs, and wait until it has."""
        if self.future.cancel():
            self._ended.wait(GRACE)


def _background_loop() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603  (one a process)
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="hugginggpt-loop", daemon=True).start()
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        return _loop
    if here is _loop:
        raise RuntimeError("a synchronous call of HuggingGPT inside one of its own event loop would wait for itself")
    return _loop


def _forget() -> None:
    """A forked child has no such thread."""
    global _loop, _lock
    _lock, _loop = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
