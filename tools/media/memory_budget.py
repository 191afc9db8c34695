"""Budget: how much memory reading one file may take, in processes that are there to read files."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...graph.errors import ExpertError
from ...graph.settings import Settings
from .media_limits import limits

BYTES_A_PIXEL = 16
"""Of a picture as large as is allowed: decoded, turned upright, and laid over white, each in four bytes a pixel."""
BESIDES = 64 * 1024 * 1024
"""Bytes for what a decoder keeps beside the picture."""

SECONDS = 20.0
"""For one picture or page."""

Announce = Callable[[str, float], None]


class _Process:
    """What counts in this process. Of its limits there is one set, as they are the kernel's."""

    announce: Announce | None = None
    """Where it goes which file is being read. None: this process serves others too, and its limits are left alone."""
    limited = True
    reading = False


def guard(announce: Announce, *, limited: bool = True) -> None:
    """From now on each file is announced and read within the budget. For a process that does one thing at a time.

    `limited`: whether the budget counts. Not where torch reserves address space for itself.
    """
    _Process.announce, _Process.limited = announce, limited


def allowance() -> int:
    """Bytes of address space that reading one file may take beyond what the process has."""
    return allowance_of(limits())


def allowance_of(settings: Settings) -> int:
    """The same, of other settings than those of this process."""
    return BESIDES + BYTES_A_PIXEL * settings.max_image_pixels


@contextmanager
def reading(label: str, seconds: float = SECONDS, most: int = 0) -> Iterator[None]:
    """Read a file in the body. Raises `ExpertError` (input fault) when that takes more memory than `most`, or the budget.

    The parent knows meanwhile which file it is, ends what takes longer than `seconds` (0: as long as the call), and
    can say what a decoder died of that aborts its process. Libraries are imported before: they would count too.
    """
    announce = _Process.announce
    if announce is None or _Process.reading:
        yield
        return
    _Process.reading = True
    announce(label, seconds)
    try:
        with address_space((most or allowance()) if _Process.limited else 0):
            yield
    except MemoryError:
        raise too_much(label, most or allowance()) from None
    finally:
        _Process.reading = False
        announce("", 0.0)


@contextmanager
def address_space(more: int) -> Iterator[None]:
    """The body may take `more` bytes beyond what the process has now (0: any). Linux only: elsewhere the parent watches."""
    if sys.platform != "linux" or not more:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = taken() + more
    outer = limit if soft == resource.RLIM_INFINITY else min(soft, limit)
    resource.setrlimit(resource.RLIMIT_AS, (outer, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def taken() -> int:
    """Bytes of address space that this process has (proc(5): the first number of `statm`, in pages)."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  (no Path: it is read at each file)
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def too_much(label: str, most: int) -> ExpertError:
    """What to raise for a file that takes more memory than `most`."""
    return ExpertError(
        f"{label} takes more than {most // 1_000_000} MB of memory to be read",
        hint="Make it smaller. HUGGINGGPT_MAX_IMAGE_PIXELS raises the limit.",
        kind="too_large",
        input_fault=True,
    )
