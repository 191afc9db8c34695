"""Edits: pieces of a text that were put in other words or left out, and where each place went."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edits:
    """(start, end, words put there) in order, apart from each other; positions are of the text before."""

    pieces: tuple[tuple[int, int, str], ...] = ()

    def apply(self, text: str) -> str:
        """The text after."""
        parts, end = [], 0
        for start, stop, words in self.pieces:
            parts += [text[end:start], words]
            end = stop
        return "".join(parts) + text[end:]

    def before(self, place: int) -> int:
        """The place in the text before, of a place in the text after."""
        shift = 0
        for start, end, words in self.pieces:
            if place <= start + shift:
                break
            if place < start + shift + len(words):
                return min(place - shift, end)
            shift += len(words) - (end - start)
        return place - shift

    def after(self, place: int) -> int:
        """The place in the text after, of a place in the text before."""
        shift = 0
        for start, end, words in self.pieces:
            if place <= start:
                break
            if place < end:
                return start + shift + len(words)
            shift += len(words) - (end - start)
        return place + shift


NONE = Edits()
"""Nothing changed."""


def gaps(spans: Sequence[tuple[int, int]], keep: int) -> Edits:
    """Leave out the middle of long spans but for `keep` characters at either end."""
    return Edits(tuple((start + keep, end - keep, "") for start, end in spans if end - start > 3 * keep))
