"""`MemoryLimits` of a pool, from the settings: the kernel enforces them in the worker, `WatchedCall` in the parent."""

from typing import NamedTuple, Self

from ....graph.settings import Settings

BYTES_PER_PIXEL = 80
"""Of the largest picture allowed: soft edges, the embedded expert that takes most, takes 60 (docs/log.md)."""
OVERHEAD = 1_000_000_000
"""Bytes for libraries and models that a call loads."""


class MemoryLimits(NamedTuple):
    """In bytes; 0: no limit."""

    more: int = 0
    """What a call may take beyond what its process has: address space, which the kernel limits, and resident memory."""
    resident: int = 0
    """What a process may hold in all. For libraries that reserve address space and never use it, as torch does."""

    @classmethod
    def for_calls(cls, settings: Settings) -> Self:
        """The limits of embedded experts and of decoding."""
        return cls(more=OVERHEAD + BYTES_PER_PIXEL * settings.max_image_pixels)

    def environment(self) -> dict[str, str]:
        """The variables from which a worker reads its limit."""
        return {"HUGGINGGPT_CALL_MEMORY": str(self.more)} if self.more else {}

    def exceeded(self, resident: int, before: int) -> int:
        """The limit that is exceeded, 0 for none. `resident`: what the process holds now; `before`: before the call."""
        if self.resident and resident > self.resident:
            return self.resident
        return self.more if self.more and resident - before > self.more else 0
