"""`copy_out`, for `--out DIR`: copies the outputs of a run to a folder, under names that say what they are."""

import filecmp
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from ...graph.errors import StorageError
from ...graph.media_types import suffix_of
from ...graph.plan import Plan
from ...graph.resource import Resource
from ...graph.result import Result
from ...graph.stored import has_hash, open_stored
from ...graph.task import Task, resources_in

WORDS = {
    "text-to-speech": "speech", "summarization": "summary", "translation": "translation", "image-to-text": "text",
    "automatic-speech-recognition": "transcript", "document-to-text": "text", "document-to-images": "page",
    "video-to-images": "frame", "video-to-text": "subtitles", "video-to-audio": "sound",
    "audio-to-audio": "changed", "crop": "cropped", "trim-audio": "part", "trim-video": "part", "mute": "silent",
    "filter": "filtered", "join-text": "joined", "add-up": "total", "text-part": "part", "mux": "film",
    "image-to-video": "film", "image-to-image": "changed", "text-classification": "kind",
    "token-classification": "found", "object-detection": "found", "language-identification": "language",
    "text-to-image": "picture", "text-to-video": "film",
}  # fmt: skip
"""What an output is, in file names; of other types, their name."""
OPERATION_WORDS = {"format": "converted", "denoise": "cleaned"}
"""Words for the result of an operation, where its name is not one."""
MAX_STEM = 40


def copy_out(
    results: Sequence[Result], stored: Mapping[str, Path], plan: Plan | None, folder: Path
) -> dict[str, list[Path]]:
    """Copy every output to `folder`, e.g. as `1-notes-summary.txt`; never overwrites different content.

    Returns the copies of each stored file: equal outputs, as frames of a still film, are one. `stored`: local file by
    sha256. The number is the one that the answer cites.
    """
    copied: dict[str, list[Path]] = {}
    try:
        for result in results:
            for name, sha256 in names_of(result, plan):
                copy = _copy(stored[sha256], sha256, folder, name)
                copied.setdefault(str(stored[sha256]), []).append(copy)
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


def names_of(result: Result, plan: Plan | None) -> Iterator[tuple[str, str]]:
    """The name and hash of each output: `2-poster-grayscale.png`, `0-report-page-3.png`."""
    task = plan.by_id.get(result.task_id) if plan else None
    sources = _sources(task, plan) if task and plan else {}
    stem = f"-{next(iter(sources))}" if len(sources) == 1 else ""
    what = _word(str(task.parameters.get("operation") or "")) if task else ""
    what = OPERATION_WORDS.get(what, what)
    what = what or WORDS.get(result.task_type, result.task_type)
    for output, resources in result.outputs.items():
        for place, resource in zip(result.places(output), resources, strict=True):
            name = f"{result.task_id}{stem}-{what}"
            name += f"-{output}" if len(result.outputs) > 1 else ""
            name += "".join(f"-{number + 1}" for number in place)
            if resource.sha256:
                yield name + suffix_of(resource.media_type), resource.sha256


def _sources(task: Task, plan: Plan) -> dict[str, None]:
    """The names of the files that a task goes back to, fit for a file name."""
    given: list[Resource] = [resource for value in task.inputs.values() for resource in resources_in(value)]
    names = dict.fromkeys(_word(Path(resource.label).stem) for resource in given)
    for ref in task.refs:
        names |= _sources(plan.by_id[ref.task_id], plan)
    return {name: None for name in names if name}


def _word(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", text).strip("-.")[:MAX_STEM]
