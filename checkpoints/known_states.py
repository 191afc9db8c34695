"""`KnownStates`: what a connection remembers of the states that it has split, so that a turn of a long conversation is not
longer than an early one.

A conversation's messages come again in each of its states: five times a turn, of which they change twice.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .msgpack_tree import Extension

PARTS: Final = 20_000
"""Parts that are remembered, at some 200 bytes each."""
LISTS: Final = 64
LONG_LIST: Final = 32
"""Elements from which a list is remembered."""
WHOLE: Final = 4
"""States that are remembered as they were before they were split."""
LARGEST: Final = 2**21
"""Bytes of such a state."""

Place = tuple[str, str, str]
"""A channel: its thread, its namespace, its name."""


class KnownStates:
    """Of one connection, in the thread that owns it. All of it can be made anew from what is stored."""

    def __init__(self) -> None:
        self.parts: dict[bytes, bytes] = {}
        """By the hash of a value: that of the part which it became."""
        self._lists: dict[Place, tuple[Any, list[Any]]] = {}
        self._whole: dict[bytes, bytes] = {}

    def forget(self) -> None:
        """Parts were deleted, or a transaction was rolled back."""
        self.parts.clear()
        self._lists.clear()

    def make_room(self) -> None:
        """Forget the parts where there are too many."""
        if len(self.parts) > PARTS:
            self.parts.clear()

    def lists_in(self, thread_id: str, namespace: str, checkpoint: Mapping[str, Any]) -> dict[str, list[Any]]:
        """The long lists of a state that have the version which was split before: what was left of each, by channel.

        A channel's version stands for its value: LangGraph's savers for servers store values by version.
        """
        found = dict[str, list[Any]]()
        for channel, version in _long_lists(checkpoint):
            known, left = self._lists.get((thread_id, namespace, channel), (None, []))
            if known == version:
                found[channel] = left
        return found

    def add_lists(self, thread_id: str, namespace: str, checkpoint: Mapping[str, Any], left: Any) -> None:
        """`left`: what is left of the state."""
        if len(self._lists) > LISTS:
            self._lists.clear()
        for channel, version in _long_lists(checkpoint):
            self._lists[thread_id, namespace, channel] = version, left["channel_values"][channel]

    def add_whole(self, left: bytes, data: bytes) -> None:
        """A state, and what is left of it."""
        if LONG_LIST * 128 < len(data) <= LARGEST:
            self._whole.pop(left, None)
            self._whole[left] = data
            if len(self._whole) > WHOLE:
                del self._whole[next(iter(self._whole))]

    def whole(self, left: bytes) -> bytes | None:
        """The state of which that is left."""
        return self._whole.get(left)


def hashes_in(left: list[Any]) -> list[bytes]:
    """Of the parts to which the elements of a list refer."""
    return [each.inside for each in left if isinstance(each, Extension)]


def _long_lists(checkpoint: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Channels with long lists, and their versions."""
    versions = checkpoint["channel_versions"]
    for channel, value in checkpoint["channel_values"].items():
        if isinstance(value, list) and len(value) >= LONG_LIST and channel in versions:
            yield channel, versions[channel]
