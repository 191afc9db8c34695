"""`pinned`: models for each task type that come with the package (`pinned.toml`); `HubIndex` lists them behind others."""

import tomllib
from functools import cache
from importlib.resources import files

from .hub_model import HubModel


@cache
def pinned(task_type: str) -> tuple[HubModel, ...]:
    """The rows of `pinned.toml` for a task type, the preferred one first."""
    rows = _rows().get(task_type, ())
    return tuple(HubModel.model_validate({"task_type": task_type, "library": "transformers"} | row) for row in rows)


@cache
def pinned_revisions() -> frozenset[str]:
    """The branches that rows name: the only revisions that are not commits."""
    return frozenset(str(row["revision"]) for rows in _rows().values() for row in rows if "revision" in row)


@cache
def _rows() -> dict[str, list[dict[str, object]]]:
    return tomllib.loads(files(__package__).joinpath("pinned.toml").read_text(encoding="utf-8"))
