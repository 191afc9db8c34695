"""Stderr: what Python and libraries write there by themselves (tracebacks, warnings, logs), without secrets."""

from typing import Any, TextIO


class CleanStream:
    """A stream that is written without secrets; else the one that it was made of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As much as was given."""
        from .printable import redacted  # only now: `--help` writes nothing here

        self._stream.write(redacted(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
