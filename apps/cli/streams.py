"""`OpenStream`: a stream whose reader may leave (`| head`); `CleanStream`: the same without secrets, for stderr.

What Python and libraries write to stderr (tracebacks, warnings, logs) is cleaned too.
"""

import os
from typing import Any, TextIO


class OpenStream:
    """A stream to which can be written when its reader has closed the pipe: that goes nowhere, and the command goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text; returns its length."""
        try:
            self._stream.write(text)
        except BrokenPipeError:
            self._leave()
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._leave()

    def _leave(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class CleanStream(OpenStream):
    """A stream that removes secrets from what is written."""

    def write(self, text: str) -> int:
        """Write the text without secrets; returns the length of the text given."""
        from .printable import redacted  # only now: `--help` writes nothing here

        super().write(redacted(text))
        return len(text)
