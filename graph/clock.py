"""`now`: the time of day for records; while a run is executed, a step of the system's clock does not disturb it.

An execution of the graph reads the system's clock at its start only, and goes on by a clock that never jumps. So the times
of its tasks and calls to models fit together, whatever happens to the time of day meanwhile.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Clock(NamedTuple):
    """The time of day at some moment, and that moment on the clock that never jumps."""

    time_of_day: float
    """Seconds since the epoch."""
    moment: float

    @classmethod
    def set_now(cls) -> "Clock":
        """A clock that shows the system's time of day, and goes on from it by itself."""
        return cls(time.time(), steady())

    def read(self) -> float:
        """Seconds since the epoch."""
        return self.time_of_day + steady() - self.moment


_current: ContextVar[Clock | None] = ContextVar("hugginggpt_clock", default=None)


@contextmanager
def shown_by(clock: Clock) -> Iterator[None]:
    """In the body `now` reads this clock."""
    outer = _current.set(clock)
    try:
        yield
    finally:
        _current.reset(outer)


def now() -> float:
    """Seconds since the epoch: by the clock of the execution that this belongs to, else by the system's."""
    clock = _current.get()
    return time.time() if clock is None else clock.read()


def steady() -> float:
    """Seconds that go on also while the machine sleeps, where the system has such a clock."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)
