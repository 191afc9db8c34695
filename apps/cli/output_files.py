"""`copy_out`, for `--out DIR`: copies the outputs of a run to a folder, under readable names."""

import filecmp
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from ...graph.errors import StorageError
from ...graph.events import RunFinished
from ...graph.media_types import suffix_of
from ...graph.result import Result
from ...graph.stored import has_hash, open_stored


def copy_out(event: RunFinished, folder: Path) -> list[Path]:
    """Copy every output to `folder` as `3-text-to-speech.wav`; returns the paths. Never overwrites different content."""
    stored = {resource["sha256"]: Path(resource["path"]) for resource in event.resources if resource["path"]}
    copied: list[Path] = []
    try:
        for name, sha256 in _names(event):
            copied.append(_copy(stored[sha256], sha256, folder, name))
    except OSError as error:
        raise StorageError(
            f"outputs can't be copied to {folder}: {error.strerror or error}",
            hint="nothing is lost: `hugginggpt resources` lists where each file is",
        ) from error
    return copied


def _copy(source: Path, sha256: str, folder: Path, name: str) -> Path:
    """Copy to the first name that is free or has the same content. Follows no link. Raises `StorageError` if it changed."""
    if not has_hash(source, sha256):
        raise StorageError(
            f"{source} was changed after it was recorded, and is not copied", hint="run the request again"
        )
    for number in count():
        target = folder / (f"{Path(name).stem} ({number}){Path(name).suffix}" if number else name)
        if target.is_file() and not target.is_symlink() and filecmp.cmp(source, target, shallow=False):
            return target
        try:
            with target.open("xb") as made, open_stored(source) as kept:
                shutil.copyfileobj(kept, made)
        except FileExistsError:
            continue
        return target
    raise AssertionError("there is always another number")


def _names(event: RunFinished) -> Iterator[tuple[str, str]]:
    for row in event.results:
        result = Result.model_validate(row)
        for output, resources in result.outputs.items():
            for number, resource in enumerate(resources):
                name = f"{result.task_id}-{result.task_type}"
                name += f"-{output}" if len(result.outputs) > 1 else ""
                name += f"-{number}" if len(resources) > 1 else ""
                if resource.sha256:
                    yield name + suffix_of(resource.media_type), resource.sha256
