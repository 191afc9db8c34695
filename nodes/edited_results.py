"""`edited_result`: a result as a client has written it into the state, with its texts in the store and marked as edited."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from ..graph.call import Artifact
from ..graph.ports import Store
from ..graph.resource import Resource
from ..graph.result import EDITED, Outputs, Result
from ..graph.stored import has_hash
from ..graph.task import Task


async def edited_result(
    given: Any, task: Task, row: Result | None, known: Collection[str | None], store: Store, problems: list[str]
) -> Result | None:
    """None where it can't be used; the reasons are added to `problems`.

    `row`: what is recorded for the task. `known`: hashes of the data of the conversation; others may be a stranger's.
    """
    where = f"results.{task.key}"
    if not isinstance(given, Mapping):
        problems.append(f"{where}: it must be a result, an object with `outputs`")
        return None
    fixed = {"task_id": task.id, "key": task.key, "task_type": task.type}
    try:
        result = Result.model_validate({"status": "succeeded", **given, **fixed, "outputs": _resources(given, row)})
    except ValidationError as error:
        problems += validation_problems(error, where)
        return None
    had = row.resources if row else ()
    outputs: Outputs = {}
    for name, resources in result.outputs.items():
        made = [resource if resource in had else await _stored(resource, had, known, store) for resource in resources]
        if None in made:
            problems.append(f"{where}.outputs.{name}: give its new content as `text`, or the hash of data that is here")
        outputs[name] = tuple(resource for resource in made if resource)
    whole = not any(resource in had for found in outputs.values() for resource in found)
    past = {EDITED, *(row.notes if row and whole else ())}  # what was said of a call says nothing of what replaces it
    notes = (*(note for note in result.notes if note not in past), EDITED)
    no_call = {"assignment": None, "fingerprint": "", "inputs": (), "started_at": 0.0, "duration": 0.0, "attempts": 0}
    return result.model_copy(update={"outputs": outputs, "notes": notes, "queued": 0.0, **no_call})


def validation_problems(error: ValidationError, where: str) -> list[str]:
    """Each problem as a line: `run.options.models: Input should be a valid dictionary`."""
    found = error.errors(include_url=False, include_input=False)
    return [
        f"{'.'.join(map(str, (where, *each['loc'])))}: {each['msg'].removeprefix('Value error, ')}" for each in found
    ]


def _resources(given: Mapping[str, Any], row: Result | None) -> Any:
    """The outputs of a given result; a plain text stands for a resource of the kind that is recorded."""
    outputs = given.get("outputs", {})
    if not isinstance(outputs, Mapping):
        return outputs
    plain = {"kind": "text", "media_type": "text/plain"}

    def resource(name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = row.outputs.get(name) if row else None
        like = made[0].model_dump(include={"kind", "media_type", "producer"}) if made else plain
        return {**like, "text": value}

    return {name: resource(name, value) for name, value in outputs.items()}


async def _stored(
    resource: Resource, had: Collection[Resource], known: Collection[str | None], store: Store
) -> Resource | None:
    """The resource with its content in the store: of its text where that is new, else of data that is there."""
    if resource.text is not None and resource.text not in {each.text for each in had}:
        text = Artifact(output="text", kind=resource.kind, media_type=resource.media_type, text=resource.text)
        stored = await store.adopt(text, resource.producer or "")
        return stored.model_copy(update={"producer": resource.producer, "name": resource.name})
    if resource.sha256 is None or resource.sha256 not in known:
        return None
    try:
        there = await asyncio.to_thread(has_hash, store.path(resource), resource.sha256)
    except OSError:
        there = False
    return resource.model_copy(update={"text": None}) if there else None
