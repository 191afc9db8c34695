"""`media_of`: what a run made, as content blocks of its answer; `with_small_files`: those blocks with their content.

A state holds references only. Where a message leaves the graph, in a stream, a result or a state that is read, files of at
most 64 KB stand in it as base64; larger ones are reached by their URL where there is a server, else through the store.
"""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from langchain_core.messages import AIMessage

from ..graph.content_blocks import Block, reference_to, referred
from ..graph.ports import Store
from ..graph.resource import Kind, Resource
from ..graph.result import Run

MOST_BLOCKS = 12
"""Files shown in an answer: those that no other task was made from come first. All are in the results."""
SMALL = 64 * 1024
"""Bytes of a file that stands in a message itself."""
_SHOWN: frozenset[Kind] = frozenset(("image", "mask", "audio", "video", "mesh", "document"))

Contents = dict[str, str]
"""Base64 by sha256."""


def media_of(run: Run, files_url: str) -> list[Block]:
    """References to the media that a run made. `files_url`: under which a server has its files; empty where none is."""
    used = {task_id for task in run.plan.tasks for task_id in task.depends_on}
    results = sorted(run.results, key=lambda result: result.task_id in used)
    made = {
        resource.sha256: resource
        for result in results
        for resource in result.resources
        if resource.kind in _SHOWN and resource.sha256
    }
    return [_linked(resource, files_url) for resource in list(made.values())[:MOST_BLOCKS]]


def _linked(resource: Resource, files_url: str) -> Block:
    block = reference_to(resource)
    return {**block, "url": f"{files_url}/{quote(str(resource.sha256))}"} if files_url else block


async def with_small_files(part: Any, store: Store) -> Any:
    """A part of a stream, or the values of a state, in which messages of answers hold their small files."""
    small = {resource.sha256: resource for message in _answers_in(part) for resource in _small_in(message)}
    if not small:
        return part
    contents = await asyncio.to_thread(_read, list(small.values()), store)
    return _filled(part, contents)


def _answers_in(part: Any, depth: int = 4) -> Iterator[AIMessage]:
    """The messages of a stream's part with more than text: `(message, metadata)`, values, updates, with or without mode."""
    if isinstance(part, AIMessage):
        if isinstance(part.content, list):
            yield part
    elif depth and isinstance(part, tuple | list):
        for each in part:
            yield from _answers_in(each, depth - 1)
    elif depth and isinstance(part, dict):
        for each in [part["messages"]] if "messages" in part else part.values():
            yield from _answers_in(each, depth - 1)


def _small_in(message: AIMessage) -> list[Resource]:
    found = [referred(block) for block in message.content]
    return [resource for resource in found if resource and resource.size <= SMALL]


def _read(resources: Sequence[Resource], store: Store) -> Contents:
    contents: Contents = {}
    for resource in resources:
        try:
            contents[str(resource.sha256)] = base64.b64encode(store.path(resource).read_bytes()).decode("ascii")
        except OSError:
            continue  # deleted since: the reference stays
    return contents


def _filled(part: Any, contents: Contents) -> Any:
    """A copy: the objects of a part are those of the state."""
    if isinstance(part, AIMessage):
        if not isinstance(part.content, list):
            return part
        return part.model_copy(update={"content": [_with_content(block, contents) for block in part.content]})
    if isinstance(part, tuple):
        return tuple(_filled(each, contents) for each in part)
    if isinstance(part, list):
        return [_filled(each, contents) for each in part]
    if isinstance(part, dict):
        if "messages" in part:
            return {**part, "messages": _filled(part["messages"], contents)}
        return {key: _filled(each, contents) if _holds_answers(each) else each for key, each in part.items()}
    return part


def _holds_answers(value: Any) -> bool:
    return next(_answers_in(value), None) is not None


def _with_content(block: Any, contents: Contents) -> Any:
    data = contents.get(block.get("file_id", "")) if isinstance(block, dict) else None
    return block if data is None else {**block, "base64": data}
