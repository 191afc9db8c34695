"""`open_beneath`, for `GuardedFetcher`: opens a file below a folder without following links, even one made meanwhile."""

import os
from pathlib import Path

_FOLDER_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
HAS_DIR_FD = os.open in os.supports_dir_fd
"""False on Windows: there a folder that is exchanged at the right moment is followed."""


def open_beneath(path: Path, root: Path | None) -> int:
    """A descriptor for reading. `path` contains no links (`Path.resolve`), nor does `root`, its ancestor; None: any folder.

    Each folder from `root` on is opened relative to the one before, and a folder that has become a link is an error. The
    call does not block on a pipe or a device. Raises `OSError`.
    """
    if root is None or not HAS_DIR_FD:
        return os.open(path, _FILE_FLAGS)
    *folders, name = path.relative_to(root).parts
    folder = os.open(root, _FOLDER_FLAGS)
    try:
        for part in folders:
            inner = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(name, _FILE_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)
