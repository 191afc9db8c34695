"""Drafts: the tasks of a plan while the model is still writing it, whatever it writes around them."""

import re

from ....graph.ports import Callbacks
from ....graph.vocabulary import VOCABULARY

_TASK = re.compile(r"""["']?task["']?\s*:\s*["']([\w-]{1,60})["']""")


class Drafts:
    """Hears a plan piece by piece, and tells each task type as its name is complete. What is thought aloud is not told."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._text = ""
        self._read = 0
        self._place = 0

    async def __call__(self, piece: str) -> None:
        """The next piece."""
        self._text += piece
        thinking = self._text.rfind("<think")
        if thinking >= 0 and "</think" not in self._text[thinking:]:
            self._read = len(self._text)
            return
        for found in _TASK.finditer(self._text, self._read):
            self._read = found.end()
            name = found[1].replace("_", "-").lower()
            if name in VOCABULARY:
                await self._callbacks.on_task_drafted(self._place, name)
                self._place += 1
