"""`OpenStream`: a stream whose reader may leave (`| head`); `CleanStream`: the same without secrets, for stderr.

What Python and libraries write to stderr (tracebacks, warnings, logs) is cleaned too. Streams that the command was started
without (`<&-`, some service managers) are made.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO


def open_missing_streams() -> None:
    """Open `/dev/null` in place of a closed standard stream, whose descriptor the next file would get."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # in their order, each gets the lowest free descriptor: its own
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (stays open)


class OpenStream:
    """A stream to which can be written when its reader has closed the pipe: that goes nowhere, and the command goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text; returns its length. Nothing is no text: with it the parser asks which kind of stream this is."""
        if text == "":
            return 0
        with self._watched():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        with self._watched():
            self._stream.flush()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Raises `StorageError` where what the command is asked for can't be written: the disk of its file is full."""
        try:
            yield
        except OSError as error:
            self._leave()  # also what is buffered, which would be tried again at the end of the process
            if isinstance(error, BrokenPipeError) or not self._matters():
                return
            from ...graph.errors import StorageError

            raise StorageError(
                f"what the command prints can't be written: {error.strerror or error}",
                hint="make room there, or print elsewhere",
            ) from error

    def _matters(self) -> bool:
        return True

    def _leave(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class CleanStream(OpenStream):
    """A stream that removes secrets from what is written. Where that can't be written, the command goes on without it."""

    def write(self, text: str) -> int:
        """Write the text without secrets; returns the length of the text given."""
        from .printable import redacted  # only now: `--help` writes nothing here

        super().write(redacted(text))
        return len(text)

    def _matters(self) -> bool:
        return False
