"""`read_requests`: the requests that `eval requests` runs, with their files and the plans that are right.

Formats: JSON lines (`id?, request, files?, accept?`), TOML (`[[requests]]` with the same keys) and plain text, a request
a line. `accept` holds graphs, `{"tasks": types, "links": [[index, index]]}`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from .taskbench import json_lines


@dataclass(frozen=True)
class EvalRequest:
    """One request of the file."""

    id: str
    request: str
    files: tuple[str, ...] = ()
    accept: tuple[Mapping[str, Any], ...] = ()
    """The graphs that are right; empty where the file gives none."""


def read_requests(file: Path) -> list[EvalRequest]:
    """The requests of a file, by its suffix. Raises `UsageError` with the line that can't be read."""
    found = [_request(file, number, row) for number, row in _rows(file)]
    if not found:
        raise UsageError(f"{file} has no requests")
    return found


def _rows(file: Path) -> list[tuple[int, dict[str, Any]]]:
    if file.suffix in {".jsonl", ".json"}:
        return json_lines(file)
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".toml":
            return list(enumerate(tomllib.loads(text).get("requests", []), 1))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} can't be read: {getattr(error, 'strerror', None) or error}") from None
    return [(number, {"request": line.strip()}) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _request(file: Path, number: int, row: Any) -> EvalRequest:
    where = f"{file}, {'entry' if file.suffix == '.toml' else 'line'} {number}"
    try:
        request, accept = row["request"], tuple(row.get("accept") or ())
        if not isinstance(request, str) or not request.strip():
            raise ValueError("the request is empty")
        for graph in accept:
            if not all(isinstance(index, int) for link in graph["links"] for index in link) or not graph["tasks"]:
                raise ValueError("a graph in accept needs tasks and links by index")
        return EvalRequest(str(row.get("id", number)), request, tuple(map(str, row.get("files") or ())), accept)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: not a request ({type(error).__name__}: {error})") from None
