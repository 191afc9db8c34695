"""What may happen to a home while a run is on, done to this very process and its home, and how it is made good."""

import os
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path


def full(home: Path) -> None:
    """No file of this process can grow any more."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))


def unwritable(home: Path) -> None:
    """Write permission is taken away; root, who needs none, becomes another user. The logs beside stay writable."""
    for folder, _, files in os.walk(home):
        for name in files:
            (Path(folder) / name).chmod(0o444)
        Path(folder).chmod(0o555)
    for log in home.parent.glob("*.jsonl"):
        log.chmod(0o666)
    if os.geteuid() == 0:
        os.seteuid(65534)


def away(home: Path) -> None:
    """The database is moved away."""
    for file in home.glob("hugginggpt.db*"):
        file.rename(file.with_name(f"moved.{file.name}"))


def _jump(seconds: float, home: Path) -> None:
    """The time of day that this process reads is another from now on."""
    read = time.time
    time.time = lambda: read() + seconds  # type: ignore[assignment]


FAULTS: dict[str, Callable[[Path], None]] = {"full": full, "unwritable": unwritable, "away": away}
JUMPS: dict[str, Callable[[Path], None]] = {"forward": partial(_jump, 86400.0), "back": partial(_jump, -86400.0)}
"""Faults of the clock, which leave the home as it is."""


def repair(home: Path) -> None:
    """Undo what the faults did to the home."""
    for folder, _, files in os.walk(home):
        Path(folder).chmod(0o755)
        for name in files:
            (Path(folder) / name).chmod(0o644)
    if moved := list(home.glob("moved.*")):
        for file in home.glob("hugginggpt.db*"):
            file.unlink()  # made anew meanwhile
        for file in moved:
            file.rename(file.with_name(file.name.removeprefix("moved.")))
