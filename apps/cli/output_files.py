"""`--out`: what a run made, copied under names that a person can read."""

import filecmp
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from ...graph.errors import StorageError
from ...graph.events import RunFinished
from ...graph.media_types import suffix_of
from ...graph.result import Result
from ...graph.stored import is_whole, open_stored


def copy_out(event: RunFinished, folder: Path) -> list[Path]:
    """Copy every output to `folder` as `3-text-to-speech.wav`; gives the paths. Never overwrites another content."""
    stored = {resource["sha256"]: Path(resource["path"]) for resource in event.resources if resource["path"]}
    copied: list[Path] = []
    try:
        for name, sha256 in _names(event):
            copied.append(_copy(stored[sha256], sha256, folder, name))
    except OSError as error:
        raise StorageError(
            f"what was made can't be copied to {folder}: {error.strerror or error}",
            hint="nothing is lost: `hugginggpt resources` tells where each file is",
        ) from error
    return copied


def _copy(source: Path, sha256: str, folder: Path, name: str) -> Path:
    """Under the first name that is free, or holds the same already. Follows no link. Raises `StorageError` if it changed."""
    if not is_whole(source, sha256):
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
    """A readable file name and the hash of each output; numbers where a task made several."""
    for row in event.results:
        result = Result.model_validate(row)
        for output, value in result.outputs.items():
            several = value if isinstance(value, tuple) else (value,)
            for number, resource in enumerate(several):
                name = f"{result.task_id}-{result.task_type}"
                name += f"-{output}" if len(result.outputs) > 1 else ""
                name += f"-{number}" if len(several) > 1 else ""
                if resource.sha256:
                    yield name + suffix_of(resource.media_type), resource.sha256
