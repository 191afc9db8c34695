"""`refuse_without_locks`: refuses a home on a file system without locks or shared memory, as some network drives are.

SQLite needs both. It takes a refused lock for another program's, and memory that can't be shared for a full disk.
"""

import errno
import mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from ..graph.advice import setting
from ..graph.errors import StorageError

_UNSUPPORTED: Final = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENODEV}


def refuse_without_locks(home: Path) -> None:
    """Raises `StorageError`. Tries a file without a name: to close a second handle of the database would end its locks."""
    try:
        with TemporaryFile(dir=home) as file:
            _lock(file.fileno())
            file.truncate(mmap.PAGESIZE)
            mmap.mmap(file.fileno(), mmap.PAGESIZE).close()
    except OSError as error:  # of any other kind: it is reported where the database is opened
        if error.errno in _UNSUPPORTED:
            raise StorageError(
                f"the home folder {home} can't hold the database: its file system keeps no locks or shares no memory "
                f"({error.strerror})",
                hint=f"network drives often do not; name a home on a disk of this machine: {setting('home', 'DIR')}",
            ) from error


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
