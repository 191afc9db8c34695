"""What a recording is: its file format, and the interface `Recording` that wrappers of models, experts and files use.

A recording is a file of JSON lines, flushed one by one:

{"kind": "head", "format": 1, "request": ..., "files": [...], "options": {...}, "model": {...}, "hugginggpt": version}
{"kind": "blob", "sha256": ..., "base64": ...}                       a file, before the first line that refers to it
{"kind": "llm" | "expert" | "experts" | "files", "label": ..., "asked": ..., "told": ..., "seconds": ...}
{"kind": "end", "status": ..., "plan": [...], "answer": ...}

`Recorder` writes it during a run; `Replayer` answers from it and reports differences. A wrapper calls
`exchange(kind, label, request, call)`, and does not know which of the two it has.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol

FORMAT = 1
"""Version of the file format."""

Json = Any
Do = Callable[[], Awaitable[Json]]
"""Makes the real call, and returns its response as JSON."""


class NotRecorded(Exception):
    """The recording has no response to this request. The caller turns it into an error of its port."""


class Recording(Protocol):
    """Stands between a run and the outside world."""

    head: Mapping[str, Any]
    """The first line: request, files, options and model of the run."""
    replaying: bool
    """Whether responses come from the file, and the outside world is not called."""

    async def exchange(self, kind: str, label: str, request: Json, call: Do) -> Json:
        """The response to a request: from `call`, or from the file. Raises `NotRecorded`."""

    def stream(
        self, kind: str, label: str, request: Json, call: Callable[[], AsyncIterator[Json]]
    ) -> AsyncIterator[Json]:
        """The same for a response in pieces."""

    async def keep(self, data: bytes) -> str:
        """Add a file to the recording; returns its sha256."""

    async def blob(self, sha256: str) -> bytes:
        """A file of the recording."""
