"""`is_same_file`, `is_one_of`: whether two names, paths or URLs, mean one file."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit


def is_url(name: str) -> bool:
    """Whether `name` is read over the network."""
    return name.lower().startswith(("http://", "https://"))


def is_same_file(name: str, other: str) -> bool:
    """Whether two names mean the same file: equal, one a suffix of the other, or the same file on disk."""
    mine, theirs = _parts(name), _parts(other)
    shorter = min(len(mine), len(theirs))
    if shorter == 0 or mine[-1] != theirs[-1]:
        return False
    if name == other or (len(mine) <= len(theirs) and mine == theirs[-len(mine) :]):
        return True
    if is_url(name) or is_url(other):
        return False
    here, there = Path(name).expanduser(), Path(other).expanduser()
    if here.exists() and there.exists():
        return here.samefile(there)
    return mine[-shorter:] == theirs[-shorter:]


def is_one_of(name: str, attached: Sequence[str]) -> bool:
    """Whether a path or URL was attached already; two files of the same name in other folders are two files."""

    def same(other: str) -> bool:
        if is_url(name) or is_url(other):
            return False
        with suppress(OSError, RuntimeError, ValueError):
            return Path(name).expanduser().samefile(Path(other).expanduser())
        return False

    return name in attached or any(map(same, attached))


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path or of a URL's path, without leading dots and slashes."""
    try:
        path = unquote(urlsplit(name).path) if is_url(name) else name
    except ValueError:  # half an IPv6 address: `download` reports it
        path = name
    return tuple(part for part in PurePosixPath(path).parts if part not in (".", "/", "~"))
