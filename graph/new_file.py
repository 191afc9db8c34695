"""`new_file`: a file that has its name only when it is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from .errors import StorageError, UsageError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written, which gets the name `path` at the end of the body; after an error nothing is left of it.

    Raises `UsageError` where the name is taken or its folder is not there, `StorageError` where the disk refuses it.
    """
    check_new(path)
    draft = path.with_name(f".{path.name[:100]}.{uuid4().hex}")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path) if hasattr(os, "link") else draft.rename(path)  # a link never replaces a file
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror or error}", hint="make room, or name a file on another disk"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def check_new(path: Path) -> None:
    """Raises `UsageError` where no file of that name can be made."""
    if os.path.lexists(path):
        raise _taken(path)
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", hint="make it first, or name another file")


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already", hint="name another file, or remove that one; nothing is overwritten")
