"""`limits`: how many pixels and seconds media may have; a worker process reads them from its environment."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ...graph.settings import Settings

_of_the_process = functools.cache(Settings.from_env)
"""`worker_environment` of `backends/worker/process.py` passes the settings to a worker."""
_override: ContextVar[Settings | None] = ContextVar("limits", default=None)


def limits() -> Settings:
    """The settings in force; of these, `max_image_pixels` and `max_audio_seconds` are the limits."""
    return _override.get() or _of_the_process()


@contextmanager
def use_limits(settings: Settings | None) -> Iterator[None]:
    """These limits are in force in the body, and in the threads that it starts; None changes nothing."""
    token = _override.set(settings) if settings else None
    try:
        yield
    finally:
        if token:
            _override.reset(token)
