"""`OwnFiles`: what a tool made may be named by the path that it gave, though no request may read the files of a home.

Paths in a home name the hash of their content. One is read where this tool gave it, or the conversation holds the file;
others are left to the guard of files, which refuses them.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..graph.builder import Graph
from ..graph.errors import InvalidInput
from ..graph.events import RunFinished
from ..graph.homes import RESOURCES
from ..graph.resource import Resource
from ..graph.stored import open_stored

_PATH = re.compile(rf"(?:[A-Za-z]:)?[\\/][^\n\"'`<>|]*?{RESOURCES}[\\/]([0-9a-f]{{2}})[\\/]([0-9a-f]{{62}})\.\w+")
"""A path of a stored file, in a text too; its groups are the hash."""
MOST = 10_000
"""Files that a tool remembers; the oldest are forgotten first."""

AnyFile = str | dict[str, Any]


class OwnFiles:
    """Of one tool; usable from any thread."""

    def __init__(self) -> None:
        self._made: dict[str, Resource] = {}

    def remember(self, last: RunFinished) -> None:
        """What a run gave to the caller, and so may be named again."""
        for row in last.resources:
            if row.get("sha256"):
                resource = Resource.model_validate({key: row[key] for key in Resource.model_fields if key in row})
                self._made[row["sha256"]] = resource
        for _ in range(len(self._made) - MOST):
            self._made.pop(next(iter(self._made)), None)

    async def given(self, request: str, files: Sequence[AnyFile], graph: Graph, thread: str | None) -> list[AnyFile]:
        """The files of a call, those of its own as content blocks; also those that only the text of the request names."""
        named = [match for match in map(_PATH.fullmatch, (file for file in files if isinstance(file, str))) if match]
        mentioned = [match for match in _PATH.finditer(request) if match[0] not in files]
        if not named and not mentioned:
            return list(files)
        known = {**self._made, **_by_hash(await graph.ledger.thread_resources(thread) if thread else ())}
        blocks = {}
        for match in (*named, *mentioned):
            resource = known.get(match[1] + match[2])
            if resource and (data := await asyncio.to_thread(_content, Path(match[0]), graph, resource)) is not None:
                blocks[match[0]] = {"type": "file", "data": data, "filename": Path(match[0]).name}
        kept: list[AnyFile] = [blocks.get(file, file) if isinstance(file, str) else file for file in files]
        return [*kept, *(blocks[match[0]] for match in mentioned if match[0] in blocks)]


def _by_hash(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {resource.sha256: resource for resource in resources if resource.sha256}


def _content(path: Path, graph: Graph, resource: Resource) -> bytes | None:
    """The bytes at a path, if that is where this home keeps the resource. Raises `InvalidInput` where they can't be read."""
    kept = graph.store_of_files.path(resource)
    if path.resolve() != kept.resolve():
        return None
    try:
        with open_stored(kept) as file:
            return file.read()
    except FileNotFoundError:
        raise InvalidInput(f"{path.name}, which an earlier call made, is gone", hint="Have it made again.") from None
    except OSError as error:
        reason = "permission denied" if isinstance(error, PermissionError) else error.strerror or error
        raise InvalidInput(f"{path.name}, which an earlier call made, can't be read: {reason}") from None
