"""Bounds: how much memory the worker processes of a pool may take."""

from typing import NamedTuple, Self

from ....graph.settings import Settings

BYTES_A_PIXEL = 80
"""Of the largest picture allowed: soft edges, the hungriest of the embedded experts, take 60 (docs/log.md)."""
BESIDES = 1_000_000_000
"""Bytes for libraries and models that a call loads."""


class Bounds(NamedTuple):
    """In bytes; 0: none."""

    more: int = 0
    """What a call may take beyond what its process has: address space, by the kernel, and resident, by our watch."""
    resident: int = 0
    """What a process may hold, by our watch: for those that reserve address space and never use it, as torch does."""

    @classmethod
    def of_a_call(cls, settings: Settings) -> Self:
        """Of the small experts, and of those who decode."""
        return cls(more=BESIDES + BYTES_A_PIXEL * settings.max_image_pixels)

    def environment(self) -> dict[str, str]:
        """As a worker reads them."""
        return {"HUGGINGGPT_CALL_MEMORY": str(self.more)} if self.more else {}

    def exceeded(self, resident: int, before: int) -> int:
        """The bound that a process is beyond which holds so much now, and held so much before the call; 0: none."""
        if self.resident and resident > self.resident:
            return self.resident
        return self.more if self.more and resident - before > self.more else 0
