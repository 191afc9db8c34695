"""`Memory` decides which turns of a conversation fit into a prompt, and has the model summarise the turns before.

A turn is never cut in the middle. How many fit follows from the model's window. Summaries are kept by the turns that they
cover, so that each old turn is summarised once.
"""

import hashlib
import textwrap

from ....graph.ports import Callbacks
from ...chat_models.client import ChatClient
from ...chat_models.messages import Messages
from .answer_checker import SENTENCE_END
from .prompts import Turns, history_messages, summary_messages

DEFAULT_WINDOW = 8_192
"""Tokens: of a model whose window is unknown."""
MAX_HISTORY_TOKENS = 16_000
"""In a prompt, however large the window: each call pays for them."""
CHARACTERS_PER_TOKEN = 4
"""An estimate for English; most models have no tokenizer here."""
MAX_SUMMARY = 8_000
"""Characters."""


def history_budget(window: int) -> int:
    """Characters of earlier turns in a prompt for a model with a window of so many tokens: a quarter of it."""
    return min(window // 4, MAX_HISTORY_TOKENS) * CHARACTERS_PER_TOKEN


class Memory:
    """The summaries of a controller's conversations."""

    def __init__(self, client: ChatClient) -> None:
        self._client = client
        self._summaries: dict[str, str] = {}
        """By the hash of the turns that they cover."""

    async def fit(self, turns: Turns, callbacks: Callbacks) -> Messages:
        """The latest turns that fit, unchanged; before them, where there are more, a summary of those."""
        if not turns:
            return []
        budget, first = await self._budget(turns), len(turns)
        while first and len(turns[first - 1][1]) <= budget:
            first -= 1
            budget -= len(turns[first][1])
        return history_messages(await self._summary(turns[:first], callbacks) if first else "", turns[first:])

    async def _budget(self, turns: Turns) -> int:
        smallest = history_budget(DEFAULT_WINDOW)
        if sum(len(text) for _, text in turns) <= smallest:
            return smallest  # all turns fit into any window
        return history_budget(await self._client.window() or DEFAULT_WINDOW)

    async def _summary(self, turns: Turns, callbacks: Callbacks) -> str:
        """The summary of all these turns: continues the longest one that exists, a portion at a time."""
        known = next((end for end in range(len(turns), 0, -1) if _key(turns[:end]) in self._summaries), 0)
        summary = self._summaries[_key(turns[:known])] if known else ""
        for portion in _portions(turns[known:], 3 * await self._budget(turns)):
            answer = await self._client.complete("summarise", summary_messages(summary, portion), callbacks)
            summary = _whole_sentences(answer.text.strip())
        self._summaries[_key(turns)] = summary
        return summary


def _portions(turns: Turns, size: int) -> list[list[tuple[str, str]]]:
    """The turns in parts that a model can read; a turn that is longer continues in the next part, cut between words."""
    portions, free = list[list[tuple[str, str]]](), 0
    for role, text in turns:
        for piece in textwrap.wrap(text, size, expand_tabs=False, replace_whitespace=False, drop_whitespace=False):
            if len(piece) > free:
                portions.append([])
                free = size
            portions[-1].append((role, piece))
            free -= len(piece)
    return portions


def _whole_sentences(text: str) -> str:
    """The summary, where it is too long without the sentences at its end that do not fit."""
    if len(text) <= MAX_SUMMARY:
        return text
    ends = [match.end() for match in SENTENCE_END.finditer(text, 0, MAX_SUMMARY)]
    return text[: ends[-1] if ends else text.rfind(" ", 0, MAX_SUMMARY)].rstrip()


def _key(turns: Turns) -> str:
    return hashlib.sha256(repr(tuple(turns)).encode(errors="replace")).hexdigest()
