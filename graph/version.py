"""The versions of the package and of the graph; `check_version` refuses to continue a run of another version."""

from typing import Final

from .advice import fork
from .errors import RunChanged

__version__ = "0.1.0"
"""Of the package."""
GRAPH_VERSION: Final = "1"
"""Raised whenever stages, state or ledger change meaning: a run of another version is shown, and not resumed."""


def check_version(run_id: str, version: str) -> None:
    """Raises `RunChanged` for a run that another version of the graph began."""
    if version != GRAPH_VERSION:
        raise RunChanged(
            f"run {run_id} was made by version {version or '?'} of the graph, this is {GRAPH_VERSION}",
            hint=f"go on from what it has recorded, in a run of its own: {fork(run_id)}",
        )
