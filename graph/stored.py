"""`check_stored` verifies the hash of a stored file before an expert reads it, so that only recorded bytes are used.

Since its hash was recorded, a file of a home may have been changed, or exchanged for a link, a pipe or a device.
"""

import hashlib
import io
import os
import stat
from pathlib import Path

from .errors import ExpertError, input_error


def open_stored(path: Path) -> io.BufferedReader:
    """Open a regular file, without following a link or blocking on a pipe. Raises `OSError`."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is not a regular file")
    return os.fdopen(handle, "rb")


def has_hash(path: Path, sha256: str) -> bool:
    """Whether the content of `path` has this hash (lower-case hex). Raises `OSError` where it can't be read."""
    with open_stored(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def check_stored(path: Path, sha256: str, label: str) -> None:
    """Raises `ExpertError` where `path` does not hold the recorded bytes. `label`: its name for the user."""
    try:
        unchanged = has_hash(path, sha256)
    except OSError as error:
        raise _unusable(label, f"can't be read from the home: {error.strerror or error}") from error
    if not unchanged:
        raise _unusable(label, "was changed in the home after it was recorded")


def _unusable(label: str, what: str) -> ExpertError:
    return input_error(f"{label} {what}", hint="run the request again, with its files")
