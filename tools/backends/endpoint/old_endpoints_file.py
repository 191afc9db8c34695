"""The list of servers that earlier versions kept in a home. It is not used until the user has looked at it and agreed."""

from pathlib import Path

from ....graph.errors import StorageError
from .endpoints_file import FILE, Known, add_endpoint, known_endpoints


def left_in(home: Path) -> Known:
    """What a home still lists."""
    return known_endpoints(home)


def take_over(home: Path, config: Path) -> int:
    """Add the servers of an old home to the configuration, and put its list aside; gives how many there were."""
    left = left_in(home).endpoints
    for endpoint in left:
        add_endpoint(config, endpoint)
    put_aside(home)
    return len(left)


def put_aside(home: Path) -> None:
    """Ask no more about the list of an old home."""
    try:
        (home / FILE).rename(home / f"{FILE}.old")
    except OSError as error:
        raise StorageError(f"{home / FILE} can't be renamed: {error.strerror or error}") from error
