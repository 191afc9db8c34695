"""`StreamedTasks` reports each task of a plan while the model is still writing it, in whatever format."""

import re

from ....graph.ports import Callbacks
from ....graph.vocabulary import VOCABULARY
from ...chat_models.thoughts import ThoughtFilter

_TASK = re.compile(r"""["']?task["']?\s*:\s*["']([\w-]{1,60})["']""")


_LONGEST = 200
"""Characters that are kept of what was searched: a name that ends with the next piece."""


class StreamedTasks:
    """Receives a plan piece by piece, and reports each task type as soon as its name is complete; thoughts are skipped."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._thoughts = ThoughtFilter()
        self._text = ""
        """What may still be the beginning of a name."""
        self._position = 0
        """Of the next task in the plan."""

    async def __call__(self, piece: str) -> None:
        """Search the next piece."""
        self._text += self._thoughts.feed(piece)
        end = 0
        for found in _TASK.finditer(self._text):
            end = found.end()
            name = found[1].replace("_", "-").lower()
            if name in VOCABULARY:
                await self._callbacks.on_task_drafted(self._position, name)
                self._position += 1
        self._text = self._text[max(end, len(self._text) - _LONGEST) :]
