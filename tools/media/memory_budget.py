"""`reading`, inside a worker: the kernel limits the memory of reading one file (RLIMIT_AS), the parent its seconds."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...graph.errors import input_too_large
from ...graph.settings import Settings
from .media_limits import limits

BYTES_PER_PIXEL = 16
"""Of the largest picture allowed: decoded, turned upright, and put on white; each copy takes four bytes a pixel."""
OVERHEAD = 64 * 1024 * 1024
"""Bytes for what a decoder holds beside the picture."""

SECONDS = 20.0
"""To read one picture or page."""

Announce = Callable[[str, float], None]


class _Process:
    """The budget's state in this process. There is one, as the kernel's limits are per process."""

    announce: Announce | None = None
    """Receives the file that is read now. None: this process does other work too, and its limits stay as they are."""
    limited = True
    reading = False


def apply_budget(announce: Announce, *, limited: bool = True) -> None:
    """Limit `reading` in this process, which runs one call at a time. Not `limited` where torch reserves address space."""
    _Process.announce, _Process.limited = announce, limited


def file_budget(settings: Settings) -> int:
    """Bytes of address space that reading one file may take beyond what the process has."""
    return OVERHEAD + BYTES_PER_PIXEL * settings.max_image_pixels


@contextmanager
def reading(label: str, seconds: float = SECONDS, most: int = 0) -> Iterator[None]:
    """Read a file in the body. Raises `ExpertError` (input fault) when that takes more memory than `most`, or the budget.

    The parent ends the process after `seconds` (0: with the call). Import libraries before: they would count too.
    """
    announce = _Process.announce
    if announce is None or _Process.reading:
        yield
        return
    most = most or file_budget(limits())
    _Process.reading = True
    announce(label, seconds)
    try:
        with address_space(most if _Process.limited else 0):
            yield
    except MemoryError:
        raise input_too_large(
            f"{label} takes more than {most // 1_000_000} MB of memory to be read",
            hint="Make it smaller. HUGGINGGPT_MAX_IMAGE_PIXELS raises the limit.",
        ) from None
    finally:
        _Process.reading = False
        announce("", 0.0)


@contextmanager
def address_space(more: int) -> Iterator[None]:
    """The body may take `more` bytes beyond what the process has now (0: any). Linux only; elsewhere the parent checks."""
    if sys.platform != "linux" or not more:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = address_space_size() + more
    outer = limit if soft == resource.RLIM_INFINITY else min(soft, limit)
    resource.setrlimit(resource.RLIMIT_AS, (outer, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def address_space_size() -> int:
    """Bytes of address space that this process has (proc(5): the first number of `statm`, in pages)."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  (no Path: this runs for each file)
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
