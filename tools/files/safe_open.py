"""Beneath: open a file below a folder, whatever becomes of the folders between while it is opened."""

import os
from pathlib import Path

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
CAN_WALK = os.open in os.supports_dir_fd
"""Not on Windows: there a folder that is exchanged at the right moment is followed."""


def open_beneath(path: Path, root: Path | None) -> int:
    """A descriptor for reading. `path` holds no links (`Path.resolve`), nor does `root`, which it lies below.

    Each folder from `root` on is opened from the one before, and none that has become a link is gone through. Neither a
    pipe nor a device is waited for. Raises `OSError`. `root` None: anywhere.
    """
    if root is None or not CAN_WALK:
        return os.open(path, _FILE)
    *folders, name = path.relative_to(root).parts
    folder = os.open(root, _FOLDER)
    try:
        for part in folders:
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(name, _FILE, dir_fd=folder)
    finally:
        os.close(folder)
