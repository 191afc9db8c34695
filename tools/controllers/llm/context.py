"""What a prompt shows of a request and its run: short names of files (`list_files`), contents of results, credits."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ....graph.resource import Resource, satisfies
from ....graph.result import Request, Run
from .prompts import RESULT_CHARACTERS


def list_files(request: Request) -> dict[str, Resource]:
    """The files of a request and of earlier turns, by the short names that the prompt lists."""
    names: dict[str, Resource] = {}
    for resource in (*request.files, *reversed(request.resources)):
        if resource in names.values():
            continue
        choices = (resource.label, resource.name or resource.label)
        name = next((choice for choice in choices if choice not in names), f"{resource.label} ({len(names) + 1})")
        names[name] = resource
    return names


def contents_of(run: Run, paths: Mapping[str, Path]) -> dict[str, str]:
    """The content of each result by sha256: its text, cut to `RESULT_CHARACTERS`, or the name of its file."""
    made = (resource for result in run.results for resource in result.resources)
    return {resource.sha256: _content(resource, paths) for resource in made if resource.sha256}


def _content(resource: Resource, paths: Mapping[str, Path]) -> str:
    path = paths.get(resource.sha256 or "")
    if resource.text is not None:
        return resource.text
    if path is None:
        return f"a {resource.kind} ({resource.media_type}) without a local file"
    if satisfies(resource.kind, "text"):
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(RESULT_CHARACTERS)
    return f"file {path.name} ({resource.media_type})"


def credits_of(run: Run) -> Iterator[tuple[str, str]]:
    """(model id, line) for each task that succeeded."""
    for result in run.results:
        if result.ok and result.assignment:
            model_id = result.assignment.expert.model_id
            yield model_id, f"[{result.task_id}] {result.task_type}: {model_id}"


def files_of(run: Run, paths: Mapping[str, Path]) -> Iterator[tuple[int, Path]]:
    """(task id, path) for each file that a task made and no other task took: those that the user will open."""
    taken = {sha256 for result in run.results for sha256 in result.inputs}
    for result in run.results:
        for made in result.resources:
            path = paths.get(made.sha256 or "")
            if path and made.sha256 not in taken and not satisfies(made.kind, "text"):
                yield result.task_id, path
