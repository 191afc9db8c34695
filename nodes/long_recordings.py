"""`parts_of`: the tasks for the parts of a recording that is too long for one call; `whole_text` joins their texts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ..graph.advice import setting
from ..graph.call import Artifact, Material, Part
from ..graph.errors import StorageError
from ..graph.ports import Cutter, Store
from ..graph.result import Result
from ..graph.task import Task
from .lists import Inputs

_LONG = {"automatic-speech-recognition": "audio"}
"""The input that is cut, by task type: those where the joined texts of the parts are the text of the whole."""


async def parts_of(task: Task, key: str, inputs: Inputs, store: Store, cut: Cutter) -> list[tuple[Part, Inputs]]:
    """The parts with the inputs of each; none where the whole fits. Raises `ExpertError` for what is too long to cut."""
    name = _LONG.get(task.type, "")
    if len(inputs.get(name, ())) != 1:
        return []
    whole, found = inputs[name][0], list[tuple[Part, Inputs]]()
    async with store.scratch() as folder:
        for part in await _cut(cut, whole, folder):
            sound = Artifact(output=name, kind=whole.resource.kind, media_type=part.media_type, path=part.path)
            resource = await store.adopt(sound, key)
            about = resource.model_copy(update={"name": f"{whole.resource.label} from {_clock(part.begin)}"})
            found.append((part, inputs | {name: (Material(resource=about, path=store.path(resource)),)}))
    return found


async def _cut(cut: Cutter, whole: Material, folder: Path) -> Sequence[Part]:
    await asyncio.to_thread(whole.check)
    try:
        return await asyncio.to_thread(cut, whole.path, folder)
    except OSError as error:  # e.g. a full disk: no expert's failure
        raise StorageError(
            f"{whole.resource.label} can't be cut into parts: {error.strerror or error}",
            hint=f"free some space, or choose another home: {setting('home', 'DIR')}",
        ) from error


def whole_text(parts: Sequence[Part], rows: Sequence[Result], store: Store) -> str:
    """The texts of the parts, a line each; a failed part is named in its place."""
    return "\n".join(_text(*each, store) for each in zip(parts, rows, strict=True))


def _text(part: Part, row: Result, store: Store) -> str:
    if not row.ok:
        return f"[nothing from {_clock(part.begin)} to {_clock(part.end)}: {row.error}]"
    return " ".join(Material(resource=resource, path=store.path(resource)).text() for resource in row.resources)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
