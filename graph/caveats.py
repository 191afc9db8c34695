"""`caveat` and `lacks`: what a reader of files has to say about them, whoever had them read; `collecting` receives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Caveats:
    """What was said while something was made; each sentence once, without a full stop."""

    notes: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


_heard: ContextVar[Caveats | None] = ContextVar("caveats", default=None)


def caveat(text: str) -> None:
    """A note on all that is made from the file, e.g. that it was read at a smaller size."""
    heard = _heard.get()
    if heard is not None and text not in heard.notes:
        heard.notes.append(text)


def lacks(text: str) -> None:
    """What of a file could not be read, as a sentence without a full stop: the task is done in part, and says so first."""
    heard = _heard.get()
    if heard is not None and text not in heard.lacks:
        heard.lacks.append(text)


@contextmanager
def collecting() -> Iterator[Caveats]:
    """What is said in the body, and in the threads that it starts with `asyncio.to_thread`."""
    heard = Caveats()
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)
