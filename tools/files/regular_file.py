"""`open_regular` opens a file that a request names, and nothing that could block; `copy_of` copies it piece by piece."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ...graph.advice import setting
from ...graph.errors import InvalidInput, StorageError
from .safe_open import open_beneath


@contextmanager
def open_regular(
    path: Path, root: Path | None, name: str, similar: Callable[[], str]
) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file (no FIFO, no device) and its size in bytes. Raises `InvalidInput`.

    `root`: the allowed folder; `name`: as the request has it; `similar`: a hint where the file does not exist.
    """
    try:
        _refuse_special(name, path.stat())
        handle = open_beneath(path, root)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            _refuse_special(name, status)
            yield file, status.st_size
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidInput(f"there is no file {name}", hint=similar()) from None
    except PermissionError:
        raise InvalidInput(f"{name} can't be read: permission denied", hint=f"Try: chmod u+r {path}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidInput(f"{name} can't be read: {reason or error}") from None


def copy_of(file: BinaryIO, copy: Path, most: int) -> Path:
    """The first `most` bytes of an open file, in the file `copy`. Raises `StorageError` where the disk takes no more."""
    try:
        kept = copy.open("xb")
    except OSError as error:
        raise _disk(error) from error
    with kept:
        while kept.tell() < most and (piece := file.read(min(1 << 20, most - kept.tell()))):
            try:
                kept.write(piece)
            except OSError as error:
                raise _disk(error) from error
    return copy


def _disk(error: OSError) -> StorageError:
    return StorageError(
        f"a file can't be stored: {error.strerror or error}",
        hint=f"make room, or name another home: {setting('home', 'DIR')}",
    )


def _refuse_special(name: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise InvalidInput(f"{name} is a folder", hint="Name the files in it one by one.")
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{name} is not a regular file (a pipe, socket or device)")
