"""What Ctrl-C does before a command has started anything: it ends the process at once, and says that."""

import os
import signal
from typing import Any

INTERRUPTED = 130


def wait_to_begin() -> None:
    """Until `begin`, Ctrl-C ends the process; where a caller has a handler of its own, that stays."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _nothing_was_started)


def begin() -> None:
    """From now on Ctrl-C raises `KeyboardInterrupt`, or cancels what an event loop runs: something is started."""
    if signal.getsignal(signal.SIGINT) is _nothing_was_started:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _nothing_was_started(*_: Any) -> None:
    os.write(2, b"interrupted; nothing was started\n")
    os._exit(INTERRUPTED)
