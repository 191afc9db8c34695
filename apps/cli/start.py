"""`main`: entry point of the `hugginggpt` command; Ctrl-C while it is still imported says that nothing was started."""

import os
import signal
from typing import Any

INTERRUPTED = 130


def main() -> None:
    """Import and call the command."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _nothing_was_started)
    from .app import main as command

    command()


def begin() -> None:
    """From now on Ctrl-C raises `KeyboardInterrupt`, or cancels what an event loop runs: something is started."""
    if signal.getsignal(signal.SIGINT) is _nothing_was_started:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _nothing_was_started(*_: Any) -> None:
    os.write(2, b"interrupted; nothing was started\n")
    os._exit(INTERRUPTED)
