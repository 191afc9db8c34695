"""Limits: how large media may be, where they are read. A worker process has them from its environment."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ...graph.settings import Settings

_own: ContextVar[Settings | None] = ContextVar("limits", default=None)


def limits() -> Settings:
    """`max_image_pixels` and `max_audio_seconds` are what counts here."""
    return _own.get() or _of_the_process()


@contextmanager
def within(settings: Settings | None) -> Iterator[None]:
    """Read media within these limits in the body, and in the threads that it starts; None changes nothing."""
    token = _own.set(settings) if settings else None
    try:
        yield
    finally:
        if token:
            _own.reset(token)


@functools.cache
def _of_the_process() -> Settings:
    """`process.environment` hands the settings on to a worker."""
    return Settings.from_env()
