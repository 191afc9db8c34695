"""Memory: the turns of a conversation that fit into a prompt as they are, and a summary of those before them.

A turn is never cut in the middle. How many fit follows from the model's window. Summaries are kept by what they sum up, so
that each old turn is summarised once.
"""

import hashlib
import textwrap

from ....graph.ports import Callbacks
from ...chat_models.client import Asker
from ...chat_models.messages import Messages
from .answer_checker import SENTENCE_END
from .prompts import Turns, remembered, summary_messages

SMALLEST_WINDOW = 8_192
"""Tokens: of a model whose window nobody tells."""
MOST_TOKENS = 16_000
"""Tokens of earlier turns in a prompt, however large the window: each call pays for them."""
CHARACTERS = 4
"""A token has about as many, in English; an estimate, for no tokenizer is at hand."""
SUMMARY_CHARACTERS = 8_000


def room_in(window: int) -> int:
    """Characters of earlier turns that go into a prompt for a model with a window of so many tokens: a quarter of it."""
    return min(window // 4, MOST_TOKENS) * CHARACTERS


class Memory:
    """What a controller remembers of conversations."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._summaries: dict[str, str] = {}
        """By the hash of the turns that they sum up."""

    async def fitted(self, turns: Turns, callbacks: Callbacks) -> Messages:
        """The latest turns that fit, whole; before them, where there are more, a summary of those."""
        if not turns:
            return []
        room, first = await self._room(turns), len(turns)
        while first and len(turns[first - 1][1]) <= room:
            first -= 1
            room -= len(turns[first][1])
        return remembered(await self._summary(turns[:first], callbacks) if first else "", turns[first:])

    async def _room(self, turns: Turns) -> int:
        least = room_in(SMALLEST_WINDOW)
        if sum(len(text) for _, text in turns) <= least:
            return least  # nobody has to be asked
        return room_in(await self._asker.window() or SMALLEST_WINDOW)

    async def _summary(self, turns: Turns, callbacks: Callbacks) -> str:
        """Of all these turns: from the longest summary that there is, a portion at a time."""
        known = next((end for end in range(len(turns), 0, -1) if _key(turns[:end]) in self._summaries), 0)
        summary = self._summaries[_key(turns[:known])] if known else ""
        for portion in _portions(turns[known:], 3 * await self._room(turns)):
            answer = await self._asker.ask("summarise", summary_messages(summary, portion), callbacks)
            summary = _whole_sentences(answer.text.strip())
        self._summaries[_key(turns)] = summary
        return summary


def _portions(turns: Turns, size: int) -> list[list[tuple[str, str]]]:
    """The turns, whole, in parts of a size that a model can read; one that is longer goes on in the next at a word's end."""
    portions, left = list[list[tuple[str, str]]](), 0
    for role, said in turns:
        for piece in textwrap.wrap(said, size, expand_tabs=False, replace_whitespace=False, drop_whitespace=False):
            if len(piece) > left:
                portions.append([])
                left = size
            portions[-1].append((role, piece))
            left -= len(piece)
    return portions


def _whole_sentences(text: str) -> str:
    """A summary that is too long without the sentences at its end that do not fit."""
    if len(text) <= SUMMARY_CHARACTERS:
        return text
    ends = [match.end() for match in SENTENCE_END.finditer(text, 0, SUMMARY_CHARACTERS)]
    return text[: ends[-1] if ends else text.rfind(" ", 0, SUMMARY_CHARACTERS)].rstrip()


def _key(turns: Turns) -> str:
    return hashlib.sha256(repr(tuple(turns)).encode(errors="replace")).hexdigest()
