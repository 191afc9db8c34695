"""The servers of chat models that the user named with `--model TASK=PROVIDER:MODEL@URL`, kept in the configuration.

A run stores such a name in its rows and checkpoints, and a home may come from elsewhere: a server that is named only
there is not called.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from ...graph.configuration import write_private
from ...graph.notices import notice
from ...graph.untrusted_json import read_untrusted_json
from ..net.addresses import origin

_FILE = "servers.json"
_URL = re.compile(r"@(https?://\S+)$", re.IGNORECASE)


def url_in(spec: str) -> str:
    """The URL in a chat model's name; empty where it has none."""
    found = _URL.search(spec)
    return found[1] if found else ""


def trust_servers(config: Path, specs: Iterable[str]) -> None:
    """Keep the servers that the user names now. Raises `StorageError`."""
    known = trusted_origins(config)
    new = {origin(url) for spec in specs if (url := url_in(spec))} - known
    if new:
        write_private(config / _FILE, json.dumps(sorted(known | new), indent=2) + "\n")


def trusted_origins(config: Path) -> set[str]:
    """The origins of the servers that the user has named."""
    try:
        read = read_untrusted_json((config / _FILE).read_bytes())
    except FileNotFoundError:
        return set()
    except (OSError, ValueError) as error:
        notice(f"{config / _FILE} can't be read ({error}): no server of a chat model is trusted")
        return set()
    return {origin(each) for each in read if isinstance(each, str)} if isinstance(read, list) else set()
