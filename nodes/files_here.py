"""`not_here`: which files of a result that another host made are not in this home; short texts are in the result itself."""

import asyncio

from ..graph.call import Artifact
from ..graph.ports import Store
from ..graph.resource import Resource
from ..graph.result import Result
from ..graph.stored import has_hash


async def not_here(result: Result, store: Store) -> str:
    """Why a task is done again, in a sentence that names the files; empty where all are here."""
    missing = [resource.label for resource in result.resources if not await _is_here(resource, store)]
    if not missing:
        return ""
    named = f"{', '.join(missing)}, made by task {result.key} ({result.task_type})"
    return f"{named}, is not in this home: the task is done again"


async def _is_here(resource: Resource, store: Store) -> bool:
    """Whether the store has a resource, or gets it from the text that the checkpoint holds."""
    if resource.sha256 is None:
        return True
    try:
        if await asyncio.to_thread(has_hash, store.path(resource), resource.sha256):
            return True
    except OSError:
        pass
    if resource.text is None:
        return False
    text = Artifact(output="text", kind=resource.kind, media_type=resource.media_type, text=resource.text)
    return (await store.adopt(text, resource.producer or "")).sha256 == resource.sha256
