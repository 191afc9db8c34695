"""`collect_seldom`: garbage is collected seldom in a command, which needs nearly all that it makes till its end."""

import atexit
import gc


def collect_seldom() -> None:
    """Collect garbage once in 700,000 new objects, of which a run with a chat model makes 450,000, and not at the end.

    Before the imports: with Python's 700, collecting takes a fifth of the CPU of a short command, and leaving 0.7 s after a
    run; with 100,000 still a twentieth (docs/log.md).
    """
    gc.set_threshold(700_000, 20, 100)
    atexit.register(gc.freeze)
