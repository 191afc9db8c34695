"""`TerminalConsent`: asks at the terminal before a model is downloaded, with its size, and pauses the task tree."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from .console import err, plain
from .live_tree import format_bytes

Pause = Callable[[], AbstractContextManager[None]]


class TerminalConsent:
    """Asks a person at a terminal (the `Consent` port). `pause` stops other drawing there while it waits."""

    def __init__(self) -> None:
        self.pause: Pause = nullcontext

    def __call__(self, model_id: str, size: int) -> bool:
        """Ask, and wait for a line; every answer but `y` or `yes` means no."""
        with self.pause():
            question = f"{plain(model_id)} needs a download of {format_bytes(size)}. Get it now? \\[y/N] "
            err().print(question, end="", soft_wrap=True)
            return sys.stdin.readline().strip().lower() in {"y", "yes"}


def terminal_consent() -> TerminalConsent | None:
    """The consent of this terminal; None without a terminal: in a pipe, a script, a server."""
    return TerminalConsent() if sys.stdin.isatty() and sys.stderr.isatty() else None
