"""`statements`: each result that was asked for under its heading, as text or as the path of its file."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .....graph.resource import Kind, Resource
from .....graph.task import Task
from ....findings import in_words
from .origins import Origins
from .outcomes import Outcomes
from .printable import clean
from .verdicts import verdict

MAX_SHOWN = 4_000
"""Characters shown of a result; its file holds all of it."""
MAX_LINE = 100
"""Characters that stand beside their heading; longer text stands below it."""
READABLE: tuple[Kind, ...] = ("text", "labels", "boxes", "table")


def statements(outcomes: Outcomes, origins: Origins, paths: Mapping[str, Path]) -> Iterator[str]:
    """What was asked for, in the order asked."""
    files = {task.id for task, result in outcomes.requested() if any(_is_file(made) for made in result.resources)}
    steps = {source for task_id in files for source in _sources(task_id, outcomes)} & files
    for task, result in outcomes.requested():
        for output, made in result.outputs.items():
            for place, resource in zip(result.places(output), made, strict=True):
                what = _heading(task, resource, outcomes)
                if steps and task.id in files - steps and _is_file(resource):
                    what = outcomes.phrases.say("final", what=what)
                if which := origins.of(task, place):
                    what = outcomes.phrases.say("heading", what=what, which=which)
                if text := _content(task, resource, outcomes, paths):
                    colon = outcomes.phrases.say("colon")
                    beside = ("\n" not in text and len(text) <= MAX_LINE) or _is_file(resource)
                    yield f"{what} [{task.id}]{colon if beside else colon.rstrip() + chr(10)}{text}"


def _sources(task_id: int, outcomes: Outcomes) -> Iterator[int]:
    by_id = outcomes.run.plan.by_id
    for source in by_id[task_id].depends_on if task_id in by_id else ():
        yield source
        yield from _sources(source, outcomes)


def _is_file(resource: Resource) -> bool:
    return resource.kind not in READABLE


def _heading(task: Task, resource: Resource, outcomes: Outcomes) -> str:
    words = outcomes.phrases
    counted = task.parameters if task.type == "count" else {}
    label = counted.get("label") or (counted.get("look_for") if words.code == "en" else None)
    if _is_file(resource):
        marked = resource.kind == "image" and task.type in ("object-detection", "zero-shot-object-detection")
        name = "marked" if marked else task.type if task.type == "text-to-speech" else resource.kind
        return words.named("headings", name) or resource.kind
    found = '"positive"' in (resource.text or "") or '"neutral"' in (resource.text or "")
    name = "sentiment" if task.type == "text-classification" and found else task.type
    name = "average" if task.parameters.get("average") else name
    heading = words.named("headings", name) or words.named("headings", resource.kind) or task.type
    return words.say("heading", what=heading, which=label) if label else heading


def _content(task: Task, resource: Resource, outcomes: Outcomes, paths: Mapping[str, Path]) -> str | None:
    """The words of a readable result, or the path of its file; None where the file is not there."""
    path = paths.get(resource.sha256 or "")
    path = path if path is not None and path.is_file() else None
    if _is_file(resource):
        return str(path) if path else None
    words, text = outcomes.phrases, resource.text
    if text is None:
        if path is None:
            return None
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(MAX_SHOWN + 1 if resource.kind == "text" else -1)
    answer = verdict(task, outcomes.run.request.text, text, words) or in_words(text, words)
    shown = clean(answer).strip() or words.say("none")
    if len(shown) <= MAX_SHOWN:
        return shown
    cut = shown[: MAX_SHOWN - 1].rstrip()
    return cut + (words.say("cut", path=path) if path else "…")
