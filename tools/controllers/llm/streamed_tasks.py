"""`StreamedTasks` reports each task of a plan while the model is still writing it, in whatever format."""

import re

from ....graph.ports import Callbacks
from ....graph.vocabulary import VOCABULARY

_TASK = re.compile(r"""["']?task["']?\s*:\s*["']([\w-]{1,60})["']""")


class StreamedTasks:
    """Receives a plan piece by piece, and reports each task type as soon as its name is complete; thoughts are skipped."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._text = ""
        self._end = 0
        """Of the text that has been searched."""
        self._position = 0
        """Of the next task in the plan."""

    async def __call__(self, piece: str) -> None:
        """Search the next piece."""
        self._text += piece
        thinking = self._text.rfind("<think")
        if thinking >= 0 and "</think" not in self._text[thinking:]:
            self._end = len(self._text)
            return
        for found in _TASK.finditer(self._text, self._end):
            self._end = found.end()
            name = found[1].replace("_", "-").lower()
            if name in VOCABULARY:
                await self._callbacks.on_task_drafted(self._position, name)
                self._position += 1
