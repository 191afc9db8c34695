"""`stored_files` finds the files of a home by hash; `remove_files` removes some, unless they were stored again meanwhile."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from uuid import uuid4

from ..graph.advice import command
from ..graph.errors import StorageError
from ..graph.homes import DATABASE, RESOURCES, SCRATCH

_HASH = re.compile(rb"[0-9a-f]{64}")


def hashes_in(value: str | bytes | None) -> set[str]:
    """The hashes that a row or a serialized state names."""
    data = value.encode() if isinstance(value, str) else value or b""
    return {found.decode() for found in _HASH.findall(data)}


def stored_files(home: Path, hashes: Collection[str] | None = None) -> dict[str, list[Path]]:
    """The files by hash; one content may be kept under several suffixes. `hashes`: only those."""
    folders = None if hashes is None else {sha256[:2] for sha256 in hashes}
    found: dict[str, list[Path]] = {}
    for folder in sorted((home / RESOURCES).iterdir()):
        if (folders is None or folder.name in folders) and folder.is_dir() and not folder.is_symlink():
            for file in folder.iterdir():
                sha256 = folder.name + file.name.partition(".")[0]
                if hashes_in(sha256) and (hashes is None or sha256 in hashes):
                    found.setdefault(sha256, []).append(file)
    return found


def rows_missing(home: Path) -> str:
    """Of a home without runs: what to do where files are stored there, whose rows must have been elsewhere; or nothing."""
    if next((home / RESOURCES).glob("??/*"), None) is None:
        return ""
    return f"files are stored in {home}; if it is a copy, copy {DATABASE}-wal too: the newest rows are in it"


def remove_files(home: Path, files: Iterable[Path], *, before: float, trial: bool = False) -> tuple[int, int]:
    """Remove the files last stored before that time; returns how many, and their bytes. `trial`: only count.

    Each is moved aside first and looked at there: a run that stores the same content sets the time of change while the
    file has its name, and writes it again where it has none. Raises `StorageError`.
    """
    count = size = 0
    for file in files:
        aside = home / SCRATCH / f"removed-{uuid4().hex}"
        try:
            bytes_of = file.lstat().st_size
            if file.lstat().st_mtime >= before:
                continue
            if not trial:
                file.rename(aside)
                if aside.lstat().st_mtime >= before:
                    aside.replace(file)
                    continue
                aside.unlink()
        except FileNotFoundError:  # another deletion was faster
            continue
        except OSError as error:
            raise StorageError(
                f"the file {file} can't be removed: {error.strerror or error}",
                hint=f"its run is deleted; check the permissions of the home, then: {command('prune --keep-last 20')}",
            ) from error
        count, size = count + 1, size + bytes_of
    return count, size
