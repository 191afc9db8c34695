"""What a worker sends during a call: `Step` (how far it is, by `report_step`) and `CurrentFile` (the file that it reads)."""

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


class CurrentFile(Frozen):
    """The file that a worker reads now. If the worker dies while it reads, this file is named as the cause."""

    file: str
    """Its name; empty when it has been read."""
    max_seconds: float = 0.0
    """How long reading may take; 0: as long as the call."""


OnStep = Callable[[Step], None]
_on_step: ContextVar[OnStep | None] = ContextVar("on_step", default=None)


@contextmanager
def reporting_to(on_step: OnStep) -> Iterator[None]:
    """Steps that the body reports go to `on_step`."""
    token = _on_step.set(on_step)
    try:
        yield
    finally:
        _on_step.reset(token)


def report_step(what: str, done: int, total: int, unit: str) -> None:
    """Report how far the current call is; does nothing outside `reporting_to`."""
    if (on_step := _on_step.get()) is not None:
        on_step(Step(what=what, done=done, total=total, unit=unit))
