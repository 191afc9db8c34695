"""`take_over`, for `models --take-over`: adds the servers that earlier versions listed in a home to the configuration."""

from pathlib import Path

from ....graph.errors import StorageError
from .endpoints_file import FILE, add_endpoint, known_endpoints


def take_over(home: Path, config: Path) -> int:
    """Add the servers of an old home to the configuration, and rename its list; returns how many there were."""
    left = known_endpoints(home).endpoints
    for endpoint in left:
        add_endpoint(config, endpoint)
    put_aside(home)
    return len(left)


def put_aside(home: Path) -> None:
    """Rename the list of an old home, so that the user is not asked about it again."""
    try:
        (home / FILE).rename(home / f"{FILE}.old")
    except OSError as error:
        raise StorageError(f"{home / FILE} can't be renamed: {error.strerror or error}") from error
