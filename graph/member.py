"""`Member`: one member of a list that a task is done over, with its place there, and why it is missing if it is."""

import re

from .resource import Frozen

Place = tuple[int, ...]
"""Where something stands in a list, from 0: `(3,)`; `(3, 1)` for page 1 of document 3; empty for a single thing."""


class Member(Frozen):
    """A member of the list that a task is done over; or, of an earlier list, one that a task was done without."""

    key: str
    """Ledger key of its call: `3[1]`."""
    name: str = ""
    """What the user calls that from which it is made; empty where it has no name."""
    error: str | None = None
    """Why it is missing; None where it is among the outputs."""
    cause: str = ""
    """Key of the call that failed, where that is an earlier one."""

    @property
    def root(self) -> str:
        """Key of the call that failed."""
        return self.cause or self.key

    @property
    def label(self) -> str:
        """Its name, else its key."""
        return self.name or self.key


def place_of(key: str) -> Place:
    """The place in a key: `(3, 1)` of `2[3][1]`."""
    return tuple(int(number) for number in re.findall(r"\[(\d+)\]", key))


def key_of(key: str, place: Place) -> str:
    """The key of the member at a place: `2[3][1]`."""
    return key + "".join(f"[{number}]" for number in place)
