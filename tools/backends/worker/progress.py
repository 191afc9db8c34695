"""Progress of a call, told by an expert in a worker process: whoever serves the call has said where it goes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ....graph.resource import Frozen


class Step(Frozen):
    """How far a call has come."""

    what: str
    done: int
    total: int
    """0 when unknown."""
    unit: str


class Reading(Frozen):
    """Which file a worker reads now: should that be its end, this is what it died of."""

    reading: str
    """Its name; empty when it has been read."""
    within: float = 0.0
    """Seconds that it may take; 0: as long as the call."""


Tell = Callable[[Step], None]
_tell: ContextVar[Tell | None] = ContextVar("tell", default=None)


@contextmanager
def telling(tell: Tell) -> Iterator[None]:
    """What the body tells goes to `tell`."""
    token = _tell.set(tell)
    try:
        yield
    finally:
        _tell.reset(token)


def tell(what: str, done: int, total: int, unit: str) -> None:
    """Say how far it is; nobody may be listening."""
    if (listener := _tell.get()) is not None:
        listener(Step(what=what, done=done, total=total, unit=unit))
