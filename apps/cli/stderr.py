"""`CleanStream`: stderr without secrets, also in what Python and libraries write there (tracebacks, warnings, logs)."""

from typing import Any, TextIO


class CleanStream:
    """A stream that removes secrets from what is written; in all else the stream that it wraps."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text without secrets; returns the length of the text given."""
        from .printable import redacted  # only now: `--help` writes nothing here

        self._stream.write(redacted(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
