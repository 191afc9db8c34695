"""A file of requests, and whether a plan is one of those that are right.

Read are JSON lines (`id?, request, files?, accept?`), TOML (`[[requests]]` with the same keys) and plain text, a request a
line. `accept` holds graphs, `{"tasks": types, "links": [[place, place]]}`.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from ...graph.plan import Plan
from ...graph.vocabulary import VOCABULARY
from .taskbench import json_lines


@dataclass(frozen=True)
class Asked:
    """One request of the file."""

    id: str
    request: str
    files: tuple[str, ...] = ()
    accept: tuple[Mapping[str, Any], ...] = ()


def read_requests(file: Path) -> list[Asked]:
    """The requests of a file, by its suffix. Raises `UsageError` with the line that can't be read."""
    found = [_asked(file, number, row) for number, row in _rows(file)]
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


def _asked(file: Path, number: int, row: Any) -> Asked:
    where = f"{file}, {'entry' if file.suffix == '.toml' else 'line'} {number}"
    try:
        request, accept = row["request"], tuple(row.get("accept") or ())
        if not isinstance(request, str) or not request.strip():
            raise ValueError("the request is empty")
        for graph in accept:
            if not all(isinstance(place, int) for link in graph["links"] for place in link) or not graph["tasks"]:
                raise ValueError("a graph in accept needs tasks and links by place")
        return Asked(str(row.get("id", number)), request, tuple(map(str, row.get("files") or ())), accept)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: not a request ({type(error).__name__}: {error})") from None


def shape_of(plan: Plan) -> str:
    """Types with the places of what they wait for: `image-to-text; translation<0`."""
    place = {task.id: str(number) for number, task in enumerate(plan.tasks)}
    links = (",".join(place[source] for source in task.depends_on) for task in plan.tasks)
    return "; ".join(
        f"{task.type}<{waits}" if waits else task.type for task, waits in zip(plan.tasks, links, strict=True)
    )


def is_accepted(plan: Plan, graphs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a plan is one of the graphs, up to the order of tasks and further tasks of a deterministic kind."""
    return any(_same(plan, graph["tasks"], {tuple(link) for link in graph["links"]}) for graph in graphs)


def _same(plan: Plan, types: Sequence[str], links: set[tuple[int, int]]) -> bool:
    extra = [t.id for t in plan.tasks if VOCABULARY[t.type].domain == "deterministic" and t.type not in types]
    tasks = [task for task in plan.tasks if task.id not in extra]
    if sorted(task.type for task in tasks) != sorted(types):
        return False
    made = {(source, task.id) for task in tasks for source in task.depends_on if source not in extra}
    for order in permutations(tasks):
        if [task.type for task in order] == list(types):
            place = {task.id: number for number, task in enumerate(order)}
            if {(place[source], place[target]) for source, target in made} == links:
                return True
    return False
