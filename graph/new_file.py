"""`new_file`: a file that has its name only when it is complete."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from .errors import StorageError, UsageError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written, which gets the name `path` at the end of the body; after an error nothing is left of it.

    Until then it has no name where the system can do that (Linux), so that a killed process leaves nothing either; elsewhere
    a hidden one beside `path`, which the next call for that path deletes.

    Raises `UsageError` where the name is taken or its folder is not there, `StorageError` where the disk refuses it.
    """
    check_new(path)
    try:
        with _draft(path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(file, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror or error}", hint="make room, or name a file on another disk"
        ) from error


def check_new(path: Path) -> None:
    """Raises `UsageError` where no file of that name can be made."""
    if os.path.lexists(path):
        raise _taken(path)
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", hint="make it first, or name another file")


@contextmanager
def _draft(path: Path) -> Iterator[BinaryIO]:
    """An open file without a name, or with a hidden one, which is deleted at the end of the body."""
    for left in _left(path):
        with suppress(OSError):
            left.unlink()
    if (unnamed := _unnamed(path.parent)) is not None:
        with os.fdopen(unnamed, "w+b") as file:
            yield file
        return
    hidden = path.with_name(f"{_prefix(path)}{uuid4().hex}")
    try:
        with hidden.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    finally:
        with suppress(OSError):
            hidden.unlink()


def _unnamed(folder: Path) -> int | None:
    """A descriptor of a file without a name (open(2), `O_TMPFILE`); None where that, or naming it later, can't be done."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError:
        return None


def _name(file: BinaryIO, path: Path) -> None:
    """Give an open draft the name `path`. A link never replaces a file; a disk without links gets a new name."""
    if isinstance(file.name, int):
        os.link(f"/proc/self/fd/{file.name}", path, src_dir_fd=file.name, follow_symlinks=True)
        return
    try:
        os.link(file.name, path)
    except FileExistsError:
        raise
    except OSError:
        check_new(path)
        Path(file.name).rename(path)


def _prefix(path: Path) -> str:
    return f".{path.name[:100]}."


def _left(path: Path) -> Iterator[Path]:
    """Hidden drafts of that name that no process holds: they were left by one that was killed."""
    draft = re.compile(rf"{re.escape(_prefix(path))}[0-9a-f]{{32}}")
    with suppress(OSError):
        for file in filter(lambda file: draft.fullmatch(file.name), path.parent.iterdir()):
            with suppress(OSError), file.open("r+b") as opened:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield file


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already", hint="name another file, or remove that one; nothing is overwritten")
