"""`prepare_home`: makes a private home folder, and checks write access."""

import os
from contextlib import suppress
from pathlib import Path
from threading import Lock

from ..graph.advice import setting
from ..graph.encodable import refuse_unencodable
from ..graph.errors import StorageError
from ..graph.homes import DATABASE, RESOURCES, SCRATCH, refuse_links

_making = Lock()


def prepare_home(home: Path) -> Path:
    """Make `home` (0700) with its folders and an empty database (0600); raises `StorageError` when that can't be."""
    refuse_unencodable(str(home), f"the home's name {str(home)!r}")
    try:
        refuse_links(home)
        for folder in (home, home / RESOURCES, home / SCRATCH):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_private(home / DATABASE)
        with suppress(PermissionError):  # a shared home of another user stays as it is
            home.chmod(0o700)
            (home / DATABASE).chmod(0o600)
        if not os.access(home, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        raise StorageError(
            f"the home folder {home} can't be written: {error.strerror or error}",
            hint=f"name another one: {setting('home', 'DIR')}",
        ) from error
    return home


def _make_private(database: Path) -> None:
    """An empty file where there is none. One that is there is not opened: that would end SQLite's locks on it.

    No connection can begin between the two calls: each begins with `prepare_home`.
    """
    with _making, suppress(FileExistsError):
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
