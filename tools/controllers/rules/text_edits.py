"""`TextEdits`: replacements in a request, and positions before and after them, for spelling and long quotations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextEdits:
    """`replacements` are (start, end, new text) in order and without overlap, at positions of the original text."""

    replacements: tuple[tuple[int, int, str], ...] = ()

    def apply(self, text: str) -> str:
        """The edited text."""
        parts, end = [], 0
        for start, stop, words in self.replacements:
            parts += [text[end:start], words]
            end = stop
        return "".join(parts) + text[end:]

    def to_original(self, position: int) -> int:
        """The position in the original text, of a position in the edited text."""
        shift = 0
        for start, end, words in self.replacements:
            if position <= start + shift:
                break
            if position < start + shift + len(words):
                return min(position - shift, end)
            shift += len(words) - (end - start)
        return position - shift

    def to_edited(self, position: int) -> int:
        """The position in the edited text, of a position in the original text."""
        before = (each for each in self.replacements if each[0] < position)
        return position + sum(len(words) - (min(end, position) - start) for start, end, words in before)


NO_EDITS = TextEdits()
