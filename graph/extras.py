"""`install`: the command that installs an optional extra, for a clone, a URL or a package index; hints quote it."""

import functools
import json
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any
from urllib.parse import unquote, urlsplit

from .expert import Obstacle

NAME = "hugginggpt"


def install(extra: str) -> str:
    """The command that adds an extra: `pip install -e '/home/me/hugginggpt[local]'` for a clone."""
    return _command(extra, _origin())


def needs(extra: str) -> Obstacle:
    """The obstacle of an expert whose extra is not installed."""
    return Obstacle(what=f"needs the extra `{extra}`", remedy=install(extra))


def _command(extra: str, origin: dict[str, Any]) -> str:
    """`origin`: `direct_url.json` (PEP 610); empty for what came from a package index."""
    url = str(origin.get("url", ""))
    if vcs := origin.get("vcs_info"):
        at = vcs.get("requested_revision") or vcs.get("commit_id") or ""
        return f"pip install '{NAME}[{extra}] @ {vcs.get('vcs', 'git')}+{url}{f'@{at}' if at else ''}'"
    if not url.startswith("file:"):
        return f"pip install '{NAME}[{extra}]'"
    editable = "-e " if origin.get("dir_info", {}).get("editable") else ""
    return f"pip install {editable}'{unquote(urlsplit(url).path)}[{extra}]'"


@functools.cache
def _origin() -> dict[str, Any]:
    try:
        origin = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError, OSError):
        return {}
    return origin if isinstance(origin, dict) else {}
