"""Whether a model may be downloaded: asked at the terminal, with its size, while the tree of tasks stands still."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from .console import err, plain
from .live_tree import amount

Pause = Callable[[], AbstractContextManager[None]]


class TerminalConsent:
    """The `Consent` of a person at a terminal. `pause` keeps whatever else is drawn there still."""

    def __init__(self) -> None:
        self.pause: Pause = nullcontext

    def __call__(self, model_id: str, size: int) -> bool:
        """Ask, and wait for a line; anything but a yes is a no."""
        with self.pause():
            question = f"{plain(model_id)} needs a download of {amount(size)}. Get it now? \\[y/N] "
            err().print(question, end="", soft_wrap=True)
            return sys.stdin.readline().strip().lower() in {"y", "yes"}


def terminal_consent() -> TerminalConsent | None:
    """None where nobody can be asked: in a pipe, a script, a server."""
    return TerminalConsent() if sys.stdin.isatty() and sys.stderr.isatty() else None
