"""Deadline: huggingface_hub's requests in this thread fail once the time for a call is over.

The client waits for a queued job by asking again and again, with no end of its own.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_here = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """In the body, no request begins later than in `seconds`, nor lasts beyond that. Other threads are left alone."""
    from huggingface_hub import get_session

    hooks: list[Any] = get_session().event_hooks["request"]  # one session serves all threads
    if _in_time not in hooks:
        hooks.append(_in_time)
    _here.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _here.end = None


def _in_time(request: Any) -> None:
    end: float | None = getattr(_here, "end", None)
    if end is None:
        return
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time for the call is over")
    request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
